import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Answer, createEngine, type Execute, type Question } from "../../src/infer/index.js";
import { repairQuestion } from "../../src/infer/repair-answer.js";
import { loadModel, type Model } from "../../src/model/index.js";
import { writeTinyFolder } from "./model-tiny-folder.js";

const SINGER = "CREATE TABLE singer (singer_id INT PRIMARY KEY, name TEXT, age INT);";
const QUESTION = { question: "How many singers?", schema: SINGER };

let root: string;
let model: Model;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "sqltune-answers-"));
  const { folder } = writeTinyFolder(join(root, "base"), { config: { vocabSize: 99, headDim: 16 } });
  model = await loadModel(folder, { device: "cpu", dtype: "float32", computeDtype: "float32" });
});
afterAll(async () => {
  model?.dispose();
  await rm(root, { recursive: true, force: true });
});

const select = { by: "logprob", n: 4, temperature: 1.5 } as const;
const textsOf = ({ sql, alternatives }: Answer) => [sql, ...alternatives.map((one) => one.sql)];
/** Runs the given texts alone. */
const runsOnly =
  (...accepted: string[]): Execute =>
  async (sql) =>
    accepted.includes(sql) ? { ok: true, rows: [[1]] } : { ok: false, error: "no such table: moon" };

describe("candidates", () => {
  it("are the greedy answer and samples, the same for the same seed", async () => {
    using engine = await createEngine({ model, maxNewTokens: 12 });
    const greedy = await engine.generate(QUESTION);
    const chosen = await engine.generate({ ...QUESTION, select });
    expect(textsOf(chosen)).toHaveLength(4);
    expect(textsOf(chosen)).toContain(greedy.sql);
    // What ended by itself goes before what was cut off; else the mean log-probability decides.
    const mean = ({ probabilities }: Answer) =>
      probabilities.reduce((sum, x) => sum + Math.log(x), 0) / probabilities.length;
    if (chosen.truncated) expect(mean(chosen)).toBeGreaterThanOrEqual(mean(greedy));
    else expect(chosen.finishReason).toBe("stop");
    expect(textsOf(await engine.generate({ ...QUESTION, select }))).toEqual(textsOf(chosen));
    const other = await engine.generate({ ...QUESTION, select, sampling: { seed: 1 } });
    expect(textsOf(other)).not.toEqual(textsOf(chosen));
    // One candidate is the greedy one.
    const single = await engine.generate({ ...QUESTION, select: { ...select, n: 1 } });
    expect([single.sql, single.alternatives]).toEqual([greedy.sql, []]);
  });

  it("are chosen by what runs, and by their votes", async () => {
    using engine = await createEngine({ model, maxNewTokens: 12, select });
    const texts = textsOf(await engine.generate(QUESTION));
    const last = texts.at(-1)!;
    const first = await engine.generate({
      ...QUESTION,
      select: { ...select, by: "first-executable" },
      execute: runsOnly(last),
    });
    expect(first).toMatchObject({ sql: last, executable: true, executionError: null });
    expect(first.alternatives.map(({ executable }) => executable)).toEqual([false, false, false]);
    const votes = await engine.generate({
      ...QUESTION,
      select: { ...select, by: "vote" },
      execute: async (sql) => ({ ok: true, rows: [[sql === texts[0] ? "one" : "other"]] }),
    });
    expect(votes).toMatchObject({ votes: 3 });
    expect(votes.sql).not.toBe(texts[0]);
    expect(votes.alternatives.at(-1)).toMatchObject({ sql: texts[0], votes: 1 });
  });

  it("of many questions are those of each question", async () => {
    using engine = await createEngine({ model, maxNewTokens: 6, select: { ...select, by: "vote" } });
    const questions: Question[] = [...Array(9)].map((_, i) => ({ question: `Question ${i}?`, schema: SINGER }));
    const seen: number[] = [];
    const answers = await engine.generateBatch(questions, { onAnswer: (_, i) => seen.push(i), execute: runsOnly() });
    expect(seen.sort((a, b) => a - b)).toEqual(questions.map((_, i) => i));
    using greedy = await createEngine({ model, maxNewTokens: 6 });
    for (const [i, answer] of answers.entries()) {
      // None runs, so that texts are counted.
      expect(answer).toMatchObject({ executable: false, executionError: "no such table: moon" });
      expect(textsOf(answer)).toContain((await greedy.generate(questions[i]!)).sql);
    }
  });

  it("stream the greedy one and end with the chosen one", async () => {
    using engine = await createEngine({ model, maxNewTokens: 12, select: { ...select, by: "first-executable" } });
    const texts = textsOf(await engine.generate({ ...QUESTION, select }));
    const greedy = await engine.generate({ ...QUESTION, select: null });
    const other = texts.find((text) => text !== greedy.sql)!;
    const stream = engine.stream({ ...QUESTION, execute: runsOnly(other) });
    const tokens: number[] = [];
    let step = await stream.next();
    for (; !step.done; step = await stream.next()) tokens.push(step.value.token);
    expect(tokens).toEqual([...greedy.tokens]);
    expect(step.value).toMatchObject({ sql: other, executable: true });
  });
});

