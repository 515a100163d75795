/**
 * The seed project's spelling: `--max_samples 5` is `--max-samples 5`. Values and what follows `--` stay as they are.
 */
export function normalizeFlags(argv: readonly string[]): string[] {
  const end = argv.indexOf("--");
  return argv.map((word, index) => {
    if (!word.startsWith("--") || (end !== -1 && index >= end)) return word;
    const equals = word.indexOf("=");
    const name = equals === -1 ? word : word.slice(0, equals);
    return name.replaceAll("_", "-") + (equals === -1 ? "" : word.slice(equals));
  });
}
