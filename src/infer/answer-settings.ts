import { SqltuneError } from "../errors.js";
import type { Constrain } from "./constrain.js";
import type { AnswerOptions, CallOptions, Selection } from "./engine-types.js";
import type { SamplingOptions } from "./sampling.js";

/** How one call is answered: the engine's options, and over them the call's. */
export interface AnswerSettings {
  sampling: SamplingOptions;
  constrain: Constrain;
  select: Required<Selection> | null;
  repair: number;
  abstainBelow: number | null;
  promptLimit: number | null;
  check: boolean;
  cacheKey: string;
}

const WAYS: readonly Selection["by"][] = ["first-executable", "vote", "logprob"];
const CONSTRAINTS: readonly Constrain[] = ["off", "lex", "schema"];
const SAMPLES = 5;
/** Lower ones give a fine-tuned model's greedy answer again and again; higher ones words that are no SQL. */
const SAMPLE_TEMPERATURE = 0.7;

/** @throws SqltuneError that names every option that makes no sense. */
export function answerSettings(
  engine: AnswerOptions & { sampling: SamplingOptions },
  call: CallOptions = {},
): AnswerSettings {
  const chosen = { ...engine, ...given(call) };
  const { constrain = "off", select = null, repair = 0, abstainBelow = null, promptLimit = null } = chosen;
  const problems: string[] = [];
  const expect = (good: boolean, name: string, found: unknown, expected: string) => {
    if (!good) problems.push(`${name} is ${JSON.stringify(found)}; expected ${expected}.`);
  };
  expect(CONSTRAINTS.includes(constrain), "constrain", constrain, "off, lex or schema");
  expect(isCount(repair, 0), "repair", repair, "a whole number of rounds, 0 for none");
  expect(abstainBelow === null || isShare(abstainBelow), "abstainBelow", abstainBelow, "a number from 0 to 1");
  expect(promptLimit === null || isCount(promptLimit, 1), "promptLimit", promptLimit, "a number of tokens");
  const selection = select && { by: select.by, n: select.n ?? SAMPLES, temperature: temperatureOf(select) };
  if (selection) {
    expect(WAYS.includes(selection.by), "select.by", selection.by, WAYS.join(", "));
    expect(isCount(selection.n, 1), "select.n", selection.n, "a whole number of candidates");
    expect(selection.temperature >= 0, "select.temperature", selection.temperature, "a number of at least 0");
  }
  if (problems.length > 0) throw new SqltuneError(problems.join("\n"));
  return {
    sampling: { ...engine.sampling, ...given(call.sampling ?? {}) },
    ...{ constrain, select: selection, repair, abstainBelow, promptLimit },
    check: chosen.check ?? false,
    cacheKey: call.cacheKey ?? "",
  };
}

const temperatureOf = (select: Selection): number => select.temperature ?? SAMPLE_TEMPERATURE;
const isCount = (value: number, least: number): boolean => Number.isInteger(value) && value >= least;
const isShare = (value: number): boolean => value >= 0 && value <= 1;

/** What is undefined leaves the engine's own. */
function given<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}
