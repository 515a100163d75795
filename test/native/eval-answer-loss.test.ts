import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { answerLoss } from "../../src/eval/index.js";
import { promptFor } from "../../src/infer/prompt-for.js";
import { loadModel, type Model } from "../../src/model/index.js";
import { encodePrompt } from "../../src/prompt/encode-prompt.js";
import { parseSchema } from "../../src/schema/index.js";
import { writeTrainableModel } from "./train-fixture.js";

let root: string;
let model: Model;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "sqltune-answer-loss-"));
  process.env.SQLTUNE_CACHE = join(root, "cache");
  writeTrainableModel(join(root, "model"), { config: { maxPositionEmbeddings: 256 } });
  model = await loadModel(join(root, "model"), { device: "cpu", dtype: "float32", computeDtype: "float32" });
});
afterAll(async () => {
  model?.dispose();
  await rm(root, { recursive: true, force: true });
});

const prompt = { program: "inst", schemaFormat: "compact" } as const;
const schemas = new Map([["shop", { ...parseSchema("CREATE TABLE item (name TEXT);"), dbId: "shop" }]]);
const rows = [
  { id: "0", question: "How many?", sql: "SELECT count(*) FROM item", dbId: "shop" },
  { id: "1", question: "Which?", sql: "SELECT name FROM item", dbId: null },
  { id: "2", question: "Which are there?", sql: "SELECT DISTINCT name FROM item", dbId: "shop" },
  { id: "3", question: "Too long? ".repeat(40), sql: "SELECT 1", dbId: "shop" },
];

it("is that of the logits of each row alone, over the tokens of its answer", async () => {
  const { program } = promptFor(model.tokenizer, null, prompt);
  let [loss, tokens, correct] = [0, 0, 0];
  for (const { question, sql, dbId } of rows.slice(0, 3)) {
    const segments = program.segments({ question, sql, schema: dbId === null ? null : schemas.get(dbId)! });
    const { schema, question: asked, answer } = encodePrompt(model.tokenizer, segments, { bos: program.bos });
    const ids = Int32Array.of(...schema, ...asked, ...answer);
    const logits = await model.forward(ids);
    const vocab = logits.length / ids.length;
    for (let i = ids.length - answer.length; i < ids.length; i++) {
      const row = logits.subarray((i - 1) * vocab, i * vocab);
      const most = Math.max(...row);
      loss += most + Math.log(row.reduce((sum, value) => sum + Math.exp(value - most), 0)) - row[ids[i]!]!;
      if (row.indexOf(most) === ids[i]) correct++;
      tokens++;
    }
  }
  const found = await answerLoss({ model, prompt, rows, schemas });
  expect(found).toMatchObject({ tokens, rows_too_long: 1, token_accuracy: correct / tokens });
  expect(found.loss).toBeCloseTo(loss / tokens, 5);
  expect(found.perplexity).toBeCloseTo(Math.exp(loss / tokens), 3);
});

it("counts its rows, and stops when it is told to", async () => {
  const seen: string[] = [];
  const onProgress = ({ done, total }: { done: number; total: number }) => seen.push(`${done}/${total}`);
  await answerLoss({ model, prompt, rows, schemas, onProgress });
  expect(seen).toEqual(["2/3", "3/3"]);
  const signal = AbortSignal.abort();
  await expect(answerLoss({ model, prompt, rows, schemas, signal })).rejects.toThrow("aborted");
});
