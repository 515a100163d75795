import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exampleQuestions, generateRows, samplingSpec } from "../../src/infer/index.js";
import { promptFor } from "../../src/infer/prompt-for.js";
import { loadModel, type Model } from "../../src/model/index.js";
import { PromptEncoder } from "../../src/prompt/encode-prompt.js";
import { parseSchema } from "../../src/schema/index.js";
import { lacks, parityModel } from "./parity-python.js";

const NEW_TOKENS = 40;
/**
 * A bfloat16 product of SmolLM2 moves its logits (of about 20) by this much with the shape of the batch: 8 bits of
 * mantissa are a step of 0.125 there.
 */
const BFLOAT16_TIE = 0.25;

const folder = parityModel("smollm2");
const skip = lacks("batched against single answers", { "SQLTUNE_PARITY_MODELS/smollm2": folder });

describe.skipIf(skip)("answers in a batch and alone", () => {
  let model: Model;
  let answers: { ids: number[]; alone: number[]; batched: number[] }[];
  beforeAll(async () => {
    model = await loadModel(folder!, { device: "cpu", dtype: "bfloat16", computeDtype: "bfloat16" });
    const prompt = promptFor(model.tokenizer, null, { schemaFormat: "compact" });
    const encoder = new PromptEncoder(model.tokenizer, { bos: prompt.program.bos });
    const prompts = exampleQuestions.flatMap(({ schema, question }) =>
      [question, "How many rows are there?", "List everything, newest first."].map((text) =>
        encoder.encode(prompt.program.segments({ question: text, schema: parseSchema(schema) })),
      ),
    );
    const spec = samplingSpec({ maxNewTokens: NEW_TOKENS }, prompt.stopIds);
    const generate = async (some: typeof prompts) => {
      const rows = await generateRows(
        model,
        some.map((prompt) => ({ prompt, automaton: null })),
        spec,
      );
      return rows.map(({ tokens }) => [...tokens]);
    };
    const alone: number[][] = [];
    for (const one of prompts) alone.push(...(await generate([one])));
    const batched = await generate(prompts);
    answers = prompts.map((p, i) => ({
      ids: [...p.schema, ...p.question],
      alone: alone[i]!,
      batched: batched[i]!,
    }));
  }, 600_000);
  afterAll(() => model?.dispose());

  it("part in bfloat16 only where the two best tokens nearly tie", async () => {
    const partings: { row: number; at: number; margin: number }[] = [];
    for (const [row, { ids, alone, batched }] of answers.entries()) {
      const at = alone.findIndex((token, i) => token !== batched[i]);
      if (at === -1) {
        expect(batched).toEqual(alone);
        continue;
      }
      const vocab = model.decoderConfig.vocabSize;
      const logits = (await model.forward(Int32Array.from([...ids, ...alone.slice(0, at)]))).subarray(-vocab);
      const best = Math.max(...logits);
      const margin = Math.max(best - logits[alone[at]!]!, best - logits[batched[at]!]!);
      partings.push({ row, at, margin });
    }
    const tied = partings.filter(({ margin }) => margin <= BFLOAT16_TIE);
    expect(partings, `${tied.length} of ${answers.length} rows part at a tie`).toEqual(tied);
    expect(answers.every(({ alone }) => alone.length > 0)).toBe(true);
  });
});
