import { describe, expect, it } from "vitest";
import { configNotes, nearestName, resolveConfig } from "../../src/config/index.js";

describe("resolveConfig", () => {
  it("fills in what a part of a config leaves out, and leaves the part alone", () => {
    const part = { lora: { r: 4 }, training: undefined };
    const config = resolveConfig(part);
    expect(config.lora).toMatchObject({ r: 4, lora_alpha: 32 });
    expect(config.training.num_epochs).toBe(3);
    expect(part).toEqual({ lora: { r: 4 }, training: undefined });
    expect(resolveConfig(config)).toEqual(config);
  });

  it("tells a library user the same as a file's writer, without lines", () => {
    const wrong = { lora: { rank: 4 }, inference: { top_p: Number.NaN } } as never;
    expect(() => resolveConfig(wrong)).toThrow(
      "config has 2 errors:\n" +
        "  lora.rank is no known key. lora.r is what it is called.\n" +
        "  inference.top_p is NaN, expected a number above 0 and at most 1. Correct it, or delete it to take the default, 0.95.",
    );
  });
});

describe("configNotes", () => {
  it("says what has no effect, and nothing of the defaults", () => {
    expect(configNotes(resolveConfig({}))).toEqual([]);
    const notes = configNotes(
      resolveConfig({ model: { trust_remote_code: true }, training: { optim: "paged_adamw_8bit" } }),
    );
    expect(notes).toEqual([
      "model.trust_remote_code is true, without effect: sqltune runs no code of a model repository.",
      "training.optim is paged_adamw_8bit: computed as fused AdamW with moments in float32, unpaged; they are as small as the adapter.",
    ]);
  });
});

describe("nearestName", () => {
  const keys = ["learning_rate", "lora_alpha", "max_grad_norm", "num_epochs", "r", "seed", "warmup_ratio"];
  it.each([
    ["learning_rte", "learning_rate"],
    ["learnign_rate", "learning_rate"],
    ["Learning-Rate", "learning_rate"],
    ["epochs", "num_epochs"],
    ["sede", "seed"],
    ["lr", null],
    ["x", null],
    ["nothing_like_it", null],
  ])("%s -> %s", (name, nearest) => {
    expect(nearestName(name, keys)).toBe(nearest);
  });
});
