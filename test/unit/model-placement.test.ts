import { describe, expect, it } from "vitest";
import { abortable } from "../../src/model/abortable.js";
import { linearShapes } from "../../src/model/linear-shapes.js";
import { choosePlacement } from "../../src/model/placement.js";
import type { DecoderConfig, NativeInfo } from "../../src/native/types.js";

const machine = (options: { cuda?: boolean; mps?: boolean; fastBfloat16?: boolean }): NativeInfo => ({
  torchBuilt: "2.13.0",
  torchRuntime: "2.13.0",
  cpuCapability: "AVX2",
  fastBfloat16: options.fastBfloat16 ?? false,
  threads: 2,
  cuda: { available: options.cuda ?? false, devices: options.cuda ? ["card"] : [] },
  mps: { available: options.mps ?? false },
});

describe("choosePlacement", () => {
  it.each([
    ["a plain CPU", {}, {}, ["cpu", "float32", "float32"]],
    ["a CPU with bf16 products", { fastBfloat16: true }, {}, ["cpu", "bfloat16", "bfloat16"]],
    ["an NVIDIA card", { cuda: true, mps: true }, {}, ["cuda", "bfloat16", "bfloat16"]],
    ["a Mac", { mps: true, fastBfloat16: true }, {}, ["mps", "float32", "float32"]],
    ["cpu asked for beside a card", { cuda: true }, { device: "cpu" }, ["cpu", "float32", "float32"]],
    ["fp16 on a plain CPU", {}, { dtype: "float16" }, ["cpu", "float16", "float32"]],
    ["fp16 on a bf16 CPU", { fastBfloat16: true }, { dtype: "float16" }, ["cpu", "float16", "bfloat16"]],
    ["fp16 on a card", { cuda: true }, { dtype: "float16" }, ["cuda", "float16", "float16"]],
    ["bf16 held on a plain CPU", {}, { dtype: "bfloat16" }, ["cpu", "bfloat16", "float32"]],
    ["bf16 insisted on", {}, { dtype: "bfloat16", computeDtype: "bfloat16" }, ["cpu", "bfloat16", "bfloat16"]],
    ["fp32 on a bf16 CPU", { fastBfloat16: true }, { dtype: "float32" }, ["cpu", "float32", "float32"]],
  ] as const)("%s", (_, has, request, [device, dtype, computeDtype]) => {
    expect(choosePlacement(request, machine(has))).toEqual({ device, dtype, computeDtype, warnings: [] });
  });

  it("says that it does not compute float16 on a CPU", () => {
    const placement = choosePlacement({ dtype: "float16", computeDtype: "float16" }, machine({ fastBfloat16: true }));
    expect(placement).toMatchObject({ dtype: "float16", computeDtype: "bfloat16" });
    expect(placement.warnings).toEqual([
      "float16 is not computed on a CPU, where it is slow: products are in bfloat16 instead.",
    ]);
  });

  it("names the devices found when the wanted one is missing", () => {
    expect(() => choosePlacement({ device: "cuda" }, machine({ mps: true }))).toThrow(
      'device "cuda" is not available; found: mps, cpu (libtorch 2.13.0). Check `nvidia-smi`',
    );
    expect(() => choosePlacement({ device: "tpu" as "cpu" }, machine({}))).toThrow(
      'device "tpu" is not available; found: cpu (libtorch 2.13.0). Devices are "auto", "cpu", "cuda" and "mps".',
    );
  });
});

describe("linearShapes", () => {
  it("gives TinyLlama's shapes (its config_spider LoRA has 1,126,400 parameters on q_proj and v_proj at r 8)", () => {
    const shapes = linearShapes({
      numLayers: 22,
      hiddenSize: 2048,
      intermediateSize: 5632,
      numHeads: 32,
      numKvHeads: 4,
      headDim: 64,
    } as DecoderConfig);
    expect(shapes.size).toBe(22 * 7);
    let parameters = 0;
    for (const [name, [out, inner]] of shapes) if (/[qv]_proj$/.test(name)) parameters += 8 * (out + inner);
    expect(parameters).toBe(1_126_400);
    expect(shapes.get("model.layers.21.mlp.down_proj")).toEqual([2048, 5632]);
  });
});

describe("abortable", () => {
  const addon = () => {
    let aborted = false;
    const abort = () => {
      aborted = true;
    };
    return { createAbort: () => ({ abort }), wasAborted: () => aborted };
  };

  it("passes the result through, and no abort object where there is no signal", async () => {
    expect(await abortable(addon(), undefined, async (abort) => abort)).toBeUndefined();
    expect(await abortable(addon(), new AbortController().signal, async () => 7)).toBe(7);
  });

  it("does not start a call whose signal is already aborted", async () => {
    let calls = 0;
    const call = abortable(addon(), AbortSignal.abort(new Error("early")), async () => calls++);
    await expect(call).rejects.toThrow("early");
    expect(calls).toBe(0);
  });

  it("aborts a running call and rejects with the signal's reason, not the native error", async () => {
    const controller = new AbortController();
    const native = addon();
    const call = abortable(native, controller.signal, async () => {
      controller.abort(new Error("the user left"));
      throw new Error(native.wasAborted() ? "the call was aborted" : "not told");
    });
    await expect(call).rejects.toThrow("the user left");
    expect(native.wasAborted()).toBe(true);
  });

  it("keeps other errors", async () => {
    const call = abortable(addon(), new AbortController().signal, async () => {
      throw new Error("out of memory");
    });
    await expect(call).rejects.toThrow("out of memory");
  });
});
