import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { shortTargetModules, writeAdapterFolder } from "../../src/adapter/index.js";
import { type Answer, confidence, createEngine, exampleQuestions, type Question } from "../../src/infer/index.js";
import { linearShapes, loadModel, type Model } from "../../src/model/index.js";
import { writeTinyFolder } from "./model-tiny-folder.js";
import { maxDifference } from "./parity-compare.js";

const FLOAT32 = { device: "cpu", dtype: "float32", computeDtype: "float32" } as const;
const SINGER = "CREATE TABLE singer (singer_id INT PRIMARY KEY, name TEXT, age INT);";
const STADIUM = "TABLE: stadium ( id (INT), city (TEXT) )";

let root: string;
let base: string;
let model: Model;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "sqltune-engine-"));
  process.env.SQLTUNE_CACHE = join(root, "cache");
  // Of 99 pieces all are in the tokenizer, so that every token the random model produces can be decoded.
  base = writeTinyFolder(join(root, "base"), { config: { vocabSize: 99 } }).folder;
  model = await loadModel(base, FLOAT32);
});
afterAll(async () => {
  model?.dispose();
  await rm(root, { recursive: true, force: true });
});

const short = { maxNewTokens: 12 };
/** What a question's answer is, apart from how long it took. */
const essence = ({ sql, text, tokens, finishReason, promptTokens }: Answer) => ({
  ...{ sql, text, finishReason, promptTokens },
  tokens: [...tokens],
});

describe("generate", () => {
  it("answers with the model's greedy continuation of the trained prompt", async () => {
    using engine = await createEngine({ model, ...short, prompt: { system: "S" } });
    const answer = await engine.generate({ question: "How many?", schema: STADIUM });
    expect(answer.tokens.length).toBeGreaterThan(0);
    expect(answer.tokens.length).toBeLessThanOrEqual(12);
    expect(answer.probabilities).toHaveLength(answer.tokens.length);
    expect(answer.confidence).toBe(confidence(answer.probabilities));
    expect(answer.text).toBe(model.tokenizer.decode(answer.tokens, { skipSpecialTokens: true }));

    // Step by step with forward alone, from the prompt written out by hand.
    const prompt =
      "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nCREATE TABLE stadium (\n  id INT,\n  city TEXT\n);\n" +
      "Question: How many?<|im_end|>\n<|im_start|>assistant\n";
    let ids = [...model.tokenizer.encode(prompt)];
    expect(answer.promptTokens).toBe(ids.length);
    const vocab = model.decoderConfig.vocabSize;
    for (const [i, token] of answer.tokens.entries()) {
      const logits = (await model.forward(Int32Array.from(ids))).subarray(-vocab);
      const best = logits.indexOf(Math.max(...logits));
      expect(best).toBe(token);
      const total = logits.reduce((sum, logit) => sum + Math.exp(logit - logits[best]!), 0);
      expect(answer.probabilities[i]).toBeCloseTo(1 / total, 4);
      ids = [...ids, token];
    }
  });

  it("reads the schema from a SQLite file", async () => {
    const db = join(root, "singer.sqlite");
    new Database(db).exec(SINGER).close();
    using engine = await createEngine({ model, ...short });
    const fromFile = await engine.generate({ question: "Who is oldest?", db });
    expect(essence(fromFile)).toEqual(essence(await engine.generate({ question: "Who is oldest?", schema: SINGER })));
    await expect(engine.generate({ question: "Who?", db: join(root, "none.sqlite") })).rejects.toThrow("none.sqlite");
  });

  it("refuses an empty question, two schemas, and a schema that is a path", async () => {
    using engine = await createEngine({ model, ...short });
    await expect(engine.generate({ question: "  " })).rejects.toThrow('question is "  "; expected a text');
    await expect(engine.generate({ question: "?", schema: SINGER, db: "x" })).rejects.toThrow("Both schema and db");
    // A server hands schemas on unread: "schema" must never open a file.
    await expect(engine.generate({ question: "?", schema: join(base, "config.json") })).rejects.toThrow(/schema/i);
  });

  it("refuses a prompt without room for an answer, and shortens an answer to the room there is", async () => {
    const columns = Array.from({ length: 60 }, (_, i) => `c${i} INT`).join(", ");
    using engine = await createEngine({ model, maxNewTokens: 10_000 });
    await expect(engine.generate({ question: "?", schema: `CREATE TABLE t (${columns});` })).rejects.toThrow(
      /The prompt has \d+ tokens \(schema \d+\), the context of .*base 512/,
    );
    const { promptTokens, tokens, finishReason } = await engine.generate({ question: "?" });
    if (finishReason === "length") expect(promptTokens + tokens.length).toBe(512);
    else expect(tokens.at(-1)).toBe(2);
  });

  it("samples reproducibly by seed", async () => {
    using engine = await createEngine({ model, maxNewTokens: 20, doSample: true, temperature: 1.5 });
    const ask = async (seed: number) => [
      ...(await engine.generate({ question: "How many?", sampling: { seed } })).tokens,
    ];
    const first = await ask(1);
    expect(await ask(1)).toEqual(first);
    expect(await ask(2)).not.toEqual(first);
  });
});

