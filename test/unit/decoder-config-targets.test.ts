import { describe, expect, it } from "vitest";
import { SqltuneError } from "../../src/errors.js";
import { linearModuleNames, resolveTargetModules } from "../../src/model/decoder-config.js";
import { LLAMA } from "./decoder-config-models.js";

describe("target modules", () => {
  const config = { ...LLAMA, numLayers: 2 };
  const layer = (i: number) =>
    ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj"]
      .concat(["mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"])
      .map((name) => `model.layers.${i}.${name}`);
  const all = [...layer(0), ...layer(1)];

  it("are the blocks' linears in PyTorch's order", () => {
    expect(linearModuleNames(config)).toEqual(all);
    expect(resolveTargetModules(config, "all-linear")).toEqual(all);
  });

  it("match the end of a name, in the model's order and once", () => {
    expect(resolveTargetModules(config, ["v_proj", "q_proj", "self_attn.q_proj"])).toEqual([
      ...["model.layers.0.self_attn.q_proj", "model.layers.0.self_attn.v_proj"],
      ...["model.layers.1.self_attn.q_proj", "model.layers.1.self_attn.v_proj"],
    ]);
    expect(resolveTargetModules(config, ["layers.1.mlp.up_proj"])).toEqual(["model.layers.1.mlp.up_proj"]);
  });

  it("take the head only where it is named, as PEFT does", () => {
    expect(resolveTargetModules(config, ["lm_head"])).toEqual(["lm_head"]);
    expect(resolveTargetModules(config, "lm_.*")).toEqual(["lm_head"]);
    expect(all).not.toContain("lm_head");
  });

  it("match a regular expression over the whole name", () => {
    expect(resolveTargetModules(config, ".*\\.1\\.mlp\\.(up|down)_proj")).toEqual([
      ...["model.layers.1.mlp.up_proj", "model.layers.1.mlp.down_proj"],
    ]);
  });

  it("are refused where a name fits nothing, with the nearest", () => {
    expect(() => resolveTargetModules(config, ["q_prj", "v_proj", "embed_tokens"])).toThrow(
      /no linear layer of the model: "q_prj" \(nearest: "q_proj"\), "embed_tokens".*Expected names out of q_proj, k_proj/,
    );
    // A part of a word is no name: PEFT matches from a dot on.
    expect(() => resolveTargetModules(config, ["proj"])).toThrow(SqltuneError);
    expect(() => resolveTargetModules(config, [])).toThrow(/is empty/);
    expect(() => resolveTargetModules(config, "q_proj")).toThrow(
      /matches no linear layer.*as a list: .*Did you mean \[q_proj\]/,
    );
    expect(() => resolveTargetModules(config, "all-liner")).toThrow(/Did you mean "all-linear"/);
    expect(() => resolveTargetModules(config, "(")).toThrow(/is no regular expression/);
  });
});
