import { nearestName } from "../config/index.js";
import { SqltuneError } from "../errors.js";

/** A mistake on the command line: exit code 2. */
export function usageError(message: string): SqltuneError {
  return new SqltuneError(message, { code: "ERR_SQLTUNE_USAGE", exitCode: 2 });
}

/** What the command line knows, for advice: yargs's own message names only what it does not know. */
export interface KnownWords {
  verbs: readonly string[];
  /** The verb in use; null before one is known. */
  verb: string | null;
  /** Its flags, without dashes. */
  flags: readonly string[];
}

/** yargs's complaint as an error with the nearest word. */
export function explainUsage(message: string, argv: readonly string[], known: KnownWords): SqltuneError {
  const help = `See sqltune ${known.verb === null ? "" : `${known.verb} `}--help.`;
  const unknown = /^Unknown (?:argument|command)s?: (.*)$/s.exec(message)?.[1];
  if (unknown === undefined) return usageError(`${reword(message)} ${help}`);
  const given = new Set(argv.filter((word) => word.startsWith("-")).map((word) => word.replace(/=.*$/s, "")));
  const lines: string[] = [];
  // yargs names --foo-bar a second time as fooBar.
  for (const word of unknown
    .split(", ")
    .filter((w) => ["-", "--", ""].some((dash) => given.has(dash + w)) || argv.includes(w))) {
    const flag = ["--", "-"].map((dash) => dash + word).find((w) => given.has(w));
    if (flag !== undefined && known.verb === null && !argv.every((w) => w.startsWith("-"))) continue;
    if (flag !== undefined) lines.push(unknownFlag(flag, word, known));
    else if (known.verb === null) lines.push(unknownVerb(word, known.verbs));
    else
      lines.push(
        `${word} is not expected here: ${known.verb} takes flags${["pull", "runs"].includes(known.verb) ? " and names" : ""} only.`,
      );
  }
  if (lines.length === 0) lines.push(reword(message));
  return usageError([...lines, help].join(lines.length === 1 ? " " : "\n"));
}

function unknownFlag(flag: string, name: string, known: KnownWords): string {
  const near = nearestName(name, known.flags);
  const of = known.verb === null ? "sqltune" : known.verb;
  return near ? `${flag} is no flag of ${of}. The nearest is --${near}.` : `${flag} is no flag of ${of}.`;
}

function unknownVerb(word: string, verbs: readonly string[]): string {
  const near = nearestName(word, verbs);
  const all = `The commands are ${verbs.join(", ")}.`;
  return near ? `${word} is no command. Did you mean ${near}? ${all}` : `${word} is no command. ${all}`;
}

function reword(message: string): string {
  const missing = /^Not enough arguments following: (.+)$/.exec(message);
  if (missing) return `--${missing[1]} needs a value.`;
  const exclusive = /^Arguments (\S+) and (\S+) are mutually exclusive$/.exec(message);
  if (exclusive) return `--${exclusive[1]} and --${exclusive[2]} exclude each other.`;
  return /[.!?]$/.test(message) ? message : `${message}.`;
}