describe("generateBatch", () => {
  const questions: Question[] = [
    { question: "How many singers are there?", schema: SINGER },
    { question: "Which city?", schema: STADIUM },
    { question: "Hello?" },
    { question: "Names of the singers over 30, oldest first", schema: SINGER },
    ...exampleQuestions.map(({ schema, question }) => ({ schema, question })),
    { question: "How many singers?", schema: SINGER },
    { question: "Age?", schema: SINGER },
  ];

  it.each([1, 3, 8, 64])("gives in batches of %i what each question gives alone, in order", async (batchSize) => {
    using engine = await createEngine({ model, ...short, batchSize });
    const seen: number[] = [];
    const together = await engine.generateBatch(questions, { onAnswer: (_, i) => seen.push(i) });
    expect(seen.sort((a, b) => a - b)).toEqual(questions.map((_, i) => i));
    for (const [i, question] of questions.entries()) {
      const alone = await engine.generate(question);
      expect(essence(together[i]!)).toEqual(essence(alone));
      expect(maxDifference(together[i]!.probabilities, alone.probabilities)).toBeLessThan(1e-4);
    }
  });

  it("answers what does not fit with prompt_too_long, and the rest as always", async () => {
    using engine = await createEngine({ model, ...short });
    const long = { question: "?".repeat(600), schema: SINGER };
    const [answer, tooLong] = await engine.generateBatch([questions[0]!, long]);
    expect(tooLong).toMatchObject({ sql: "", finishReason: "prompt_too_long", confidence: 0 });
    expect(essence(answer!)).toEqual(essence(await engine.generate(questions[0]!)));
    expect(await engine.generateBatch([])).toEqual([]);
  });

  it("names the question whose schema cannot be read", async () => {
    using engine = await createEngine({ model, ...short });
    const broken = [questions[0]!, { question: "?", schema: "no schema at all" }];
    await expect(engine.generateBatch(broken)).rejects.toThrow(/^Question 2 of 2: /);
  });
});

describe("stream", () => {
  it("yields the tokens of generate one by one and returns its answer", async () => {
    using engine = await createEngine({ model, maxNewTokens: 30 });
    const whole = await engine.generate({ question: "Which city?", schema: STADIUM });
    const stream = engine.stream({ question: "Which city?", schema: STADIUM });
    const tokens: number[] = [];
    let text = "";
    let step = await stream.next();
    for (; !step.done; step = await stream.next()) {
      tokens.push(step.value.token);
      text += step.value.text;
    }
    expect(essence(step.value)).toEqual(essence(whole));
    expect(tokens).toEqual([...whole.tokens]);
    expect(text).toBe(whole.text);
  });

  it("stops the model when its reader leaves, which then answers the next question", async () => {
    using engine = await createEngine({ model, maxNewTokens: 400 });
    for await (const { token } of engine.stream({ question: "Which city?" })) {
      expect(token).toBeGreaterThanOrEqual(0);
      break;
    }
    expect((await engine.generate({ question: "?", sampling: short })).tokens.length).toBeGreaterThan(0);
  });

  it("rejects with the signal's reason", async () => {
    using engine = await createEngine({ model, maxNewTokens: 400 });
    const controller = new AbortController();
    const read = async () => {
      for await (const _ of engine.stream({ question: "Which city?", signal: controller.signal })) {
        controller.abort(new Error("gone"));
      }
    };
    await expect(read()).rejects.toThrow("gone");
  });
});

