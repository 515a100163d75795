/** sqltune's server over a base model, as `sqltune serve` starts it: JOB.json PORT. */
import { createWriteStream, readFileSync } from "node:fs";
import { devNull } from "node:os";
import { createEngine } from "../../src/infer/index.js";
import { loadModel } from "../../src/model/index.js";
import type { DType } from "../../src/native/types.js";
import type { SchemaFormat } from "../../src/schema/types.js";
import { createServer } from "../../src/server/index.js";

interface Job {
  model: string;
  dtype: DType;
  schemaFormat: SchemaFormat;
  ignoreEos: boolean;
  threads: number | null;
  newTokens: number;
}

async function main([file, port]: string[]): Promise<void> {
  const job = JSON.parse(readFileSync(file!, "utf8")) as Job;
  const { dtype, schemaFormat, newTokens: maxTokens } = job;
  const threads = job.threads ?? undefined;
  const model = await loadModel(job.model, { device: "cpu", dtype, computeDtype: dtype, threads });
  if (job.ignoreEos) Object.defineProperty(model.tokenizer, "stopIds", { value: [] });
  const engine = await createEngine({ model, prompt: { program: "chat", schemaFormat } });
  const log = createWriteStream(devNull);
  const app = await createServer({ models: [{ name: "bench", engine }], maxTokens, rateLimit: 0, log });
  await app.listen({ host: "127.0.0.1", port: Number(port) });
  process.once("SIGTERM", async () => {
    await app.close();
    engine.dispose();
    model.dispose();
    process.exit(0);
  });
}

await main(process.argv.slice(2));
