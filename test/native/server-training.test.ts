import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { createServer } from "../../src/server/create-server.js";
import { serverEvents } from "../../web/src/api/server-events.js";
import { tinyConfig, writeTrainableModel } from "./train-fixture.js";

let folder: string;
let url: string;
let app: Awaited<ReturnType<typeof createServer>>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "sqltune-server-training-"));
  writeTrainableModel(join(folder, "tiny"));
  const rows = Array.from({ length: 60 }, (_, i) => ({
    ...{ question: `How many things of kind ${i}?`, sql: `SELECT count(*) FROM thing WHERE kind = ${i}` },
    schema: `CREATE TABLE thing (id INTEGER, kind INTEGER, extra_${i % 4} TEXT)`,
  }));
  writeFileSync(join(folder, "rows.jsonl"), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  app = await createServer({ models: [], runs: folder, allowTraining: true, configs: [] });
  await app.listen({ host: "127.0.0.1", port: 0 });
  url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await app.close();
  rmSync(folder, { recursive: true });
});

const post = async (path: string, payload: object = {}) => {
  const reply = await fetch(`${url}${path}`, {
    ...{ method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(payload) },
  });
  return { status: reply.status, body: (await reply.json()) as Record<string, unknown> };
};

describe("a run over HTTP", () => {
  it("starts from a config that was sent, is watched, and stops with a checkpoint", async () => {
    const config = tinyConfig(join(folder, "tiny"), "elsewhere", {
      data: { dataset_name: "jsonl", path: join(folder, "rows.jsonl"), split: "database" },
      training: { max_steps: 100_000, logging_steps: 1, eval_steps: 1000, save_steps: 1000 },
    });
    const yaml = stringify(config);
    const started = await post("/v1/runs", { yaml, name: "sent", set: ["training.learning_rate=0.001"] });
    expect([started.status, started.body]).toEqual([202, { id: "sent", pid: expect.any(Number) }]);
    expect(readFileSync(join(folder, "sent", "config.yaml"), "utf8")).toBe(yaml);
    expect(await post("/v1/runs", { yaml, name: "second" })).toMatchObject({
      ...{ status: 409, body: { error: { code: "training_already" } } },
    });

    const said: [string, Record<string, unknown>][] = [];
    let stopped: Awaited<ReturnType<typeof post>> | null = null;
    for await (const { event, data } of serverEvents(await fetch(`${url}/v1/runs/sent/stream`))) {
      const value = JSON.parse(data) as Record<string, unknown>;
      said.push([event, value]);
      const isThirdStep = event === "run" && value.event === "train" && (value.step as number) >= 3;
      if (isThirdStep && !stopped) stopped = await post("/v1/runs/sent/stop");
      if (event === "end") break;
    }
    expect(stopped).toMatchObject({ status: 202, body: { id: "sent", asked: true } });
    const last = said.findLast(([event]) => event === "status")![1];
    expect(last).toMatchObject({ id: "sent", state: "interrupted" });
    const saved = said.find(([, value]) => value.event === "checkpoint");
    expect(existsSync(join(folder, "sent", "checkpoints", `checkpoint-${saved![1].step}`))).toBe(true);
    const { config: resolved } = (await (await fetch(`${url}/v1/runs/sent`)).json()) as {
      config: { project: { output_dir: string }; training: { learning_rate: number } };
    };
    expect(resolved.project.output_dir).toBe(join(folder, "sent"));
    expect(resolved.training.learning_rate).toBe(0.001);

    expect(await post("/v1/runs", { yaml, name: "sent" })).toMatchObject({
      status: 409,
      body: { error: { code: "name_taken" } },
    });
    expect(await post("/v1/runs/sent/cancel")).toMatchObject({ status: 202, body: { asked: false } });
  });

  it("says why it did not start", async () => {
    const config = tinyConfig(join(folder, "tiny"), "x", {
      data: { dataset_name: "jsonl", path: join(folder, "none.jsonl") },
    });
    const started = await post("/v1/runs", { yaml: stringify(config), name: "without-rows" });
    // Its set-up ends after the request or within it; either way the reason is told.
    if (started.status === 202) {
      await expect
        .poll(async () => (await (await fetch(`${url}/v1/runs/without-rows`)).json()) as object, { timeout: 60_000 })
        .toMatchObject({ state: "failed", reason: expect.stringContaining("none.jsonl") });
    } else
      expect(started).toMatchObject({
        status: 409,
        body: { error: { message: expect.stringContaining("none.jsonl") } },
      });
  });
});
