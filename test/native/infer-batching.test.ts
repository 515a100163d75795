import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loadAddon } from "../../src/native/load.js";
import type { Addon, GeneratedRow, NativeModel, PackedBatch, SamplingSpec } from "../../src/native/types.js";
import { writeTinyModel } from "./tiny-model.js";

// Calls of one model that overlap, as a server makes them. What a row must be is tested in C++ against recomputing it;
// here: order among calls of different kinds, aborts, errors and the kept prefixes.

const folder = mkdtempSync(join(tmpdir(), "sqltune-batching-"));
let addon: Addon;
let model: NativeModel;
beforeAll(async () => {
  addon = loadAddon();
  model = await load();
});
afterAll(() => {
  model?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const load = () =>
  addon.loadModel(writeTinyModel(join(folder, "model"), { config: { headDim: 16, maxPositionEmbeddings: 4096 } }));

type Prompts = Omit<PackedBatch, "labels">;
/** One group: a prefix and branches of its own. */
const prompts = (prefix: number[], ...branches: number[][]): Prompts => ({
  tokens: Int32Array.from([...prefix, ...branches.flat()]),
  prefixLengths: Int32Array.of(prefix.length),
  branchCounts: Int32Array.of(branches.length),
  branchLengths: Int32Array.from(branches.map((branch) => branch.length)),
});
const counting = (from: number, count: number) => Array.from({ length: count }, (_, i) => (from + i) % 128);

const greedy: SamplingSpec = {
  ...{ maxNewTokens: 24, temperature: 0, topP: 1, repetitionPenalty: 1, seed: 0 },
  stopIds: new Int32Array(),
};
const tokensOf = (rows: GeneratedRow[]) => rows.map((row) => [...row.tokens]);

it("sixteen overlapping calls answer as one by one, and stream their own tokens", async () => {
  const schema = counting(3, 90);
  const calls = Array.from({ length: 16 }, (_, i) => ({
    prompts: prompts(i % 4 === 3 ? [] : schema, counting(i, 5 + i), counting(2 * i, 3)),
    sampling: { ...greedy, temperature: i % 3 === 0 ? 0.9 : 0, seed: i, maxNewTokens: 10 + i },
  }));
  const streamed = calls.map((): number[][] => [[], []]);
  const together = await Promise.all(
    calls.map((call, i) => model.generate(call.prompts, call.sampling, (row, token) => streamed[i]![row]!.push(token))),
  );
  for (const [i, call] of calls.entries()) {
    const alone = await model.generate(call.prompts, call.sampling);
    expect(tokensOf(together[i]!)).toEqual(tokensOf(alone));
    expect(streamed[i]).toEqual(tokensOf(alone));
  }
});

it("a short call that comes later ends before a long one", async () => {
  const ended: string[] = [];
  const long = model.generate(prompts([], counting(0, 4)), { ...greedy, maxNewTokens: 600 });
  const short = model.generate(prompts([], counting(5, 4)), { ...greedy, maxNewTokens: 3 });
  await Promise.all([long.then(() => ended.push("long")), short.then(() => ended.push("short"))]);
  expect(ended).toEqual(["short", "long"]);
});

it("another kind of call waits for the generations before it and goes before those after it", async () => {
  const own = await load();
  const spec = { modules: [{ name: "model.layers.0.mlp.down_proj", r: 2, scaling: 1 }], dropout: 0, seed: 1 };
  const ended: string[] = [];
  const note = (name: string) => () => ended.push(name);
  await Promise.all([
    own.generate(prompts([], counting(0, 4)), { ...greedy, maxNewTokens: 200 }).then(note("long")),
    own.generate(prompts([], counting(0, 4)), { ...greedy, maxNewTokens: 100 }).then(note("middle")),
    own.addLora(spec).then(note("addLora")),
    own.generate(prompts([], counting(0, 4)), { ...greedy, maxNewTokens: 2 }).then(note("short")),
    own.forward(Int32Array.from(counting(0, 4))).then(note("forward")),
    own.generate(prompts([], counting(0, 4)), { ...greedy, maxNewTokens: 1 }).then(note("last")),
  ]);
  expect(ended).toEqual(["middle", "long", "addLora", "short", "forward", "last"]);
  own.dispose();
});

it("one of three overlapping calls is aborted: it resolves with what it has, the others go on", async () => {
  const abort = addon.createAbort();
  const call = (i: number) => prompts(counting(7, 40), counting(i, 6));
  let seen = 0;
  const [first, aborted, last] = await Promise.all([
    model.generate(call(1), { ...greedy, maxNewTokens: 800 }),
    model.generate(call(2), { ...greedy, maxNewTokens: 3000 }, () => ++seen === 5 && abort.abort(), abort),
    model.generate(call(3), { ...greedy, maxNewTokens: 800 }),
  ]);
  expect(aborted[0]!.finishReason).toBe("abort");
  expect(aborted[0]!.tokens.length).toBeGreaterThanOrEqual(5);
  expect(aborted[0]!.tokens.length).toBeLessThan(3000);
  expect([first[0]!.tokens.length, last[0]!.tokens.length]).toEqual([800, 800]);
});

it("an error in one call does not disturb the others", async () => {
  const good = prompts([], counting(0, 6));
  const wrong = { ...good, tokens: good.tokens.map((id, i) => (i === 3 ? 5000 : id)) };
  const thrown = new Error("the listener is gone");
  const results = await Promise.allSettled([
    model.generate(good, greedy),
    model.generate(wrong, greedy),
    model.generate(good, { ...greedy, maxNewTokens: 3000 }, () => {
      throw thrown;
    }),
    model.generate(good, greedy),
  ]);
  const alone = tokensOf(await model.generate(good, greedy));
  for (const i of [0, 3]) expect(tokensOf((results[i] as PromiseFulfilledResult<GeneratedRow[]>).value)).toEqual(alone);
  expect(results[1]).toMatchObject({ reason: { code: "ERR_SQLTUNE_INVALID_ARGUMENT" } });
  expect(results[2]).toMatchObject({ reason: thrown });
});

it("dispose with generations in flight: they end, later calls reject", async () => {
  const own = await load();
  const running = [1, 2, 3].map((i) => own.generate(prompts([], counting(i, 5)), { ...greedy, maxNewTokens: 300 * i }));
  own.dispose();
  const rows = await Promise.all(running);
  expect(rows.map(([row]) => row!.tokens.length)).toEqual([300, 600, 900]);
  await expect(own.generate(prompts([], [1]), greedy)).rejects.toThrow("disposed");
  expect(() => own.prefixCache()).toThrow("disposed");
});

it("refuses wrong cache keys, constraints and limits", async () => {
  const wrong = (over: object) => model.generate(prompts([], [1]), { ...greedy, ...over } as SamplingSpec);
  await expect(wrong({ cacheKey: 3 })).rejects.toThrow("generate: sampling.cacheKey is 3, expected a string");
  await expect(wrong({ constraints: [{}] })).rejects.toThrow(
    "generate: sampling.constraints[0] is an object, expected",
  );
  await expect(wrong({ constraints: [null, null] })).rejects.toThrow("constraints has 2 entries for 1 rows");
  expect(() => model.setPrefixCacheLimit(-1)).toThrow("setPrefixCacheLimit: bytes is -1, expected");
});

it("kept prefixes: found by their longest beginning, apart by key, within their memory", async () => {
  const own = await load();
  await own.generate(prompts(counting(0, 80), [1]), greedy);
  const empty = own.prefixCache();
  if (empty.entries === 0) {
    // No kernels of this project on this processor: nothing is kept.
    expect(empty).toEqual({ bytes: 0, limitBytes: 192 * 2 ** 20, entries: 0, hits: 0, misses: 0 });
    return;
  }
  expect(empty).toMatchObject({ limitBytes: 192 * 2 ** 20, entries: 1, hits: 0, misses: 1 });
  const cached = async (prefix: number[], cacheKey?: string) =>
    (await own.generate(prompts(prefix, [1]), { ...greedy, ...(cacheKey === undefined ? {} : { cacheKey }) }))[0]!
      .cachedTokens;
  expect(await cached(counting(0, 80))).toBe(80);
  expect(await cached([...counting(0, 80), 5, 5])).toBe(80);
  expect(await cached(counting(0, 80), "other")).toBe(0);
  expect(await cached(counting(0, 80), "other")).toBe(80);
  expect(own.prefixCache()).toMatchObject({ entries: 3, hits: 3, misses: 2 });
  own.setPrefixCacheLimit(0);
  expect(await cached(counting(0, 80))).toBe(0);
  expect(own.prefixCache()).toMatchObject({ bytes: 0, limitBytes: 0, entries: 0 });
  own.dispose();
});
