/** A message and what to do about it, one way a line, numbered. */
export function numberedFixes(problem: string, fixes: readonly string[]): string {
  return `${problem}\nTo fix it${fixes.length > 1 ? ", one of" : ""}:\n${fixes.map((fix, i) => `  ${i + 1}. ${fix}`).join("\n")}`;
}
