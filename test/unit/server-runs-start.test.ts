import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { StatusFile } from "../../src/observe/status-file.js";
import { createServer } from "../../src/server/create-server.js";
import { writeRun } from "./run-folders.js";

let root: string;
let running: StatusFile;
const open: Awaited<ReturnType<typeof createServer>>[] = [];

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "sqltune-runs-start-"));
  running = await writeRun(join(root, "busy", "third"), { step: 12, state: "training" });
  mkdirSync(join(root, "configs"));
  const mine = "project: {name: mine}\ndata: {dataset_name: jsonl, path: /data/mine}\n";
  writeFileSync(join(root, "configs", "mine.yaml"), mine);
});
afterEach(async () => {
  for (const app of open.splice(0)) await app.close();
});
afterAll(async () => {
  await running.close({ state: "interrupted" });
  rmSync(root, { recursive: true });
});

async function server(runs: "busy" | "free") {
  const options = { runs: join(root, runs), configs: [join(root, "configs")], allowTraining: true };
  const app = await createServer({ models: [], ...options });
  open.push(app);
  return app;
}

describe("starting a run", () => {
  const post = async (payload: object) => {
    const reply = await (await server("free")).inject({
      ...{ method: "POST", url: "/v1/runs", payload },
    });
    const { error } = reply.json() as { error?: { message: string; code: string | null; param: string | null } };
    return { status: reply.statusCode, message: error?.message ?? "", code: error?.code, param: error?.param };
  };

  it("offers the server's configs", async () => {
    const reply = (await (await server("busy")).inject("/v1/configs")).json() as { configs: object[] };
    expect(reply.configs).toEqual([{ name: "mine.yaml", text: expect.stringContaining("dataset_name: jsonl") }]);
  });

  it("waits for the run that goes on", async () => {
    const app = await server("busy");
    const reply = await app.inject({ method: "POST", url: "/v1/runs", payload: { config: "mine.yaml" } });
    expect([reply.statusCode, reply.json()]).toMatchObject([409, { error: { code: "training_already" } }]);
  });

  it("tells every problem of a config at once", async () => {
    const { status, message } = await post({ yaml: "project: {nam: x}\nlora: {r: many}\n", set: ["lora.rr=1"] });
    expect(status).toBe(400);
    expect(message).toContain("3 errors");
    expect(message).toMatch(/nam[\s\S]*lora\.r[\s\S]*--set lora\.rr=1/);
    expect(message).not.toContain(tmpdir());
  });

  it.each([
    ["a file of the machine", "data: {dataset_name: jsonl, path: /etc/passwd}", "data.path"],
    ["a way out", "data: {dataset_name: jsonl, path: ../../../../../../etc}", "data.path"],
    ["databases elsewhere", "data: {databases: /var/lib}", "data.databases"],
    ["a program", "data: {pipeline: ./mine.ts#Mine}", "data.pipeline"],
    ["a model elsewhere", "model: {name: /opt/model}", "model.name"],
  ])("reads nothing outside for a client: %s", async (_, yaml, param) => {
    expect(await post({ yaml })).toMatchObject({ status: 403, code: "path_not_allowed", param });
  });

  it("lets a config of the server's name what it likes, but not be changed to it", async () => {
    const changed = await post({ config: "mine.yaml", set: ["data.path=/etc"] });
    expect(changed).toMatchObject({ status: 403, param: "data.path" });
  });

  it.each([
    [{}, 400],
    [{ config: "mine.yaml", yaml: "lora: {r: 4}" }, 400],
    [{ config: "../secret.yaml" }, 404],
    [{ config: "mine.yaml", name: "../../x" }, 400],
    [{ config: "mine.yaml", set: "lora.r=4" }, 400],
    [{ yaml: "x".repeat(70_000) }, 400],
  ])("refuses %j", async (payload, status) => {
    expect((await post(payload)).status).toBe(status);
  });
});