describe("repair", () => {
  it("asks the model again with the database's words, by the same prompt as any question", async () => {
    using engine = await createEngine({ model, maxNewTokens: 12 });
    const first = await engine.generate(QUESTION);
    const asked = { ...QUESTION, question: repairQuestion(QUESTION.question, first.sql, "no such table: moon") };
    const second = await engine.generate(asked);
    expect(second.sql).not.toBe(first.sql);
    const repaired = await engine.generate({ ...QUESTION, repair: 2, execute: runsOnly(second.sql) });
    expect(repaired).toMatchObject({ sql: second.sql, repairs: 1, executable: true, executionError: null });
    expect([...repaired.tokens]).toEqual([...second.tokens]);
    expect(repaired.alternatives).toMatchObject([{ sql: first.sql, executable: false }]);
    const failed = await engine.generate({ ...QUESTION, repair: 1, execute: runsOnly() });
    expect(failed).toMatchObject({
      sql: first.sql,
      repairs: 1,
      executable: false,
      executionError: "no such table: moon",
    });
    const [batched] = await engine.generateBatch([QUESTION], { repair: 2, execute: runsOnly(second.sql) });
    expect(batched).toMatchObject({ sql: second.sql, repairs: 1 });
  });

  it("runs on the question's own database", async () => {
    const database = join(root, "singer.sqlite");
    new Database(database).exec(SINGER).close();
    await using engine = await createEngine({ model, maxNewTokens: 8, repair: 1 });
    // A random model writes no SQL.
    const answer = await engine.generate({ ...QUESTION, database });
    expect(answer).toMatchObject({ executable: false, repairs: 1 });
    expect(answer.executionError).toEqual(expect.any(String));
    expect((await engine.generate({ question: QUESTION.question, db: database })).sql).toBe(answer.sql);
    await expect(engine.generate({ question: "?", db: database, database })).rejects.toThrow("Both db and database");
    expect((await engine.generate(QUESTION)).executable).toBeNull();
  });
});

describe("limits", () => {
  it("refuse a prompt above promptLimit by its numbers", async () => {
    using engine = await createEngine({ model, maxNewTokens: 4 });
    const { promptTokens } = await engine.generate(QUESTION);
    expect((await engine.generate({ ...QUESTION, promptLimit: promptTokens })).tokens.length).toBeGreaterThan(0);
    await expect(engine.generate({ ...QUESTION, promptLimit: promptTokens - 1 })).rejects.toThrow(
      `The prompt has ${promptTokens} tokens (schema `,
    );
    await expect(engine.generate({ ...QUESTION, promptLimit: 5 })).rejects.toThrow("the limit is 5.");
    const [long, short] = await engine.generateBatch([QUESTION, { question: "?" }], {
      promptLimit: promptTokens - 1,
      abstainBelow: 0.1,
    });
    expect(long).toMatchObject({ finishReason: "prompt_too_long", abstained: true, sql: "", promptTokens });
    expect(short!.tokens.length).toBeGreaterThan(0);
  });

  it("mark what they cut off, and refuse options that make no sense", async () => {
    await expect(createEngine({ model, repair: 0.5 })).rejects.toThrow("repair is 0.5");
    using engine = await createEngine({ model, maxNewTokens: 2 });
    expect(await engine.generate(QUESTION)).toMatchObject({ finishReason: "length", truncated: true });
    await expect(engine.generate({ ...QUESTION, abstainBelow: 7 })).rejects.toThrow("abstainBelow is 7");
  });
});

describe("an abort", () => {
  it("ends the wait for the database too, with its reason", async () => {
    using engine = await createEngine({ model, maxNewTokens: 4 });
    for (const ask of ["generate", "batch", "stream"] as const) {
      const controller = new AbortController();
      const execute: Execute = (_sql, signal) =>
        new Promise((_, reject) => {
          signal!.addEventListener("abort", () => reject(signal!.reason));
          controller.abort(new Error("gone"));
        });
      const call = { execute, signal: controller.signal };
      const streamed = async () => {
        for await (const _ of engine.stream({ ...QUESTION, ...call }));
      };
      const running = {
        generate: () => engine.generate({ ...QUESTION, ...call }),
        batch: () => engine.generateBatch([QUESTION, QUESTION], call),
        stream: streamed,
      }[ask]();
      await expect(running).rejects.toThrow("gone");
    }
  });

  it("of one call leaves the others alone", async () => {
    using engine = await createEngine({ model, maxNewTokens: 60 });
    const alone = await engine.generate(QUESTION);
    const controller = new AbortController();
    const stopped = engine.generate({
      question: "Which city?",
      signal: controller.signal,
      sampling: { maxNewTokens: 400 },
    });
    const going = engine.generate(QUESTION);
    controller.abort(new Error("gone"));
    await expect(stopped).rejects.toThrow("gone");
    expect([...(await going).tokens]).toEqual([...alone.tokens]);
  });
});
