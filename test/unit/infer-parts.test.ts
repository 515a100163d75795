import { describe, expect, it } from "vitest";
import { resolveConfig } from "../../src/config/index.js";
import { answerSettings } from "../../src/infer/answer-settings.js";
import { confidence } from "../../src/infer/confidence.js";
import { engineFromConfig, samplingFromConfig } from "../../src/infer/engine-config.js";
import type { AnswerOptions } from "../../src/infer/engine-types.js";
import { packPrompts } from "../../src/infer/pack-prompts.js";
import { samplingSpec } from "../../src/infer/sampling.js";
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

describe("packPrompts", () => {
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
    const { prompts: packed, rows } = packPrompts(prompts);
    expect(packed.branchLengths).toHaveLength(rows.length);
    expect(packed.prefixLengths).toHaveLength(3);
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
    expect([...rows].sort((a, b) => a - b)).toEqual(prompts.map((_, i) => i));
  });

  it("computes a shared schema once and starts with the longest rows", () => {
    const { prompts, rows } = packPrompts([prompt(B, 1, 0), prompt(A, 1, 1), prompt(B, 3, 2), prompt(A, 2, 3)]);
    expect(rows).toEqual([3, 1, 2, 0]);
    expect(prompts.prefixLengths).toEqual(ids(4, 2));
    expect(prompts.branchCounts).toEqual(ids(2, 2));
  });
});

describe("answerSettings", () => {
  it("takes the call's options over the engine's, and defaults where neither says anything", () => {
    const engine = { constrain: "lex", repair: 2, sampling: { seed: 3, topP: 0.5 } } as const;
    expect(
      answerSettings(engine, { constrain: "off", repair: undefined, sampling: { seed: 4 }, cacheKey: "k" }),
    ).toEqual({
      ...{ constrain: "off", select: null, repair: 2, abstainBelow: null, promptLimit: null, check: false },
      ...{ cacheKey: "k", sampling: { seed: 4, topP: 0.5 } },
    });
    expect(answerSettings({ sampling: {}, select: { by: "vote" } }).select).toEqual({
      by: "vote",
      n: 5,
      temperature: 0.7,
    });
    expect(answerSettings({ sampling: {}, select: { by: "vote" } }, { select: null }).select).toBeNull();
  });

  it("names every option that makes no sense", () => {
    const strange = { constrain: "sql", repair: -1, abstainBelow: 2, promptLimit: 0.5, select: { by: "best", n: 0 } };
    expect(() => answerSettings({ ...(strange as never as AnswerOptions), sampling: {} })).toThrow(
      /constrain is "sql"[\s\S]*repair is -1[\s\S]*abstainBelow is 2[\s\S]*promptLimit is 0.5[\s\S]*select.by is "best"[\s\S]*select.n is 0/,
    );
  });
});

describe("an engine of a config file", () => {
  it("is made by the inference section", () => {
    expect(engineFromConfig(resolveConfig({}).inference)).toMatchObject({
      ...{ batchSize: 64, constrain: "off", select: null, repair: 0, abstainBelow: null, promptLimit: null },
    });
    const { inference } = resolveConfig({
      inference: {
        select: "vote",
        candidates: 8,
        sample_temperature: 1,
        prefix_cache_mb: 0,
        abstain_below: 0.4,
        prompt_limit: 99,
      },
    });
    expect(engineFromConfig(inference)).toMatchObject({
      select: { by: "vote", n: 8, temperature: 1 },
      ...{ prefixCacheBytes: 0, abstainBelow: 0.4, promptLimit: 99 },
    });
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
