import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { createWandbTracker } from "../../src/observe/trackers/wandb/wandb-tracker.js";
import {
  firstEvents,
  lacksPython,
  resumedEvents,
  tellRun,
  trackedRun,
  trackersPython,
  writeAnswers,
} from "./tracker-fixture.js";

interface Upload {
  path: string;
  body: string;
}

/** Stands in for W&B's server: knows the run that it was told of, takes every file, keeps what it was sent. */
async function listen() {
  const uploads: Upload[] = [];
  let lines = 0;
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const { port } = server.address() as AddressInfo;
    response.setHeader("content-type", "application/json");
    if (request.url!.endsWith("/graphql")) {
      const { variables } = JSON.parse(body) as { variables: { name?: string; files?: string[] } };
      const project = { id: "p1", name: "shop", entity: { id: "e1", name: "team" } };
      const bucket = {
        ...{
          id: "UnVuOjE=",
          name: variables.name ?? "run",
          displayName: "mine",
          config: "{}",
          summaryMetrics: "{}",
          project,
        },
        ...{
          historyLineCount: lines,
          eventsLineCount: 0,
          logLineCount: 0,
          historyTail: "[]",
          eventsTail: "[]",
          wandbConfig: "{}",
        },
      };
      const files = (variables.files ?? []).map((name) => ({
        name,
        uploadUrl: `http://127.0.0.1:${port}/upload/${name}`,
      }));
      const data = {
        ...{ viewer: { id: "u1", entity: "team", username: "me", flags: "{}" }, serverInfo: { features: [] } },
        ...{ upsertBucket: { bucket, inserted: true }, model: { bucket, ...project } },
        createRunFiles: { runID: "1", uploadHeaders: [], files },
      };
      response.end(JSON.stringify({ data }));
      return;
    }
    uploads.push({ path: request.url!, body });
    if (request.url!.endsWith("file_stream")) {
      lines += JSON.parse(body).files?.["wandb-history.jsonl"]?.content.length ?? 0;
    }
    response.end("{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { uploads, server, uri: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe.skipIf(lacksPython("runs uploaded by the real wandb sync"))("the real wandb sync", () => {
  it("uploads both sessions of a run: its rows, summary, config and table of answers", async () => {
    const root = mkdtempSync(join(tmpdir(), "sqltune-wandb-sync-"));
    const { uploads, server, uri } = await listen();
    try {
      const run = trackedRun(root);
      writeAnswers(run, 10);
      await tellRun(createWandbTracker(run, {}), firstEvents, "interrupted");
      await new Promise((resolve) => setTimeout(resolve, 1100));
      await tellRun(createWandbTracker({ ...run, step: 5 }, {}), resumedEvents);
      const folders = readdirSync(join(root, "wandb")).filter((name) => name.startsWith("offline-run-"));
      const env = { ...process.env, WANDB_API_KEY: "a".repeat(40), WANDB_BASE_URL: uri, WANDB_DIR: root, HOME: root };
      const args = ["-m", "wandb", "sync", "--yes", ...folders.map((name) => join(root, "wandb", name))];
      const { stderr, stdout } = await promisify(execFile)(trackersPython!, args, { cwd: root, env });
      expect(stderr + stdout).toMatch(/Finished syncing/);
      const history = uploads
        .filter(({ path }) => path.endsWith("file_stream"))
        .flatMap(({ body }) => (JSON.parse(body).files?.["wandb-history.jsonl"]?.content ?? []) as string[])
        .map((line) => JSON.parse(line));
      expect(history.map((row) => [row._step, row["train/loss"], row["eval/loss"]])).toEqual([
        [5, 1.5, undefined],
        [10, 1.25, 1.125],
        [15, 1, undefined],
        [20, 0.75, undefined],
      ]);
      const file = (end: string) => uploads.filter(({ path }) => path.endsWith(end)).map(({ body }) => body);
      expect(file("config.yaml").at(-1)).toMatch(/lora:\s+value:\s+r: 16/);
      expect(JSON.parse(file("wandb-summary.json").at(-1)!)).toMatchObject({ _step: 20, "train/loss": 0.75 });
      expect(JSON.parse(file(".table.json")[0]!).data).toHaveLength(2);
    } finally {
      server.closeAllConnections();
      server.close();
      rmSync(root, { recursive: true, force: true });
    }
  }, 120_000);
});
