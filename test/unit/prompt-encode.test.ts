import { describe, expect, it } from "vitest";
import { encodePrompt, PromptEncoder } from "../../src/prompt/encode-prompt.js";
import type { PromptSegments } from "../../src/prompt/types.js";
import { createTokenizer } from "../../src/tokenizer/create-tokenizer.js";
import type { Tokenizer } from "../../src/tokenizer/types.js";
import { sentencePieceDefinition } from "./tokenizer-fixtures.js";

const llama = createTokenizer(sentencePieceDefinition());

describe("encodePrompt", () => {
  const encode = (segments: Partial<PromptSegments>, bos: boolean) => {
    const ids = encodePrompt(llama, { schema: "", question: "", answer: "", ...segments }, { bos });
    return [ids.schema, ids.question, ids.answer].map((part) => [...part]);
  };
  const [space, a, b] = [llama.encode("")[0], llama.encode("a")[0], [...llama.encode("b")].at(-1)];

  it("opens the first segment that is not empty with BOS, once", () => {
    expect(encode({ schema: "a", question: " a" }, true)).toEqual([[1, a], [a], []]);
    expect(encode({ schema: "a", question: " a" }, false)).toEqual([[a], [a], []]);
    expect(encode({ question: "a" }, true)).toEqual([[], [1, a], []]);
    expect(encode({ schema: "<s>a" }, true)).toEqual([[1, a], [], []]);
    expect(space).toBeUndefined();
  });

  it("puts no dummy space into the middle", () => {
    expect(encode({ schema: "a", question: "b", answer: "b</s>" }, false)).toEqual([[a], [b], [b, 2]]);
    expect(encode({ schema: "a", answer: "b" }, false)).toEqual([[a], [], [b]]);
  });

  it("makes a schema's ids once, and shares them", () => {
    const texts: string[] = [];
    const counting = Object.assign(Object.create(llama) as Tokenizer, {
      encode: (text: string, options?: { after?: Int32Array }) => {
        texts.push(text);
        return llama.encode(text, options);
      },
    });
    const encoder = new PromptEncoder(counting, { bos: true, cachedSchemas: 2 });
    const ids = (name: string) => encoder.encode({ schema: name, question: "q", answer: "" }).schema;
    const first = ids("a");
    expect(ids("a")).toBe(first);
    expect(first).toEqual(encodePrompt(llama, { schema: "a", question: "", answer: "" }, { bos: true }).schema);
    ids("b");
    ids("a");
    ids("c");
    expect(texts.filter((text) => text !== "q")).toEqual(["a", "b", "c"]);
    expect(ids("a")).toBe(first);
    ids("b");
    expect(texts.filter((text) => text !== "q")).toEqual(["a", "b", "c", "b"]);
  });

  it("keeps so many characters of schemas, and not more", () => {
    const empty: Tokenizer = Object.assign(Object.create(llama), { encode: () => new Int32Array(1) });
    const encoder = new PromptEncoder(empty, { bos: false });
    const ids = (schema: string) => encoder.encode({ schema, question: "q", answer: "" }).schema;
    const small = ids("small");
    const large = Array.from({ length: 4 }, (_, i) => String(i).repeat(2 ** 22));
    const first = ids(large[0]!);
    expect(ids("small")).toBe(small);
    for (const schema of large.slice(1)) ids(schema);
    expect(ids("small")).toBe(small);
    expect(ids(large[0]!)).not.toBe(first);
  });
});
