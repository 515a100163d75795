import { describe, expect, it } from "vitest";
import { SqltuneError } from "../../src/errors.js";
import { createTokenizer } from "../../src/tokenizer/create-tokenizer.js";
import type { TokenizerDefinition } from "../../src/tokenizer/definition.js";
import { byteLevelDefinition, control, sentencePieceDefinition } from "./tokenizer-fixtures.js";

const pieces = (definition: TokenizerDefinition, ids: Int32Array) => {
  const vocab = Object.entries(definition.json.model.vocab as Record<string, number>);
  return Array.from(ids, (id) => vocab.find(([, other]) => other === id)![0]);
};

describe("a byte-level tokenizer", () => {
  const definition = byteLevelDefinition();
  const tokenizer = createTokenizer(definition);

  it("applies the merges and adds nothing around", () => {
    expect(pieces(definition, tokenizer.encode("SELECT 12"))).toEqual(["SELE", "C", "T", "Ġ", "1", "2"]);
    expect(tokenizer.encode("")).toEqual(new Int32Array());
  });

  it("recognises control tokens in the text", () => {
    expect([...tokenizer.encode("<|im_start|>a<|im_end|>")]).toEqual([1, tokenizer.encode("a")[0], 2]);
  });

  it("counts every Unicode number as a digit, as Rust does", () => {
    // " ½" is one piece for a \d of 0-9 only; Rust's is_numeric parts it from the space.
    const merged = byteLevelDefinition();
    merged.json.model.merges = [...merged.json.model.merges!, "Ġ Â"] as string[];
    Object.assign(merged.json.model.vocab, { ĠÂ: 200 });
    expect(pieces(merged, createTokenizer(merged).encode(" ½"))).toEqual(["Ġ", "Â", "½"]);
  });

  it("decodes what it encodes, spaces before commas too", () => {
    const text = 'SELECT a , b FROM t WHERE c = "é" ;\n';
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
  });

  it("leaves control tokens out when asked, and ids beyond the vocabulary always", () => {
    const ids = [1, ...tokenizer.encode("SELECT"), 2, 99999];
    expect(tokenizer.decode(ids)).toBe("<|im_start|>SELECT<|im_end|>");
    expect(tokenizer.decode(ids, { skipSpecialTokens: true })).toBe("SELECT");
    expect(tokenizer.decode([])).toBe("");
    expect(tokenizer.decode(Int32Array.of(2), { skipSpecialTokens: true })).toBe("");
  });

  it("gives a segment the ids it has within the whole", () => {
    const head = tokenizer.encode("SELECT a");
    expect([...head, ...tokenizer.encode(" FROM", { after: head })]).toEqual([...tokenizer.encode("SELECT a FROM")]);
  });

  it("knows its tokens, its size and where an answer stops", () => {
    expect(tokenizer).toMatchObject({ bosId: 1, eosId: 2, padId: 2, addsBos: false, stopIds: [2] });
    expect(tokenizer.vocabSize).toBe(Object.keys(definition.json.model.vocab).length);
  });

  it("stops at the chat template's turn end and at generation_config's ids, those that exist", () => {
    const more = byteLevelDefinition({ eosToken: "<|endoftext|>", eosIds: [0, 4000] });
    expect(createTokenizer(more).stopIds).toEqual([0, 2]);
    expect(createTokenizer({ ...more, chatTemplate: null }).stopIds).toEqual([0]);
    expect(createTokenizer({ ...more, chatTemplate: "{{ raise_exception('no') }}" }).stopIds).toEqual([0]);
  });

  it("rejects a model it does not know, saying what is expected", () => {
    const broken = byteLevelDefinition();
    broken.json.normalizer = { type: "Telepathy" };
    expect(() => createTokenizer(broken)).toThrow(SqltuneError);
    expect(() => createTokenizer(broken)).toThrow(/Unknown Normalizer type: Telepathy[\s\S]*save it again/);
  });
});

