/** Answers prompts with llama.cpp through node-llama-cpp in a process of its own: JOB.json RESULT.json. */
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { peakBytes, startPeak } from "../process-memory.js";
import type { GenerateResult, LlamaJob } from "./job.js";

/** The part of node-llama-cpp that is used here; it is installed on request, so its types are not at hand. */
interface LlamaSequence {
  readonly nextTokenIndex: number;
  adaptStateToTokens(tokens: number[], allowShift?: boolean): Promise<void>;
  clearHistory(): Promise<void>;
  evaluate(tokens: number[], options: object): AsyncGenerator<number>;
}
interface NodeLlamaCpp {
  getLlama(options: object): Promise<{
    loadModel(options: object): Promise<{
      createContext(options: object): Promise<{ getSequence(): LlamaSequence; dispose(): Promise<void> }>;
    }>;
  }>;
}

async function main([jobFile, resultFile]: string[]): Promise<void> {
  const job = JSON.parse(readFileSync(jobFile!, "utf8")) as LlamaJob;
  const file = createRequire(join(job.peers, "package.json")).resolve("node-llama-cpp");
  const { getLlama } = (await import(pathToFileURL(file).href)) as NodeLlamaCpp;
  const threads = job.threads ?? undefined;
  const llama = await getLlama({
    gpu: false,
    build: "never",
    skipDownload: true,
    maxThreads: threads,
    progressLogs: false,
  });
  const model = await llama.loadModel({ modelPath: job.gguf });
  const longest = Math.max(...job.prompts.map(({ length }) => length)) + job.newTokens;
  const context = await model.createContext({
    ...{ sequences: job.sequences, contextSize: Math.ceil((longest + 8) / 256) * 256, threads },
    ...{ flashAttention: job.flashAttention, batchSize: 2048 },
  });
  const sequences = Array.from({ length: job.sequences }, () => context.getSequence());
  const stops = new Set(job.stopIds);

  const answer = async (sequence: LlamaSequence, prompt: readonly number[], most: number): Promise<number[]> => {
    const ids = [...prompt];
    // What the sequence holds already of this prompt is not computed again: the schema, where the row before shares it.
    await sequence.adaptStateToTokens(ids.slice(0, -1), false);
    const tokens: number[] = [];
    const options = { temperature: 0, yieldEogToken: true };
    for await (const token of sequence.evaluate(ids.slice(sequence.nextTokenIndex), options)) {
      tokens.push(token);
      if (tokens.length >= most || (!job.ignoreEos && stops.has(token))) break;
    }
    return tokens;
  };

  await Promise.all(sequences.map((sequence) => answer(sequence, job.prompts[0]!.slice(0, 16), 2)));
  await Promise.all(sequences.map((sequence) => sequence.clearHistory()));
  startPeak();
  const started = performance.now();
  const tokens: number[][] = new Array(job.prompts.length);
  // Each sequence answers a run of neighbours, so that it meets a schema once; node-llama-cpp evaluates the sequences'
  // tokens together.
  const share = job.prompts.length / job.sequences;
  await Promise.all(
    sequences.map(async (sequence, s) => {
      for (let row = Math.floor(s * share); row < Math.floor((s + 1) * share); row++) {
        tokens[row] = await answer(sequence, job.prompts[row]!, job.newTokens);
      }
    }),
  );
  const result: GenerateResult = { seconds: (performance.now() - started) / 1000, tokens, peakBytes: peakBytes() };
  writeFileSync(resultFile!, JSON.stringify(result));
  process.exit(0);
}

await main(process.argv.slice(2));
