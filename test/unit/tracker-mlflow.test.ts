import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createMlflowTracker } from "../../src/observe/trackers/mlflow/mlflow-tracker.js";
import {
  firstEvents,
  lacksPython,
  resumedEvents,
  tellRun,
  trackedRun,
  trackersPython,
  writeAnswers,
} from "./tracker-fixture.js";

let root: string;
let server: Server | null = null;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sqltune-mlflow-"));
});
afterEach(async () => {
  await new Promise<void>((done) => (server ? server.close(() => done()) : done()));
  server = null;
  rmSync(root, { recursive: true, force: true });
});

/** Of MLflow's answers, what is looked at. */
interface Reply {
  run: { info: object; data: { params: unknown[] } };
  metrics: { step: string; value: number }[];
  files: { path: string }[];
}

interface Asked {
  call: string;
  body: unknown;
  authorization: string | undefined;
}

/** Answers as MLflow's REST API does, and keeps what it was asked. `fail` may answer a call otherwise. */
async function listen(fail: (call: string) => { status: number; body: string } | null = () => null) {
  const asked: Asked[] = [];
  let experiment = false;
  server = createServer(async (request, response) => {
    const call = `${request.method} ${request.url!.replace("/api/2.0/", "")}`;
    const body = await text(request);
    asked.push({
      call,
      body: body.startsWith("{") ? JSON.parse(body) : body,
      authorization: request.headers.authorization,
    });
    const answer = (status: number, value: unknown) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(typeof value === "string" ? value : JSON.stringify(value));
    };
    const failed = fail(call);
    if (failed) return answer(failed.status, failed.body);
    if (call.includes("get-by-name") && !experiment) {
      return answer(404, { error_code: "RESOURCE_DOES_NOT_EXIST", message: "no experiment" });
    }
    if (call.includes("experiments/")) {
      experiment = true;
      return answer(200, { experiment_id: "7", experiment: { experiment_id: "7" } });
    }
    return answer(200, { run: { info: { run_id: "r1", artifact_uri: "mlflow-artifacts:/7/r1/artifacts" } } });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { asked, uri: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const calls = (asked: readonly Asked[]) => asked.map(({ call }) => call);

it("speaks MLflow's REST API: experiment, run, parameters, metrics, answers, end", async () => {
  const { asked, uri } = await listen();
  const run = trackedRun(root);
  writeAnswers(run, 10);
  const env = { MLFLOW_TRACKING_URI: `${uri}/`, MLFLOW_TRACKING_USERNAME: "u", MLFLOW_TRACKING_PASSWORD: "p" };
  expect(await tellRun(createMlflowTracker(run, env), firstEvents)).toEqual([]);
  expect(calls(asked)).toEqual([
    "GET mlflow/experiments/get-by-name?experiment_name=shop",
    "POST mlflow/experiments/create",
    "POST mlflow/runs/create",
    "POST mlflow/runs/log-batch",
    "POST mlflow/runs/log-batch",
    "PUT mlflow-artifacts/artifacts/7/r1/artifacts/predictions/step-10.md",
    "POST mlflow/runs/update",
  ]);
  const bodies = asked.map(({ body }) => body as Record<string, never>);
  expect(bodies[2]).toMatchObject({ experiment_id: "7", run_name: "mine" });
  expect(bodies[3]!.params).toContainEqual({ key: "training.learning_rate", value: "0.0002" });
  expect(bodies[4]!.metrics).toContainEqual({ key: "eval/ex", value: 0.5, step: 10, timestamp: expect.any(Number) });
  expect(asked[5]!.body).toContain("| Which? |");
  expect(bodies[6]).toEqual({ run_id: "r1", status: "FINISHED", end_time: expect.any(Number) });
  expect(new Set(asked.map(({ authorization }) => authorization))).toEqual(new Set(["Basic dTpw"]));
});

it("goes on with the same run after a resume, and tells no step twice", async () => {
  const { asked, uri } = await listen();
  const env = { MLFLOW_TRACKING_URI: uri };
  await tellRun(
    createMlflowTracker(trackedRun(root), env),
    [...firstEvents, ...resumedEvents.slice(3, 4)],
    "interrupted",
  );
  expect(JSON.parse(readFileSync(join(root, "mlflow/run.json"), "utf8"))).toEqual({ uri, run_id: "r1", step: 14 });
  asked.length = 0;
  await tellRun(createMlflowTracker(trackedRun(root, { step: 5 }), env), resumedEvents);
  expect(calls(asked)).toEqual([
    "POST mlflow/runs/update",
    "GET mlflow/runs/get?run_id=r1",
    "POST mlflow/runs/log-batch",
    "POST mlflow/runs/update",
  ]);
  const { metrics } = asked[2]!.body as { metrics: { key: string; step: number }[] };
  expect(metrics.filter(({ key }) => key === "train/loss").map(({ step }) => step)).toEqual([15, 20]);
});

it("makes one run though the server fails in between, and says once what it answered", async () => {
  let failures = 1;
  const { asked, uri } = await listen((call) =>
    call.includes("log-batch") && failures-- > 0 ? { status: 500, body: '{"message":"disk full"}' } : null,
  );
  const warnings = await tellRun(createMlflowTracker(trackedRun(root), { MLFLOW_TRACKING_URI: uri }), firstEvents);
  expect(warnings).toEqual([
    expect.stringMatching(/^mlflow: http:\S+ answers 500: disk full\. Training goes on; it is tried/),
  ]);
  expect(calls(asked).filter((call) => call.endsWith("runs/create"))).toHaveLength(1);
  const params = asked.filter(({ body }) => (body as { params?: unknown })?.params);
  expect(params).toHaveLength(2);
});

it.each([
  ["http://127.0.0.1:9", /cannot be reached/],
  ["file:./mlruns", /expected http:\/\/ or https:\/\/.*mlflow server --backend-store-uri file:\.\/mlruns/],
])("with %s there is one warning", async (uri, message) => {
  const warnings = await tellRun(createMlflowTracker(trackedRun(root), { MLFLOW_TRACKING_URI: uri }), firstEvents);
  expect(warnings).toEqual([expect.stringMatching(message)]);
});

describe.skipIf(lacksPython("runs told to a real MLflow server"))("a real MLflow server", () => {
  let mlflow: ChildProcess;
  let uri: string;
  beforeEach(async () => {
    const probe = createServer().listen(0, "127.0.0.1");
    await once(probe, "listening");
    const { port } = probe.address() as AddressInfo;
    await new Promise((done) => probe.close(done));
    uri = `http://127.0.0.1:${port}`;
    const store = `sqlite:///${join(root, "mlflow.db")}`;
    const words = ["-m", "mlflow", "server", "--host", "127.0.0.1", "--port", String(port), "--workers", "1"];
    const args = [...words, "--backend-store-uri", store, "--artifacts-destination", join(root, "artifacts")];
    mlflow = spawn(trackersPython!, args, { cwd: root, stdio: "ignore", detached: true });
    while (
      !(await fetch(`${uri}/health`).then(
        ({ ok }) => ok,
        () => false,
      ))
    ) {
      if (mlflow.exitCode !== null) throw new Error(`mlflow server ended with exit code ${mlflow.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }, 120_000);
  afterEach(async () => {
    if (mlflow.exitCode !== null) return;
    const ended = once(mlflow, "exit");
    // Its workers too.
    process.kill(-mlflow.pid!, "SIGKILL");
    await ended;
  });

  it("has what it was told, over two sessions of one run", async () => {
    const run = trackedRun(root);
    writeAnswers(run, 10);
    const env = { MLFLOW_TRACKING_URI: uri };
    expect(await tellRun(createMlflowTracker(run, env), firstEvents, "interrupted")).toEqual([]);
    expect(await tellRun(createMlflowTracker({ ...run, step: 5 }, env), resumedEvents)).toEqual([]);
    const { run_id } = JSON.parse(readFileSync(join(root, "mlflow/run.json"), "utf8"));
    const get = async (path: string) => (await fetch(`${uri}/api/2.0/${path}`)).json() as Promise<Reply>;
    const { info, data } = (await get(`mlflow/runs/get?run_id=${run_id}`)).run;
    expect(info).toMatchObject({ run_name: "mine", status: "FINISHED" });
    expect(data.params).toContainEqual({ key: "model.name", value: "Größe" });
    const history = await get(`mlflow/metrics/get-history?run_id=${run_id}&metric_key=train/loss`);
    const points = history.metrics.map(({ step, value }) => [Number(step), value]);
    expect(new Map(points as [number, number][])).toEqual(
      new Map([
        [5, 1.5],
        [10, 1.25],
        [15, 1],
        [20, 0.75],
      ]),
    );
    const listed = await get(`mlflow/artifacts/list?run_id=${run_id}&path=predictions`);
    expect(listed.files.map(({ path }) => path)).toEqual(["predictions/step-10.md"]);
  }, 120_000);
});
