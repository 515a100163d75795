import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadModel, type Model } from "../../src/model/index.js";
import { readSafetensors } from "../unit/adapter-safetensors.js";
import { maxDifference, relativeDifference } from "./parity-compare.js";
import { lacks, parityModel, parityPython, pythonReference } from "./parity-python.js";

/** One row of logits.py's reference.json. */
interface PromptReference {
  text: string;
  ids: number[];
  greedy_ids: number[];
  margins: number[];
}

const CHAT = (user: string) => `<|im_start|>user\n${user}<|im_end|>\n<|im_start|>assistant\n`;
const PROMPTS = [
  "Once upon a time there was a database",
  CHAT("Write an SQL query that counts the rows of the table singer."),
  CHAT(
    "CREATE TABLE concert (concert_id INTEGER PRIMARY KEY, theme TEXT, year TEXT);\nCREATE TABLE singer (singer_id INTEGER PRIMARY KEY, name TEXT, age INTEGER);\n\nHow many singers are older than 20? Answer with SQL only.",
  ),
  "SELECT name, count(*) FROM stadium AS t1 JOIN concert AS t2 ON t1.stadium_id =",
  "def fibonacci(n):\n    ",
];
const FLOAT32 = { device: "cpu", dtype: "float32", computeDtype: "float32" } as const;

describe.each(["smollm2", "qwen"])("%s against transformers in float32", (name) => {
  const folder = parityModel(name);
  const skip = lacks(`logits of ${name}`, {
    SQLTUNE_PARITY_PYTHON: parityPython,
    [`SQLTUNE_PARITY_MODELS/${name}`]: folder,
  });

  it.skipIf(skip)(
    "logits to 1e-3, and the same 64 greedy tokens on every prompt",
    async () => {
      const out = await pythonReference("logits", PROMPTS, (to, inputs) => [folder!, inputs, to]);
      const reference = JSON.parse(readFileSync(join(out, "reference.json"), "utf8")) as PromptReference[];
      const logits = readSafetensors(join(out, "logits.safetensors"));
      using model = await loadModel(folder!, FLOAT32);
      for (const [i, { ids }] of reference.entries()) {
        const found = await model.forward(Int32Array.from(ids));
        expect(maxDifference(found, logits.get(String(i))!.data), PROMPTS[i]).toBeLessThan(1e-3);
      }
      const rows = await greedy(model, reference);
      expect(rows).toEqual(reference.map((r) => r.greedy_ids));
    },
    900_000,
  );
});

const smollm2 = parityModel("smollm2");
describe("SmolLM2 from GGUF and from safetensors", () => {
  it.skipIf(lacks("GGUF against safetensors", { "SQLTUNE_PARITY_MODELS/smollm2": smollm2 }))(
    "gives the same logits",
    async () => {
      const ids = Int32Array.from([1, 4093, 198, 1780, 253, 1820, 2, 198, 1, 520, 9531, 198]);
      const logits = async (path: string, dtype: "float32" | "bfloat16") => {
        using model = await loadModel(path, { ...FLOAT32, dtype });
        return model.forward(ids);
      };
      const gguf = join(smollm2!, "model.gguf");
      const safetensors = await logits(smollm2!, "float32");
      // The safetensors hold the same de-quantised values rounded to bfloat16: a GGUF rounded likewise is the same model.
      expect(maxDifference(await logits(gguf, "bfloat16"), safetensors)).toBeLessThan(1e-6);
      // Unrounded it differs by up to half a unit of bfloat16, 2^-9, a weight.
      const exact = relativeDifference(await logits(gguf, "float32"), safetensors);
      expect(exact).toBeGreaterThan(0);
      expect(exact).toBeLessThan(1e-2);
    },
  );
});

async function greedy(model: Model, reference: PromptReference[]): Promise<number[][]> {
  const rows = await model.native.generate(
    {
      tokens: Int32Array.from(reference.flatMap((r) => r.ids)),
      prefixLengths: new Int32Array(reference.length),
      branchCounts: new Int32Array(reference.length).fill(1),
      branchLengths: Int32Array.from(reference, (r) => r.ids.length),
    },
    {
      maxNewTokens: 64,
      temperature: 0,
      topP: 1,
      repetitionPenalty: 1,
      seed: 0,
      stopIds: new Int32Array(0),
    },
  );
  return rows.map((row) => [...row.tokens]);
}
