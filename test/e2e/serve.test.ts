import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeTrainableModel } from "../native/train-fixture.js";
import { type Ended, jsonLines, scratchFolder, sqltune } from "./compiled-cli.js";

const folder = scratchFolder("serve");
afterAll(() => rmSync(folder, { recursive: true }));

const tiny = ["--base", "--set", "model.name=tiny-model", "--set", "model.device=cpu", "--port", "0"];
const DDL = "CREATE TABLE orders (id INTEGER PRIMARY KEY, state TEXT);";

interface Listening {
  url: string;
  models: string[];
  databases: string[];
}

/** Runs `sqltune serve WORDS --json`, does something with it once it listens, and gives how it ended. */
async function serve(
  words: readonly string[],
  visit: (server: Listening, kill: (signal: NodeJS.Signals) => void) => Promise<void>,
  env: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  let visited: Promise<void> | null = null;
  const ended = await sqltune(["serve", ...words, "--json"], {
    ...{ cwd: folder, env: { SQLTUNE_API_KEYS: "", ...env } },
    onLine: (line, kill) => {
      visited ??= visit(JSON.parse(line), kill);
      visited.catch(() => kill("SIGKILL"));
    },
  });
  expect(visited, ended.stderr).not.toBeNull();
  await visited;
  return ended;
}

const ask = (url: string, more: object = {}, headers: Record<string, string> = {}) =>
  fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ messages: [{ role: "user", content: "How many?" }], ...more }),
  });

