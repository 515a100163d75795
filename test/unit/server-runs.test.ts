import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { StatusFile } from "../../src/observe/status-file.js";
import { createServer } from "../../src/server/create-server.js";
import type { ServerOptions } from "../../src/server/settings.js";
import { serverEvents } from "../../web/src/api/server-events.js";
import { ANSWERS, eventsOf, writeRun } from "./run-folders.js";

let root: string;
let running: StatusFile;
const open: Awaited<ReturnType<typeof createServer>>[] = [];

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "sqltune-runs-"));
  const runs = join(root, "runs");
  await writeRun(join(runs, "first"), { answers: ANSWERS });
  await writeRun(join(runs, "group", "second"), { step: 20, state: "failed", error: "the disk is full" });
  running = await writeRun(join(runs, "third"), { step: 12, state: "training" });
  await writeRun(join(root, "outside"), {});
  symlinkSync(join(root, "outside"), join(runs, "linked"));
  mkdirSync(join(root, "configs"));
  writeFileSync(
    join(root, "configs", "mine.yaml"),
    "project: {name: mine}\ndata: {dataset_name: jsonl, path: /data/mine}\n",
  );
});
afterEach(async () => {
  for (const app of open.splice(0)) await app.close();
});
afterAll(async () => {
  await running.close({ state: "interrupted" });
  rmSync(root, { recursive: true });
});

async function server(options: Partial<ServerOptions> = {}) {
  const app = await createServer({
    models: [],
    runs: join(root, "runs"),
    configs: [join(root, "configs")],
    ...options,
  });
  open.push(app);
  return app;
}

async function get<T = Record<string, unknown>>(app: Awaited<ReturnType<typeof server>>, url: string): Promise<T> {
  return (await app.inject(url)).json() as T;
}

