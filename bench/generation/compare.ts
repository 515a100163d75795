import type { Precision } from "../options.js";
import { requirePython } from "../peers.js";
import { runNode, runPython, scratchFolder } from "../run-child.js";
import { type Spread, spread } from "../statistics.js";
import { type DevPrompts, devPrompts } from "./dev-prompts.js";
import { devQuestions, spreadRows } from "./dev-rows.js";
import { differences } from "./differences.js";
import type { GenerateJob, GenerateResult, LlamaJob, SqltuneGenerateJob, TransformersJob } from "./job.js";
import type { GenerateOptions } from "./options.js";
import { requireGguf, requireNodeLlamaCpp } from "./peers.js";

const DTYPES = { fp32: "float32", bf16: "bfloat16" } as const;

/** One side of the comparison, e.g. "sqltune bf16". */
export interface Side {
  name: string;
  results: GenerateResult[];
  queriesPerSecond: Spread;
}

/** First differing tokens of two sides' answers, and how nearly the two best logits tied there. */
export interface Agreement {
  sides: [string, string];
  rows: number;
  equal: number;
  /** Distance of the two best logits (of sqltune's model) where each pair of answers parts. */
  margins: number[];
}

export interface Comparison {
  rows: number[];
  sides: Side[];
  /** "a / b": a's speed over b's in the same round. */
  ratios: { sides: [string, string]; ratio: Spread }[];
  agreements: Agreement[];
}

type Say = (line: string) => void;

/** Runs all sides once a round, one after the other, and compares speed and answers. */
export async function compareGeneration(options: GenerateOptions, say: Say): Promise<Comparison> {
  const folder = scratchFolder();
  const rows = spreadRows(devQuestions(options.spider).length, options.questions);
  const prompts = await devPrompts(options.model, options.spider, rows, options.schemaFormat);
  const runs = sidesOf(options, rows, prompts, folder);
  const lengths = prompts.prompts.map(({ length }) => length);
  say(
    `${rows.length} questions, prompts of ${Math.min(...lengths)} to ${Math.max(...lengths)} tokens, ` +
      `${options.newTokens} new tokens${options.ignoreEos ? "" : " at most"}`,
  );
  const results = new Map(runs.map(({ name }) => [name, [] as GenerateResult[]]));
  for (let round = 1; round <= options.rounds; round++) {
    for (const { name, run } of runs) {
      const result = await run();
      results.get(name)!.push(result);
      say(`round ${round}  ${name.padEnd(20)} ${(rows.length / result.seconds).toFixed(2)} queries/s`);
    }
  }
  const sides = runs.map(({ name }) => {
    const own = results.get(name)!;
    return { name, results: own, queriesPerSecond: spread(own.map(({ seconds }) => rows.length / seconds)) };
  });
  const agreements = await compareAnswers(options, rows, prompts, sides, folder, say);
  return { rows, sides, ratios: ratiosOf(sides), agreements };
}

function baseJob(options: GenerateOptions, { model }: DevPrompts): GenerateJob {
  const { newTokens, ignoreEos, threads } = options;
  return { model, newTokens, ignoreEos, threads };
}

function sqltuneJob(
  options: GenerateOptions,
  rows: readonly number[],
  prompts: DevPrompts,
  dtype: Precision,
): SqltuneGenerateJob {
  const { spider, schemaFormat, batchSize } = options;
  return {
    ...baseJob(options, prompts),
    ...{ dtype: DTYPES[dtype], spider, schemaFormat, batchSize, rows, mode: "batch" },
  };
}

function sidesOf(options: GenerateOptions, rows: readonly number[], prompts: DevPrompts, folder: string) {
  const runs: { name: string; run: () => Promise<GenerateResult> }[] = [];
  for (const dtype of options.dtype) {
    const job = sqltuneJob(options, rows, prompts, dtype);
    runs.push({ name: `sqltune ${dtype}`, run: () => runNode("generation/sqltune-child.ts", job, folder) });
  }
  const peer = { ...baseJob(options, prompts), prompts: prompts.prompts, stopIds: prompts.stopIds };
  if (options.peers.includes("transformers")) {
    const python = requirePython(options.python);
    for (const dtype of options.transformersDtype) {
      const job: TransformersJob = {
        ...peer,
        ...{ dtype: DTYPES[dtype], batch: options.transformersBatch, padId: prompts.padId },
      };
      runs.push({
        name: `transformers ${dtype}`,
        run: () => runPython(python, "generate_transformers.py", job, folder),
      });
    }
  }
  if (options.peers.includes("llama.cpp")) {
    const job: LlamaJob = {
      ...peer,
      ...{ peers: requireNodeLlamaCpp(), gguf: requireGguf(options.gguf, prompts.model) },
      ...{ sequences: options.llamaSequences, flashAttention: options.llamaFlashAttention },
    };
    runs.push({ name: "llama.cpp", run: () => runNode("generation/llama-child.ts", job, folder) });
  }
  return runs;
}

function ratiosOf(sides: readonly Side[]): Comparison["ratios"] {
  const own = sides.filter(({ name }) => name.startsWith("sqltune"));
  const peers = sides.filter(({ name }) => !name.startsWith("sqltune"));
  return own.flatMap((a) =>
    peers.map((b) => ({
      sides: [a.name, b.name] as [string, string],
      ratio: spread(a.results.map(({ seconds }, round) => b.results[round]!.seconds / seconds)),
    })),
  );
}

/** Batched against one by one, and against transformers in the same precision; margins by sqltune's own logits. */
async function compareAnswers(
  options: GenerateOptions,
  rows: readonly number[],
  prompts: DevPrompts,
  sides: readonly Side[],
  folder: string,
  say: Say,
): Promise<Agreement[]> {
  const agreements: Agreement[] = [];
  const answersOf = (name: string) => sides.find((side) => side.name === name)?.results.at(0)?.tokens;
  for (const dtype of options.dtype) {
    const batched = answersOf(`sqltune ${dtype}`)!;
    const some = rows.slice(0, options.oneByOne);
    const others: [string, number[][]][] = [];
    const job = sqltuneJob(options, some, prompts, dtype);
    if (some.length > 0) {
      const alone = await runNode<GenerateResult>(
        "generation/sqltune-child.ts",
        { ...job, mode: "one-by-one" },
        folder,
      );
      say(`one by one  sqltune ${dtype.padEnd(8)} ${(some.length / alone.seconds).toFixed(2)} queries/s`);
      others.push([`sqltune ${dtype} one by one`, alone.tokens]);
    }
    const transformers = answersOf(`transformers ${dtype}`);
    if (transformers) others.push([`transformers ${dtype}`, transformers]);
    for (const [name, tokens] of others) {
      const found = differences(batched, tokens);
      let margins: number[] = [];
      if (found.partings.length > 0) {
        const ids = found.partings.map(({ row, at }) => [...prompts.prompts[row]!, ...batched[row]!.slice(0, at)]);
        const read = { ...job, rows: [], margins: ids };
        margins = (await runNode<GenerateResult>("generation/sqltune-child.ts", read, folder)).margins as number[];
      }
      agreements.push({ sides: [`sqltune ${dtype}`, name], rows: found.rows, equal: found.equal, margins });
    }
  }
  return agreements;
}
