import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkBuild, loadAddon } from "../../src/native/load.js";
import type { Addon, NativeModel, PackedBatch, SamplingSpec } from "../../src/native/types.js";
import { writeTinyModel } from "./tiny-model.js";
import { trainable, trainingBatch } from "./training-batch.js";

const folder = mkdtempSync(join(tmpdir(), "sqltune-load-"));
let addon: Addon;
beforeAll(() => {
  addon = loadAddon();
});
afterAll(() => rmSync(folder, { recursive: true }));

const prompt = (length: number): Omit<PackedBatch, "labels"> => trainingBatch(1, length);
const greedy = (maxNewTokens: number): SamplingSpec => ({
  maxNewTokens,
  temperature: 0,
  topP: 1,
  repetitionPenalty: 1,
  seed: 0,
  stopIds: new Int32Array(),
});

describe("loadAddon", () => {
  it("loads once and tells what it runs on", () => {
    expect(loadAddon()).toBe(addon);
    const info = addon.info();
    expect(info.torchRuntime).toBe(info.torchBuilt);
    expect(info.torchBuilt).toMatch(/^2\.\d+\.\d+$/);
    expect(info.threads).toBeGreaterThanOrEqual(1);
    expect(info.cuda.devices.length > 0).toBe(info.cuda.available);
  });

  it("peak memory counts what the process has touched", () => {
    const before = addon.peakMemory().process;
    const touched = Buffer.alloc(before > 2e9 ? 1 : 64 << 20, 1);
    expect(addon.peakMemory().process).toBeGreaterThanOrEqual(before);
    expect(before).toBeGreaterThan(50e6);
    expect(touched[0]).toBe(1);
  });

  it("setThreads takes a number; 0 is the default again", () => {
    const usual = addon.info().threads;
    addon.setThreads(1);
    expect(addon.info().threads).toBe(1);
    addon.setThreads(0);
    expect(addon.info().threads).toBe(usual);
    expect(() => addon.setThreads(-1)).toThrow("setThreads: threads is -1, expected a whole number of at least 0.");
  });
});

describe("checkBuild", () => {
  const torch = (version: string) => {
    const dir = join(folder, `torch-${version}`);
    mkdirSync(join(dir, "lib"), { recursive: true });
    mkdirSync(join(dir, "include/ATen"), { recursive: true });
    writeFileSync(join(dir, "include/ATen/ATen.h"), "");
    writeFileSync(join(dir, "version.py"), `__version__ = '${version}'\ncuda: Optional[str] = None\n`);
    return dir;
  };
  const built = (name: string, stamp: unknown) => {
    const file = join(folder, name, "sqltune.node");
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(file, "");
    if (stamp !== undefined) writeFileSync(join(folder, name, "sqltune.json"), JSON.stringify(stamp));
    return file;
  };

  it("names a missing build and how to make it", () => {
    const file = join(folder, "none", "sqltune.node");
    expect(() => checkBuild(file, {})).toThrow(
      `The native layer is not built: ${file} does not exist.\nTo fix it, one of:\n  1. Run: npx sqltune setup`,
    );
    expect(() => checkBuild(built("stampless", undefined), {})).toThrow("has no build stamp beside it");
  });

  it("refuses another libtorch than the one it was built for, before loading it", () => {
    const dir = torch("2.12.0");
    const file = built("moved", { torch: "2.13.0+cpu", cxx11Abi: 1, torchDir: dir });
    expect(() => checkBuild(file, {})).toThrow(
      `The native layer was built for libtorch 2.13.0+cpu in ${dir}, where there is now libtorch 2.12.0.`,
    );
    const gone = built("gone", { torch: "2.13.0", cxx11Abi: 1, torchDir: join(folder, "no-such") });
    expect(() => checkBuild(gone, {})).toThrow("where there is now none.");
  });

  it("refuses when SQLTUNE_TORCH_DIR names another version", () => {
    const file = built("variable", { torch: "2.13.0", cxx11Abi: 1, torchDir: torch("2.13.0") });
    expect(checkBuild(file, {}).torch).toBe("2.13.0");
    expect(() => checkBuild(file, { SQLTUNE_TORCH_DIR: torch("2.11.0") })).toThrow(
      "SQLTUNE_TORCH_DIR names libtorch 2.11.0, but the native layer was built for 2.13.0",
    );
  });
});

