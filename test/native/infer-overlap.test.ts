import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEngine } from "../../src/infer/index.js";
import { loadModel, type Model } from "../../src/model/index.js";
import { writeTinyFolder } from "./model-tiny-folder.js";

const SINGER = "CREATE TABLE singer (singer_id INT PRIMARY KEY, name TEXT, age INT);";
const QUESTION = { question: "How many singers?", schema: SINGER };

let root: string;
let model: Model;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "sqltune-overlap-"));
  const { folder } = writeTinyFolder(join(root, "base"), { config: { vocabSize: 99, headDim: 16 } });
  model = await loadModel(folder, { device: "cpu", dtype: "float32", computeDtype: "float32" });
});
afterAll(async () => {
  model?.dispose();
  await rm(root, { recursive: true, force: true });
});

describe("calls that overlap", () => {
  it("are with the model at the same time: none waits for another", async () => {
    using engine = await createEngine({ model, maxNewTokens: 4 });
    const { native } = model;
    let open = () => {};
    const calls = new Promise<void>((resolve) => {
      open = resolve;
    });
    let arrived = 0;
    const generate = native.generate.bind(native);
    const together: typeof generate = async (...call) => {
      if (++arrived === 3) open();
      await calls;
      return generate(...call);
    };
    Object.defineProperty(native, "generate", { value: together, configurable: true });
    try {
      const [one, [two]] = await Promise.all([
        engine.generate(QUESTION),
        engine.generateBatch([{ question: "Which city?" }]),
        engine.stream({ question: "How old?" }).next(),
      ]);
      expect(one.tokens.length).toBeGreaterThan(0);
      expect(two!.tokens.length).toBeGreaterThan(0);
    } finally {
      Reflect.deleteProperty(native, "generate");
    }
  });

  it("give what each gives alone, in many parts as in one", async () => {
    using engine = await createEngine({ model, maxNewTokens: 2 });
    const questions = [...Array(300)].map((_, i) => ({
      question: `${i}?`,
      schema: i % 2 ? SINGER : "TABLE: t ( a (INT) )",
    }));
    let given = 0;
    const answers = await engine.generateBatch(questions, { onAnswer: () => given++ });
    expect(given).toBe(300);
    for (const i of [0, 1, 255, 256, 299]) {
      expect([...answers[i]!.tokens]).toEqual([...(await engine.generate(questions[i]!)).tokens]);
    }
  });

  it("share kept schemas only under one key", async () => {
    using engine = await createEngine({ model, maxNewTokens: 2 });
    const schema = "CREATE TABLE planet (planet_id INT PRIMARY KEY, name TEXT, radius REAL);";
    const ask = async (question: string, cacheKey?: string) =>
      (await engine.generate({ question, schema, cacheKey })).cachedTokens;
    expect(await ask("How many?", "one")).toBe(0);
    // Processors without the project's kernels keep nothing.
    if (model.native.prefixCache().misses === 0) return;
    const known = await ask("Which is largest?", "one");
    expect(known).toBeGreaterThan(20);
    expect(await ask("How many?", "two")).toBe(0);
    const [batched] = await engine.generateBatch([{ question: "How small?", schema }], { cacheKey: "one" });
    expect(batched!.cachedTokens).toBe(known);
    using without = await createEngine({ model, maxNewTokens: 2, prefixCacheBytes: 0 });
    expect(model.native.prefixCache().limitBytes).toBe(0);
    expect((await without.generate({ question: "How big?", schema, cacheKey: "one" })).cachedTokens).toBe(0);
    model.native.setPrefixCacheLimit(192 * 2 ** 20);
  });
});