describe("a tokenizer of SentencePiece's kind", () => {
  const definition = sentencePieceDefinition();
  const tokenizer = createTokenizer(definition);

  it("puts a dummy space before a text, and none before one that goes on", () => {
    expect(pieces(definition, tokenizer.encode("SEL"))).toEqual(["▁", "SE", "L"]);
    const before = tokenizer.encode("a:");
    expect(pieces(definition, tokenizer.encode("SEL", { after: before }))).toEqual(["SE", "L"]);
    expect([...before, ...tokenizer.encode(" ab", { after: before })]).toEqual([...tokenizer.encode("a: ab")]);
    // Back to normal afterwards.
    expect(pieces(definition, tokenizer.encode("a"))).toEqual(["▁a"]);
  });

  it("puts it again after a control token, between segments as within one", () => {
    const whole = [...tokenizer.encode("a</s>a")];
    expect(whole).toEqual([tokenizer.encode("a")[0], 2, tokenizer.encode("a")[0]]);
    const first = tokenizer.encode("a</s>");
    expect([...first, ...tokenizer.encode("a", { after: first })]).toEqual(whole);
    const head = tokenizer.encode("a");
    expect([...head, ...tokenizer.encode("b</s>a", { after: head })]).toEqual([...tokenizer.encode("ab</s>a")]);
  });

  it("strips Unicode's white space around tokens that swallow it, between segments too", () => {
    const strips = sentencePieceDefinition();
    strips.json.added_tokens[2] = control(2, "</s>", { rstrip: true });
    strips.json.added_tokens[0] = control(0, "<unk>", { lstrip: true });
    const other = createTokenizer(strips);
    const [a] = other.encode("a");
    expect([...other.encode("a</s> \u0085\na")]).toEqual([a, 2, a]);
    expect([...other.encode("a \n<unk>a")]).toEqual([a, 0, a]);
    // U+FEFF is white space to JavaScript alone.
    expect(pieces(strips, other.encode("</s>\ufeffa"))).toEqual(["</s>", "▁", "<0xEF>", "<0xBB>", "<0xBF>", "a"]);
    expect([...other.encode("\n a", { after: Int32Array.of(2) })]).toEqual([a]);
  });

  it("finds the end token even where tokenizer.json marks it as normalised", () => {
    const old = sentencePieceDefinition();
    old.json.added_tokens = old.json.added_tokens.map((token) => ({ ...token, normalized: true }));
    expect([...createTokenizer(old).encode("a</s>")]).toEqual([...tokenizer.encode("a</s>")]);
  });

  it("falls back to bytes and decodes them", () => {
    expect(pieces(definition, tokenizer.encode("é"))).toEqual(["▁", "<0xC3>", "<0xA9>"]);
    expect(tokenizer.decode(tokenizer.encode("aé\nSEL"))).toBe("aé\nSEL");
  });

  it("knows Metaspace's dummy space, before the first text only where it says so", () => {
    const variant = (prepend_scheme: string) => {
      const other = sentencePieceDefinition();
      other.json.normalizer = null;
      other.json.pre_tokenizer = { type: "Metaspace", replacement: "▁", prepend_scheme, split: false };
      return createTokenizer(other);
    };
    const after = Int32Array.of(2);
    expect(pieces(definition, variant("first").encode("a", { after }))).toEqual(["a"]);
    expect(pieces(definition, variant("always").encode("a", { after }))).toEqual(["▁a"]);
    for (const scheme of ["first", "always"])
      expect(pieces(definition, variant(scheme).encode("a", { after: tokenizer.encode("b") }))).toEqual(["a"]);
  });
});

describe("the hash", () => {
  const hash = (definition: TokenizerDefinition) => createTokenizer(definition).hash;
  const base = hash(byteLevelDefinition());

  it("is a sha256, the same for another spelling of the same tokenizer", () => {
    expect(base).toMatch(/^[0-9a-f]{64}$/);
    const other = byteLevelDefinition({ eosIds: [2] });
    const { json } = other;
    json.model.merges = json.model.merges!.map((merge) => (merge as string).split(" ") as [string, string]);
    json.model.vocab = Object.fromEntries(Object.entries(json.model.vocab).filter(([, id]) => id > 2)) as Record<
      string,
      number
    >;
    json.decoder = { type: "ByteLevel" };
    expect(hash(other)).toBe(base);
  });

  it.each<[string, (definition: TokenizerDefinition) => void]>([
    ["merges", ({ json }) => json.model.merges!.reverse()],
    ["a piece", ({ json }) => Object.assign(json.model.vocab, { extra: 500 })],
    ["an added token", ({ json }) => json.added_tokens.push(control(501, "<|new|>"))],
    ["the normalizer", ({ json }) => Object.assign(json, { normalizer: { type: "NFC" } })],
    ["the pre-tokenizer", ({ json }) => Object.assign(json, { pre_tokenizer: { type: "ByteLevel" } })],
    ["the template", (definition) => Object.assign(definition, { chatTemplate: "{{ messages }}" })],
    ["EOS", (definition) => Object.assign(definition, { eosToken: "<|endoftext|>" })],
    ["BOS before a text", (definition) => Object.assign(definition, { addsBos: true })],
  ])("changes with %s", (_, change) => {
    const other = byteLevelDefinition();
    change(other);
    expect(hash(other)).not.toBe(base);
  });
});