describe("sqltune serve", () => {
  beforeAll(() => {
    writeTrainableModel(join(folder, "tiny-model"));
    new Database(join(folder, "shop.sqlite")).exec(DDL).close();
    writeFileSync(join(folder, "empty.sqlite"), "");
  });

  it("serves the model and its databases until it is stopped, and then finishes what runs", async () => {
    const { code, stdout, stderr } = await serve([...tiny, "--db", "shop.sqlite"], async (server, kill) => {
      expect(server).toMatchObject({ models: ["tiny-model"], databases: ["shop"] });
      const { url } = server;
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: "ok", model_loaded: true });
      const reply = await fetch(`${url}/generate_sql`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ question: "How many orders?", schema: DDL }),
      });
      // The model is random: its SQL is none, and SQLite's own words about it are the result.
      expect(await reply.json()).toMatchObject({
        execution_result: expect.any(String),
        confidence: expect.any(Number),
      });

      const openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: "none", maxRetries: 0 });
      const stream = await openai.chat.completions.create({
        ...{ model: "tiny-model", stream: true, max_tokens: 90, metadata: { database: "shop" } },
        messages: [{ role: "user", content: "How many orders?" }],
      });
      let finished: string | null = null;
      let chunks = 0;
      for await (const { choices } of stream) {
        if (chunks++ === 0) kill("SIGTERM");
        finished ??= choices[0]!.finish_reason;
      }
      expect(finished).toMatch(/stop|length/);
    });
    expect([code, stderr]).toEqual([0, expect.stringContaining("what was accepted is answered first")]);
    expect(jsonLines(stdout)).toHaveLength(1);
    const logged = stderr.split("\n").filter((line) => line.startsWith("{"));
    expect(logged.map((line) => JSON.parse(line)).filter(({ msg }) => msg === "request")).toHaveLength(3);
    expect(stderr).not.toContain("How many");
  });

  it("serves several models by name, takes databases, and does what else its flags say", async () => {
    const rows = Array.from({ length: 20 }, (_, i) => ({
      question: `How many ${i}?`,
      sql: "SELECT count(*) FROM orders",
    }));
    const lines = rows.map((row) => `${JSON.stringify({ ...row, db: "shop.sqlite" })}\n`);
    writeFileSync(join(folder, "mine.jsonl"), lines.join(""));
    const data = ["data.dataset_name=jsonl", "data.path=mine.jsonl", "project.output_dir=outputs/mine"];
    const set = [...data, "training.max_steps=1", "model.name=tiny-model", "model.device=cpu"];
    const trained = await sqltune(["train", ...set.flatMap((entry) => ["--set", entry])], { cwd: folder });
    expect(trained.code, trained.stderr).toBe(0);

    const adapter = "outputs/mine/final_model";
    const more = ["--data-dir", "uploads", "--cors", "https://app.example", "--rate-limit", "5", "--log-questions"];
    const words = [...tiny, "--adapter", `sales=${adapter}`, "--adapter", adapter, ...more, "--max-tokens", "7"];
    const { code, stderr } = await serve(words, async ({ url, models }, kill) => {
      expect(models).toEqual(["sales", "mine", "tiny-model"]);
      const upload = await fetch(`${url}/v1/databases/pets`, {
        ...{ method: "PUT", body: readFileSync(join(folder, "shop.sqlite")) },
        headers: { "content-type": "application/vnd.sqlite3", origin: "https://app.example" },
      });
      expect([upload.status, upload.headers.get("access-control-allow-origin")]).toEqual([201, "https://app.example"]);
      const answers = await Promise.all(["mine", "tiny-model"].map((model) => ask(url, { model })));
      for (const answer of answers) {
        const { usage } = (await answer.json()) as OpenAI.ChatCompletion;
        expect(usage!.completion_tokens).toBeLessThanOrEqual(7);
      }
      const statuses: number[] = [];
      for (let i = 0; i < 3; i++) statuses.push((await fetch(`${url}/v1/models`)).status);
      expect(statuses).toEqual([200, 200, 429]);
      kill("SIGTERM");
    });
    expect([code, stderr]).toEqual([0, expect.stringContaining('"question":"How many?"')]);
  });

  it("ends at once on a second signal", async () => {
    const slow = [...tiny, "--max-tokens", "900"];
    const ended = await serve(slow, async ({ url }, kill) => {
      const replies = Array.from({ length: 40 }, (_, i) => ask(url, { seed: i }));
      while (!/^sqltune_queue_active [1-9]/m.test(await (await fetch(`${url}/metrics`)).text()));
      kill("SIGINT");
      // The first signal is taken when new connections are refused.
      while (
        await fetch(`${url}/health`).then(
          () => true,
          () => false,
        )
      )
        await new Promise((r) => setTimeout(r, 10));
      kill("SIGINT");
      await Promise.allSettled(replies);
    });
    expect(ended.code).toBeNull();
  });

  it("asks for the keys of the environment", async () => {
    const env = { SQLTUNE_API_KEYS: "first, second" };
    const { code } = await serve(
      tiny,
      async ({ url }, kill) => {
        expect((await ask(url)).status).toBe(401);
        expect((await ask(url, {}, { authorization: "Bearer second" })).status).toBe(200);
        kill("SIGTERM");
      },
      env,
    );
    expect(code).toBe(0);
  });

  it("says that its port is taken", async () => {
    await serve(tiny, async ({ url }, kill) => {
      const port = new URL(url).port;
      const second = await sqltune(["serve", ...tiny.slice(0, -1), port], { cwd: folder });
      kill("SIGTERM");
      expect([second.code, second.stderr]).toEqual([1, expect.stringContaining(`port ${port} of 127.0.0.1 is taken`)]);
    });
  });

  it.each<[words: string[], code: number, message: RegExp]>([
    [["--db", "shop.sqlite", "--db", "shop=empty.sqlite"], 2, /two of --db go by the name shop/],
    [["--adapter", "a/mine/final_model", "--adapter", "b/mine"], 2, /two of --adapter go by the name mine/],
    [["--cors", "https://app.example/page"], 2, /--cors is .*expected an origin/],
    [["--port", "x"], 2, /--port is "x", expected a whole number/],
    [["--db", "none.sqlite"], 1, /none: There is no database file/],
    [["--db", "empty.sqlite"], 1, /empty: .*without a table/],
    [["--host", "203.0.113.7"], 1, /203\.0\.113\.7 is no address of this machine/],
  ])("%j ends with %i", async (words, exitCode, message) => {
    const { code, stderr } = await sqltune(["serve", ...tiny, ...words], { cwd: folder });
    expect(stderr).toMatch(message);
    expect(code).toBe(exitCode);
  });
});