describe("runs", () => {
  it("are listed with how they stand, without the server's paths", async () => {
    const reply = await get<{ runs: Record<string, unknown>[]; training: boolean }>(await server(), "/v1/runs");
    const byId = new Map(reply.runs.map((run) => [run.id, run]));
    expect([...byId.keys()].sort()).toEqual(["first", "group/second", "third"]);
    expect(byId.get("first")).toMatchObject({
      state: "done",
      step: 40,
      steps: 40,
      best: { metric: "ex", step: 40, value: 0.5 },
    });
    expect(byId.get("group/second")).toMatchObject({ state: "failed", reason: "the disk is full", step: 20 });
    expect(byId.get("third")).toMatchObject({ state: "running", step: 12 });
    expect(reply.training).toBe(false);
    expect(JSON.stringify(reply)).not.toContain(root);
  });

  it("tell their config and files; a folder in a folder by its whole id", async () => {
    const app = await server();
    expect(await get(app, "/v1/runs/group%2Fsecond")).toMatchObject({
      ...{ id: "group/second", state: "failed", events: expect.any(Number) },
      config: { lora: { r: 16 } },
      files: { final_model: false, predictions: [] },
    });
    expect(await get(app, "/v1/runs/first")).toMatchObject({ files: { predictions: [10, 40] } });
  });

  it("give their events from any position on", async () => {
    const app = await server();
    const all = eventsOf(40, 40, 1e-3);
    expect(await get(app, "/v1/runs/first/events")).toEqual({ events: all, next: all.length, restarted: false });
    expect(await get(app, "/v1/runs/first/events?after=3")).toMatchObject({ events: all.slice(3), next: all.length });
    expect(await get(app, "/v1/runs/first/events?after=9999")).toMatchObject({ events: all, restarted: true });
    expect((await app.inject("/v1/runs/first/events?after=-1")).statusCode).toBe(400);
  });

  it("give the same questions at each evaluation", async () => {
    const { steps, total, questions } = await get<{
      steps: number[];
      total: number;
      questions: { question: string; answers: Record<string, unknown>[] }[];
    }>(await server(), "/v1/runs/first/predictions");
    expect([steps, total]).toEqual([[10, 40], 3]);
    expect(questions[0]).toMatchObject({
      ...{ question: "Names of all items", gold: "SELECT name FROM item", db_id: "shop" },
      answers: [
        { step: 10, predicted: "SELECT nme FROM item", ex: false, failure: "no such column: nme" },
        { step: 40, predicted: "SELECT name FROM item", ex: true, failure: null },
      ],
    });
    expect(questions[1]!.answers.map(({ ex, error_kind }) => [ex, error_kind])).toEqual([
      [true, null],
      [false, "wrong_aggregate"],
    ]);
  });

  it("are asked for by the ids of the list alone", async () => {
    const app = await server({ allowTraining: true });
    const ids = [
      "..%2foutside",
      "%2e%2e",
      "linked",
      "first%2f..%2f..%2foutside",
      ".",
      "",
      "group",
      "%00",
      encodeURIComponent(root),
    ];
    for (const id of ids) {
      for (const rest of ["", "/events", "/stream", "/predictions"]) {
        const { statusCode, body } = await app.inject(`/v1/runs/${id}${rest}`);
        // An empty id, or one that a client tidies away, is another address.
        if (statusCode === 200) expect(body).toContain('"runs"');
        else expect([id, rest, statusCode]).toEqual([id, rest, 404]);
        expect(body).not.toContain(`${root}/outside`);
      }
      const stopped = await app.inject({ method: "POST", url: `/v1/runs/${id}/stop` });
      expect([id, stopped.statusCode]).toEqual([id, 404]);
    }
  });

  it("are shown only where a folder was given, and steered only where that is allowed", async () => {
    const none = await server({ runs: undefined });
    expect((await none.inject("/v1/runs")).json()).toMatchObject({ error: { code: "runs_off" } });
    expect((await none.inject("/v1/runs/first/stream")).statusCode).toBe(403);
    const shown = await server();
    const posts = [
      { url: "/v1/runs", payload: { config: "mine.yaml" } },
      { url: "/v1/runs/third/stop" },
      { url: "/v1/runs/third/cancel" },
    ];
    for (const post of posts) {
      const reply = await shown.inject({ method: "POST", ...post });
      expect([reply.statusCode, reply.json()]).toMatchObject([403, { error: { code: "training_off" } }]);
    }
    expect((await shown.inject("/v1/configs")).statusCode).toBe(403);
    const keyed = await server({ apiKeys: ["k"], allowTraining: true });
    expect((await keyed.inject({ method: "POST", url: "/v1/runs", payload: { config: "mine.yaml" } })).statusCode).toBe(
      401,
    );
  });
});

describe("a run's stream", () => {
  it("tells what was, then what comes, and ends with the run", async () => {
    const folder = join(root, "runs", "live");
    const status = await writeRun(folder, { step: 4, state: "training" });
    const app = await server();
    await app.listen({ host: "127.0.0.1", port: 0 });
    const { port } = app.server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/v1/runs/live/stream?after=2`);
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    const said: [string, Record<string, unknown>][] = [];
    for await (const { event, data } of serverEvents(response)) {
      said.push([event, JSON.parse(data) as Record<string, unknown>]);
      if (said.length === 3) {
        appendFileSync(join(folder, "metrics.jsonl"), '{"event":"warning","message":"late"}\n');
        await status.close({ state: "done" });
      }
    }
    expect(said.map(([event]) => event)).toEqual(["run", "run", "status", "run", "status", "end"]);
    expect(said[0]![1]).toMatchObject({ event: "train", step: 2 });
    expect(said[2]![1]).toMatchObject({ id: "live", state: "running", step: 4 });
    expect(said[3]![1]).toMatchObject({ event: "warning", message: "late" });
    expect(said[4]![1]).toMatchObject({ state: "done" });
    expect(said[5]![1]).toEqual({ next: 5 });
    rmSync(folder, { recursive: true });
  });

  it("does not keep a server that ends", async () => {
    const app = await server();
    await app.listen({ host: "127.0.0.1", port: 0 });
    const { port } = app.server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/v1/runs/third/stream`);
    const events = serverEvents(response);
    await events.next();
    await app.close();
    let last = "";
    for await (const { event } of events) last = event;
    expect(last).not.toBe("end");
  });
});
