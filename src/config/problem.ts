import { SqltuneError } from "../errors.js";

/** One thing wrong with a config. */
export interface Problem {
  /** Line in the file; null when it does not stand in the file. */
  line: number | null;
  /** The flag it came from ("--lr"), instead of a line. */
  from?: string;
  text: string;
}

/** One error that tells every problem, in the order of the file, flags last. */
export function configError(file: string, problems: readonly Problem[]): SqltuneError {
  const order = (p: Problem) => (p.from !== undefined ? Number.MAX_SAFE_INTEGER : (p.line ?? 0));
  const sorted = [...problems].sort((a, b) => order(a) - order(b));
  const lines = sorted.map((p) => `${place(p)}${p.text}`);
  const text =
    lines.length === 1
      ? `${file}: ${lines[0]}`
      : `${file} has ${lines.length} errors:\n${lines.map((line) => `  ${line}`).join("\n")}`;
  return new SqltuneError(text, { code: "ERR_SQLTUNE_CONFIG", exitCode: 2 });
}

function place(problem: Problem): string {
  if (problem.from !== undefined) return `${problem.from}: `;
  return problem.line === null ? "" : `line ${problem.line}: `;
}
