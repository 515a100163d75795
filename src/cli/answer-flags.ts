import type { Options } from "yargs";
import type { Config } from "../config/index.js";
import { type Constrain, type EngineOptions, engineFromConfig, type Selection } from "../infer/index.js";
import { count, text } from "./options.js";
import { usageError } from "./usage-error.js";

/** How answers are chosen and checked, as the verbs that ask a model take it; each is short for a key of `inference`. */
export const answerFlags = {
  select: text("choose among candidates: greedy (one answer), first-executable, vote or logprob"),
  samples: count("with --select: candidates, the greedy one among them; default 5", "samples"),
  repair: count("rounds in which SQL that fails on the database is asked for again, default 0", "repair", 0),
  constrain: text("off, lex (SQL alone) or schema (SQL over the schema's names)"),
  "abstain-below": text("mark answers whose confidence is below this, from 0 to 1"),
} satisfies Record<string, Options>;

export interface AnswerFlags {
  select?: string;
  samples?: number;
  repair?: number;
  constrain?: string;
  abstainBelow?: string;
}

const WAYS = ["first-executable", "vote", "logprob"] as const satisfies readonly Selection["by"][];
const CONSTRAINTS = ["off", "lex", "schema"] as const satisfies readonly Constrain[];

/** The config's engine with what the flags say in its place. @throws SqltuneError (usage) naming every bad value */
export function engineFromFlags(flags: AnswerFlags, config: Config): Omit<EngineOptions, "model"> {
  const problems = problemsOf(flags);
  const ofConfig = engineFromConfig(config.inference);
  const select = flags.select === undefined ? ofConfig.select : selection(flags.select, config);
  if (flags.samples !== undefined && !select) problems.push("--samples N is for --select, which is missing.");
  if (problems.length > 0) throw usageError(problems.join("\n"));
  return {
    ...ofConfig,
    seed: config.project.seed,
    select: select ? { ...select, ...(flags.samples === undefined ? {} : { n: flags.samples }) } : null,
    ...(flags.repair === undefined ? {} : { repair: flags.repair }),
    ...(flags.constrain === undefined ? {} : { constrain: flags.constrain as Constrain }),
    ...(flags.abstainBelow === undefined ? {} : { abstainBelow: Number(flags.abstainBelow) }),
  };
}

/** What can be seen before a config and a model are read. */
export function checkAnswerFlags(flags: AnswerFlags): void {
  const problems = problemsOf(flags);
  if (problems.length > 0) throw usageError(problems.join("\n"));
}

function problemsOf({ select, constrain, abstainBelow }: AnswerFlags): string[] {
  const problems: string[] = [];
  const oneOf = (name: string, value: string | undefined, names: readonly string[]) => {
    if (value === undefined || names.includes(value)) return;
    problems.push(`--${name} is ${JSON.stringify(value)}, expected one of ${names.join(", ")}.`);
  };
  oneOf("select", select, ["greedy", ...WAYS]);
  oneOf("constrain", constrain, CONSTRAINTS);
  const threshold = Number(abstainBelow);
  if (abstainBelow !== undefined && !(abstainBelow.trim() !== "" && threshold >= 0 && threshold <= 1))
    problems.push(`--abstain-below is ${JSON.stringify(abstainBelow)}, expected a number from 0 to 1.`);
  return problems;
}

function selection(way: string, { inference }: Config): Selection | null {
  if (way === "greedy") return null;
  return { by: way as Selection["by"], n: inference.candidates, temperature: inference.sample_temperature };
}

/** Why these settings can do nothing without a database; null where they can, or one is there. */
export function needsDatabase({ select, repair = 0 }: Pick<EngineOptions, "select" | "repair">): string | null {
  if (repair > 0) return "--repair runs the answer on the database to see whether it fails";
  if (select?.by === "first-executable") return "--select first-executable runs candidates on the database";
  return null;
}
