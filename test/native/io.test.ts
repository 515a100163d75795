import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { loadAddon } from "../../src/native/load.js";

// scripts/parity/gguf_fixture.py writes this file. That its tensors are de-quantised as the Python gguf package does it
// is tested in C++ (native/test/gguf_test.cc); here it is what JavaScript sees.
const fixture = fileURLToPath(new URL("../../native/test/data/quantised.gguf", import.meta.url));

it("readGguf gives metadata of every kind as JavaScript values", () => {
  const { metadata } = loadAddon().readGguf(fixture);
  expect(metadata["general.architecture"]).toBe("llama");
  expect(metadata["llama.attention.head_count"]).toBe(4);
  expect(metadata["llama.attention.layer_norm_rms_epsilon"]).toBe(Math.fround(1e-5));
  expect(metadata["tokenizer.ggml.add_bos_token"]).toBe(true);
  expect(metadata["tokenizer.ggml.tokens"]).toEqual(["<s>", "</s>", "a", "b", "é", "\u0120c"]);
  expect(metadata["tokenizer.ggml.token_type"]).toEqual([3, 3, 1, 1, 1, 1]);
});

it("readGguf lists tensors with type and row-major shape", () => {
  const { tensors } = loadAddon().readGguf(fixture);
  expect(tensors).toHaveLength(13);
  expect(tensors[0]).toEqual({ name: "token_embd.weight", type: "Q8_0", shape: [6, 256] });
  expect(tensors.find(({ name }) => name === "blk.0.attn_norm.weight")).toEqual({
    name: "blk.0.attn_norm.weight",
    type: "F32",
    shape: [256],
  });
});

it("readGguf names a file that is none", () => {
  const error = (path: string) => {
    try {
      return String(loadAddon().readGguf(path));
    } catch (thrown) {
      return thrown;
    }
  };
  expect(error("/no/such.gguf")).toMatchObject({
    code: "ERR_SQLTUNE_WEIGHTS",
    message: "/no/such.gguf: cannot be opened: No such file or directory",
  });
  expect(error(fileURLToPath(import.meta.url))).toMatchObject({
    message: expect.stringContaining('does not start with "GGUF": it is no GGUF file.'),
  });
  expect(error(5 as never)).toMatchObject({ code: "ERR_SQLTUNE_INVALID_ARGUMENT" });
});
