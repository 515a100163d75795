import { describe, expect, it } from "vitest";
import { confidence } from "../../src/infer/confidence.js";
import { planBatches } from "../../src/infer/plan-batches.js";
import { samplingFromConfig, samplingSpec } from "../../src/infer/sampling.js";
import { TokenText } from "../../src/infer/token-text.js";

describe("confidence", () => {
  // Worked by hand: geometric mean of 0.5 and 0.125 is 0.25, the minimum 0.125.
  it.each([
    [[0.5, 0.125], 0.225],
    [[1, 1, 1], 1],
    [[0.9], 0.9],
    [[0.5, 0], 0],
    [[], 0],
  ])("%j -> %s", (probabilities, expected) => {
    expect(confidence(probabilities)).toBeCloseTo(expected, 12);
    expect(confidence(Float32Array.from(probabilities))).toBeCloseTo(expected, 6);
  });

  it("stays within [0, 1] where rounding gives a probability just over one", () => {
    expect(confidence([1.0000001, 1.0000001])).toBe(1);
  });
});

describe("planBatches", () => {
  const ids = (...values: number[]) => Int32Array.from(values);
  const A = [1, 1, 1, 1];
  const B = [2, 2];
  const prompt = (schema: number[], length: number, mark: number) => ({
    schema: ids(...schema),
    question: new Int32Array(length).fill(mark),
  });

  it("puts each prompt in exactly one row, behind its own schema", () => {
    const prompts = Array.from({ length: 23 }, (_, i) =>
      prompt(i % 3 === 0 ? A : i % 3 === 1 ? B : [], 1 + (i % 5), i),
    );
    for (const batchSize of [1, 2, 5, 8, 100]) {
      const seen: number[] = [];
      for (const { prompts: packed, rows } of planBatches(prompts, batchSize)) {
        expect(rows.length).toBeLessThanOrEqual(batchSize);
        expect(packed.branchLengths).toHaveLength(rows.length);
        let token = 0;
        let row = 0;
        packed.prefixLengths.forEach((prefixLength, group) => {
          const prefix = packed.tokens.subarray(token, token + prefixLength);
          token += prefixLength;
          for (let branch = 0; branch < packed.branchCounts[group]!; branch++, row++) {
            const { schema, question } = prompts[rows[row]!]!;
            expect(prefix).toEqual(schema);
            expect(packed.tokens.subarray(token, token + packed.branchLengths[row]!)).toEqual(question);
            token += packed.branchLengths[row]!;
          }
        });
        expect(token).toBe(packed.tokens.length);
        seen.push(...rows);
      }
      expect(seen.sort((a, b) => a - b)).toEqual(prompts.map((_, i) => i));
    }
  });

  it("computes a shared schema once a batch and starts with the longest rows", () => {
    const prompts = [prompt(B, 1, 0), prompt(A, 1, 1), prompt(B, 3, 2), prompt(A, 2, 3)];
    const [batch, ...rest] = planBatches(prompts, 8);
    expect(rest).toEqual([]);
    expect(batch!.rows).toEqual([3, 1, 2, 0]);
    expect(batch!.prompts.prefixLengths).toEqual(ids(4, 2));
    expect(batch!.prompts.branchCounts).toEqual(ids(2, 2));
  });

  it("does not split a group to fill up a batch", () => {
    const prompts = [...Array(3)].map((_, i) => prompt(A, 1, i)).concat([...Array(3)].map((_, i) => prompt(B, 1, i)));
    expect(planBatches(prompts, 4).map((b) => b.rows)).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
  });

  it("gives nothing for nothing", () => {
    expect(planBatches([], 4)).toEqual([]);
  });
});

describe("samplingSpec", () => {
  it("is greedy without options, and whenever do_sample is off", () => {
    expect(samplingSpec({}, [2])).toEqual({
      maxNewTokens: 256,
      temperature: 0,
      topP: 1,
      repetitionPenalty: 1,
      seed: 0,
      stopIds: Int32Array.of(2),
    });
    expect(samplingSpec({ temperature: 0.7, topP: 0.9 }, [])).toMatchObject({ temperature: 0, topP: 1 });
  });

  it("takes the seed project's inference section", () => {
    const section = {
      ...{ max_new_tokens: 64, do_sample: true, temperature: 0.1, top_p: 0.95, repetition_penalty: 1.15 },
      batch_size: 8,
    };
    expect(samplingSpec(samplingFromConfig(section), [])).toMatchObject({
      maxNewTokens: 64,
      temperature: 0.1,
      topP: 0.95,
      repetitionPenalty: 1.15,
    });
  });
});

describe("TokenText", () => {
  // Tokens are UTF-8 bytes, as the byte-level tokenizers fall back to; 256 is a control token.
  const bytes = {
    decode: (ids: ArrayLike<number>) =>
      new TextDecoder().decode(Uint8Array.from(Array.from(ids).filter((i) => i < 256))),
  };

  it("waits for whole characters, and the pieces make up the text", () => {
    const text = new TokenText(bytes);
    const pieces = [...new TextEncoder().encode("a é €🙂!"), 256].map((byte) => text.push(byte));
    expect(pieces).toEqual(["a", " ", "", "é", " ", "", "", "€", "", "", "", "🙂", "!", ""]);
    expect(text.end()).toBe("");
  });

  it("gives an incomplete character out at the end", () => {
    const text = new TokenText(bytes);
    expect([0x41, 0xe2, 0x82].map((byte) => text.push(byte)).join("")).toBe("A");
    expect(text.end()).toBe("\uFFFD");
  });

  it("keeps the spaces between words of a decoder that drops the first", () => {
    const words = ["", " SELECT", " *", " FROM", " t"];
    const sentencePiece = {
      decode: (ids: ArrayLike<number>) =>
        Array.from(ids)
          .map((i) => words[i])
          .join("")
          .replace(/^ /, ""),
    };
    const text = new TokenText(sentencePiece);
    expect([1, 2, 3, 4].map((id) => text.push(id)).join("")).toBe("SELECT * FROM t");
  });
});
