import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  exitRecord,
  fileRecord,
  headerRecord,
  historyRecord,
  runRecord,
  summaryRecord,
} from "../../src/observe/trackers/wandb/records.js";
import { logHeader, logRecord } from "../../src/observe/trackers/wandb/transaction-log.js";
import { createWandbTracker } from "../../src/observe/trackers/wandb/wandb-tracker.js";
import {
  firstEvents,
  lacksPython,
  resumedEvents,
  runPython,
  tellRun,
  trackedRun,
  writeAnswers,
} from "./tracker-fixture.js";

const golden = JSON.parse(readFileSync(new URL("./wandb.golden.json", import.meta.url), "utf8"));

interface Item {
  key: string;
  nested_key: [string];
  value_json: string;
}

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sqltune-wandb-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it(`a transaction log is that of ${golden.made_with}, byte by byte, across blocks too`, () => {
  const row = { "train/loss": 1.25, _step: 250 };
  const records = [
    headerRecord(1, "sqltune"),
    runRecord(2, {
      id: "abcd1234",
      project: "shop",
      entity: "team",
      displayName: "mine",
      group: "g",
      notes: "why",
      tags: ["a", "b"],
      host: "box",
      config: { lora: { r: 16 }, name: "Größe" },
      startTime: 1700000000250,
      resumed: false,
    }),
    summaryRecord(3, row),
    historyRecord(4, 250, row),
    historyRecord(5, 251, { text: "x".repeat(70_000) }),
    fileRecord(6, "media/t.json"),
    exitRecord(7, 130, 61),
  ];
  let file: Buffer = logHeader();
  for (const record of records) file = Buffer.concat([file, logRecord(record, file.length)]);
  const real = gunzipSync(Buffer.from(golden.file, "base64"));
  expect(file.length).toBe(real.length);
  expect(file.equals(real)).toBe(true);
});

it("a record never begins where its head would reach into the next block", () => {
  for (const left of [0, 1, 6, 7, 8]) {
    const position = 32_768 - left;
    const bytes = logRecord(Buffer.from("data"), position);
    // What is left of the block is zeros, or the first piece's head (and as much of the data as fits).
    const padding = left > 0 && left < 7 ? left : 0;
    expect(bytes.subarray(0, padding).every((byte) => byte === 0)).toBe(true);
    expect(bytes.readUInt8(padding + 6)).toBe(left === 7 || left === 8 ? 2 : 1);
  }
});

it("another run in the folder begins with an id of its own, a resumed one goes on with it", async () => {
  const idOf = () => JSON.parse(readFileSync(join(root, "wandb/run.json"), "utf8")).id;
  const folders = () => readdirSync(join(root, "wandb")).filter((name) => name.startsWith("offline-run-"));
  await tellRun(createWandbTracker(trackedRun(root), {}), firstEvents, "interrupted");
  const first = idOf();
  expect(first).toMatch(/^[a-z0-9]{8}$/);
  await new Promise((resolve) => setTimeout(resolve, 1100));
  await tellRun(createWandbTracker(trackedRun(root, { step: 5 }), {}), resumedEvents);
  expect(idOf()).toBe(first);
  expect(folders()).toHaveLength(2);
  await tellRun(createWandbTracker(trackedRun(root), {}), firstEvents);
  expect(idOf()).not.toBe(first);
  expect(folders()).toHaveLength(1);
});

describe.skipIf(lacksPython("transaction logs read by W&B's classes"))("W&B's own classes read", () => {
  it("the run, one row a step, the table of answers and the end", async () => {
    const run = trackedRun(root);
    writeAnswers(run, 10);
    const env = { WANDB_PROJECT: "other", WANDB_TAGS: "a,b" };
    await tellRun(createWandbTracker(run, env), firstEvents, "interrupted");
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await tellRun(createWandbTracker({ ...run, step: 5 }, env), resumedEvents);
    const [first, second] = await Promise.all(
      readdirSync(join(root, "wandb"))
        .filter((name) => name.startsWith("offline-run-"))
        .sort()
        .map(async (name) => {
          const folder = join(root, "wandb", name);
          const file = readdirSync(folder).find((it) => it.endsWith(".wandb"))!;
          const lines = (await runPython("read_wandb.py", join(folder, file))).trim().split("\n");
          return { folder, records: lines.map((line) => JSON.parse(line)) };
        }),
    );
    const started = first!.records.find((record) => record.run)!.run;
    expect(started).toMatchObject({ project: "other", display_name: "mine", tags: ["a", "b"] });
    const config = Object.fromEntries(started.config.update.map((it: Item) => [it.key, JSON.parse(it.value_json)]));
    expect(config).toMatchObject({ lora: { r: 16 }, model: { name: "Größe" }, versions: { sqltune: "1.2.3" } });
    const rows = ({ records }: typeof first & object) =>
      records.flatMap(({ history }) =>
        history
          ? [Object.fromEntries(history.item.map((it: Item) => [it.nested_key[0], JSON.parse(it.value_json)]))]
          : [],
      );
    expect(rows(first!)).toMatchObject([
      { _step: 5, "train/loss": 1.5 },
      { _step: 10, "train/loss": 1.25, "eval/loss": 1.125, "eval/ex": 0.5 },
    ]);
    const table = rows(first!)[1]!["eval/predictions"] as { path: string; nrows: number };
    expect(JSON.parse(readFileSync(join(first!.folder, "files", table.path), "utf8")).data[1]).toEqual([
      "Which?",
      "SELECT c FROM a",
      "SELECT b FROM a",
      false,
      0.25,
    ]);
    expect(first!.records.at(-1)!.exit.exit_code).toBe(130);
    // Step 10 was done again and is not told twice.
    expect(rows(second!).map((row) => row._step)).toEqual([15, 20]);
    expect(second!.records.find((record) => record.run)!.run).toMatchObject({ run_id: started.run_id, resume: true });
  }, 60_000);
});