describe("AbortSignal", () => {
  it("stops generate and generateBatch with its reason, before and while they run", async () => {
    using engine = await createEngine({ model, maxNewTokens: 400 });
    const stopped = AbortSignal.abort(new Error("early"));
    await expect(engine.generate({ question: "?", signal: stopped })).rejects.toThrow("early");
    await expect(engine.generateBatch([{ question: "?" }], { signal: stopped })).rejects.toThrow("early");
    const controller = new AbortController();
    const running = engine.generateBatch(
      [...Array(50)].map((_, i) => ({ question: `Question ${i}?` })),
      { signal: controller.signal, onAnswer: () => controller.abort(new Error("enough")) },
    );
    await expect(running).rejects.toThrow("enough");
  });
});

describe("an engine's model and prompt", () => {
  it("is disposed with the engine only when the engine loaded it", async () => {
    const own = await createEngine({ model: base, load: FLOAT32, ...short });
    expect((await own.generate({ question: "?" })).tokens.length).toBeGreaterThan(0);
    own.dispose();
    await expect(own.generate({ question: "?" })).rejects.toThrow("was disposed");
    (await createEngine({ model })).dispose();
    expect(await model.forward(Int32Array.of(5))).toHaveLength(99);
  });

  it("writes prompts as the adapter was trained, and warns when told otherwise", async () => {
    const adapter = join(root, "adapter");
    const names = [...linearShapes(model.decoderConfig).keys()];
    await model.native.addLora({ modules: names.map((name) => ({ name, r: 1, scaling: 1 })), dropout: 0, seed: 0 });
    await writeAdapterFolder(adapter, {
      config: {
        ...{ baseModel: null, revision: null, r: 1, loraAlpha: 1, loraDropout: 0, useRslora: false },
        ...{ targetModules: shortTargetModules(names, names), rankPattern: {}, alphaPattern: {} },
      },
      sqltune: {
        ...{ format: 1, sqltune_version: "0.1.0", serializer_version: 1, metrics: {} },
        prompt: { name: "inst", schema_format: "table_line", system: null },
        stop_ids: [2, 7],
        tokenizer_hash: model.tokenizer.hash,
        base: { hub_id: null, revision: null, origin: "folder", weights_hash: await model.weightsHash() },
      },
      saveWeights: (path) => model.native.saveLora(path),
    });
    await model.native.removeLora();

    using tuned = await createEngine({ model: base, load: { ...FLOAT32, adapter }, ...short });
    expect(tuned.promptSettings).toEqual({ program: "inst", schemaFormat: "table_line", system: null });
    expect(tuned.warnings).toEqual([]);
    const { promptTokens } = await tuned.generate({ question: "Which city?", schema: STADIUM });
    const text =
      "[INST] Generate SQL for the following question.\n\nSchema:\nTABLE: stadium ( id (INT), city (TEXT) )\n\n" +
      "Question:\nWhich city? [/INST]\n";
    expect(promptTokens).toBe(model.tokenizer.encode(text).length);

    using other = await createEngine({ model: tuned.model, prompt: { schemaFormat: "ddl" } });
    expect(other.warnings).toEqual([
      'The adapter was trained with prompt schemaFormat "table_line"; it is asked with "ddl", and will answer worse.',
    ]);
  });

  it("refuses a batch size of none", async () => {
    await expect(createEngine({ model, batchSize: 0 })).rejects.toThrow("batchSize is 0; expected");
  });
});
