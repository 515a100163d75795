/** Answers rows of Spider dev with sqltune's engine in a process of its own: JOB.json RESULT.json. */
import { readFileSync, writeFileSync } from "node:fs";
import { Engine } from "../../src/infer/engine.js";
import { promptFor } from "../../src/infer/prompt-for.js";
import { loadModel } from "../../src/model/index.js";
import { peakBytes, startPeak } from "../process-memory.js";
import { devQuestions } from "./dev-rows.js";
import type { GenerateResult, SqltuneGenerateJob } from "./job.js";

async function main([jobFile, resultFile]: string[]): Promise<void> {
  const job = JSON.parse(readFileSync(jobFile!, "utf8")) as SqltuneGenerateJob;
  const { dtype, threads, batchSize, newTokens, ignoreEos, schemaFormat } = job;
  const model = await loadModel(job.model, {
    device: "cpu",
    dtype,
    computeDtype: dtype,
    threads: threads ?? undefined,
  });
  const prompt = promptFor(model.tokenizer, null, { program: "chat", schemaFormat });
  const engine = new Engine({
    ...{ model, ownsModel: true, batchSize, pool: null, answering: { sampling: { maxNewTokens: newTokens } } },
    prompt: ignoreEos ? { ...prompt, stopIds: [] } : prompt,
  });
  const all = devQuestions(job.spider);
  const questions = job.rows.map((row) => all[row]!);

  // Packs the weights and touches every page of them.
  await engine.generate({ question: "How many?", sampling: { maxNewTokens: 2 } });
  startPeak();
  const started = performance.now();
  const tokens: number[][] = [];
  if (job.mode === "batch") {
    for (const answer of await engine.generateBatch(questions)) tokens.push([...answer.tokens]);
  } else {
    for (const question of questions) tokens.push([...(await engine.generate(question)).tokens]);
  }
  const result: GenerateResult = { seconds: (performance.now() - started) / 1000, tokens, peakBytes: peakBytes() };
  if (job.margins) {
    const vocab = model.decoderConfig.vocabSize;
    result.margins = [];
    for (const ids of job.margins) {
      const logits = (await model.forward(Int32Array.from(ids))).subarray(-vocab);
      const [best, second] = Float32Array.from(logits).sort().reverse();
      result.margins.push(best! - second!);
    }
  }
  writeFileSync(resultFile!, JSON.stringify(result));
  engine.dispose();
}

await main(process.argv.slice(2));