describe("arguments", () => {
  const rejection = async (promise: Promise<unknown>) => {
    const error = (await promise.then(
      () => null,
      (reason: unknown) => reason,
    )) as NodeJS.ErrnoException | null;
    return `${error?.code}: ${error?.message}`;
  };
  let model: NativeModel;
  beforeAll(async () => {
    model = await addon.loadModel(writeTinyModel(join(folder, "arguments")));
  });

  it("are named with what was found and what was expected", async () => {
    const spec = writeTinyModel(join(folder, "spec"));
    const wrong: [Promise<unknown>, string][] = [
      [addon.loadModel(undefined as never), "loadModel: spec is undefined, expected an object."],
      [
        addon.loadModel({ ...spec, config: { ...spec.config, hiddenSize: 1.5 } }),
        "loadModel: spec.config.hiddenSize is 1.5, expected a whole number of at least 1.",
      ],
      [
        addon.loadModel({ ...spec, config: { ...spec.config, numKvHeads: 3 } }),
        "loadModel: spec.config.numKvHeads is 3, expected a divisor of numHeads, which is 4.",
      ],
      [
        addon.loadModel({ ...spec, config: { ...spec.config, architecture: "gpt2" as never } }),
        'loadModel: spec.config.architecture is "gpt2", expected one of "llama", "mistral", "qwen2".',
      ],
      [addon.loadModel({ ...spec, files: [] }), "loadModel: spec.files is empty, expected at least one weight file."],
      [
        addon.loadModel({ ...spec, computeDtype: "float16" }),
        'loadModel: spec.computeDtype is "float16", expected one of "float32", "bfloat16".',
      ],
      [model.forward([1] as never), "forward: tokens is an array, expected an Int32Array."],
      [
        model.forward(new Uint8Array(1) as never),
        "forward: tokens is a typed array of another kind, expected an Int32Array.",
      ],
      [
        model.forward(new Int32Array(1), {} as never),
        "forward: abort is an object, expected an object made by createAbort().",
      ],
      [
        model.forwardBackward({ ...trainingBatch(1, 4), labels: null as never }, 0),
        "forwardBackward: batch.labels is null, expected an Int32Array.",
      ],
      [
        model.addLora({ modules: [{ name: "x", r: 0, scaling: 1 }], dropout: 0, seed: 0 }),
        "addLora: spec.modules[0].r is 0, expected a whole number of at least 1.",
      ],
      [
        model.addLora({ modules: [{ name: "x", r: 1, scaling: 1 }], dropout: 1, seed: 0 }),
        "addLora: spec.dropout is 1, expected a number in [0, 1).",
      ],
      [
        model.generate(prompt(3), { ...greedy(1), topP: 1.5 }),
        "generate: sampling.topP is 1.5, expected a number in (0, 1].",
      ],
      [model.step(Number.NaN), "step: learningRate is NaN, expected a finite number."],
      [model.saveLora("" as never), 'saveLora: path is "", expected a file\'s path.'],
    ];
    for (const [promise, message] of wrong) {
      expect(await rejection(promise)).toBe(`ERR_SQLTUNE_INVALID_ARGUMENT: ${message}`);
    }
  });

  it("methods cannot be called on another object, nor models made by new", () => {
    const other = addon.createAbort();
    expect(() => model.forward.call(other, new Int32Array(1))).toThrow("Illegal invocation");
    const NativeModel = model.constructor as new () => unknown;
    expect(() => new NativeModel()).toThrow("NativeModel is made by loadModel(), not by new.");
  });

  it("a disposed model rejects; work queued before it is still done", async () => {
    const own = await addon.loadModel(writeTinyModel(join(folder, "disposed")));
    const queued = own.forward(new Int32Array([1, 2]));
    own.dispose();
    own.dispose();
    expect((await queued).length).toBe(2 * 128);
    expect(await rejection(own.forward(new Int32Array([1])))).toMatch(/INVALID_ARGUMENT: the model was disposed/);
    expect(own.parameterCount).toBeGreaterThan(0);
  });

  it("native faults carry a code, a plain message and libtorch's trace apart", async () => {
    const spec = writeTinyModel(join(folder, "short"));
    const bytes = readFileSync(spec.files[0]!);
    writeFileSync(spec.files[0]!, bytes.subarray(0, bytes.length - 10));
    expect(await rejection(addon.loadModel(spec))).toMatch(/^ERR_SQLTUNE_WEIGHTS: .*truncated/);
    expect(await rejection(model.forward(new Int32Array([1, 999999])))).not.toMatch(/frame #|\.cpp|\.cc:/);
  });
});

describe("calls", () => {
  it("an abort ends the running call and not the next", async () => {
    const model = await trainable(addon, join(folder, "abort"));
    const abort = addon.createAbort();
    const long = model.forwardBackward(trainingBatch(256, 128), 1, abort);
    abort.abort();
    await expect(long).rejects.toMatchObject({ code: "ERR_SQLTUNE_ABORTED" });
    await model.zeroGrad();
    expect((await model.forwardBackward(trainingBatch(1, 8), 1)).tokens).toBe(7);
    model.dispose();
  });

  it("onToken streams every token in order; what it throws rejects the call", async () => {
    const model = await addon.loadModel(writeTinyModel(join(folder, "stream")));
    const streamed: number[] = [];
    const [row] = await model.generate(prompt(5), greedy(12), (_, token) => streamed.push(token));
    expect(streamed).toEqual([...row!.tokens]);
    const own = new Error("from the callback");
    await expect(
      model.generate(prompt(5), greedy(200), () => {
        throw own;
      }),
    ).rejects.toBe(own);
    model.dispose();
  });

  it("results own their memory after the model is gone", async () => {
    const model = await addon.loadModel(writeTinyModel(join(folder, "owned")));
    const logits = await model.forward(new Int32Array([1, 2, 3]));
    const copy = Float32Array.from(logits);
    model.dispose();
    await (await addon.loadModel(writeTinyModel(join(folder, "owned")))).forward(new Int32Array([4, 5, 6]));
    expect(logits).toEqual(copy);
  });

  it("a model of two shards equals the one of one file", async () => {
    const whole = await addon.loadModel(writeTinyModel(join(folder, "whole"), { seed: 5 }));
    const sharded = writeTinyModel(join(folder, "shards"), { seed: 5, shards: 3 });
    expect(sharded.files).toHaveLength(3);
    const model = await addon.loadModel(sharded);
    const tokens = new Int32Array([1, 2, 3, 4]);
    expect(await model.forward(tokens)).toEqual(await whole.forward(tokens));
    const without = { ...sharded, files: sharded.files.slice(0, 2) };
    await expect(addon.loadModel(without)).rejects.toMatchObject({ code: "ERR_SQLTUNE_WEIGHTS" });
  });
});
