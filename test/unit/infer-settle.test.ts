import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { CandidateRuns, executeOn } from "../../src/infer/candidate-runs.js";
import { repairAnswer, repairQuestion } from "../../src/infer/repair-answer.js";
import { settleAnswer, type Unsettled } from "../../src/infer/settle-answer.js";
import { candidate, openSingers } from "./singer-candidates.js";

const singers = openSingers();
const { folder, pool, runs } = singers;
afterAll(() => singers.close());

describe("repair", () => {
  const failing = async (sql: string, database = runs()) => ({
    failed: { candidate: candidate(sql, 0.5), run: await database.run(sql) },
    database,
  });

  it("hands the query and the database's words on, round by round, and keeps the first that runs", async () => {
    const { failed, database } = await failing("SELECT nme FROM singer");
    const heard: string[][] = [];
    const replies = ["SELECT nam FROM singer", "SELECT name FROM singer", "SELECT age FROM singer"];
    const repaired = await repairAnswer(failed, 3, database, async (...words) => {
      heard.push(words);
      return candidate(replies.shift()!, 0.5);
    });
    expect(repaired).toMatchObject({
      rounds: 2,
      candidate: { sql: "SELECT name FROM singer" },
      run: { executable: true },
    });
    expect(heard).toEqual([
      ["SELECT nme FROM singer", "no such column: nme"],
      ["SELECT nam FROM singer", "no such column: nam"],
    ]);
  });

  it("leaves the answer as it was where nothing runs, and stops where the model repeats itself", async () => {
    const { failed, database } = await failing("SELECT nme FROM singer");
    const other = await repairAnswer(failed, 2, database, async () => candidate("SELECT x FROM singer", 0.5));
    expect(other).toEqual({ ...failed, rounds: 2 });
    const stubborn = await repairAnswer(failed, 5, database, async () => failed.candidate);
    expect(stubborn).toEqual({ ...failed, rounds: 1 });
    const full = await repairAnswer(failed, 5, database, async () => null);
    expect(full).toEqual({ ...failed, rounds: 0 });
  });

  it("is not tried for what runs, nor where the database is at fault", async () => {
    const never = () => Promise.reject(new Error("asked"));
    const { failed, database } = await failing("SELECT 1");
    expect(await repairAnswer(failed, 3, database, never)).toMatchObject({ rounds: 0, run: { executable: true } });
    const gone = await failing("SELECT 1", new CandidateRuns(executeOn(pool, join(folder, "none")), undefined));
    expect(gone.failed.run.executable).toBeNull();
    expect(await repairAnswer(gone.failed, 3, gone.database, never)).toMatchObject({ rounds: 0 });
  });

  it("asks in one line each, and never at length", () => {
    const text = repairQuestion("  How old? ", "SELECT 1", `near\n "x"${"!".repeat(9000)}`);
    expect(text).toMatch(/^How old\?\nThis query fails: SELECT 1\nError: near "x"!+\nWrite a query that runs\.$/);
    expect(text.length).toBeLessThan(700);
  });
});

describe("an answer", () => {
  const settings = { select: null, repair: 0, abstainBelow: null, check: false };
  const settle = (change: Partial<Unsettled>) =>
    settleAnswer({
      ...{ settings, runs: null, alwaysRun: false, calibration: null },
      candidates: [candidate("SELECT nme FROM singer", 0.8)],
      askAgain: async () => null,
      ...change,
    });
  const calibration = {
    ...({ method: "platt", metric: "ex", rows: 100, right: 50, databases: 5 } as const),
    ...{ before: { ece: 0.4, brier: 0.3 }, after: { ece: 0.1, brier: 0.2 } },
    any: { slope: 1, intercept: -2 },
    runs: { slope: 1, intercept: 0 },
  };

  it("is not run unless something asks for it", async () => {
    const tried = runs();
    expect(await settle({ runs: tried })).toMatchObject({ executable: null, executionError: null, abstained: false });
    expect(tried.ms).toBe(0);
    for (const change of [{ check: true }, { repair: 1 }]) {
      const answer = await settle({ runs: runs(), settings: { ...settings, ...change } });
      expect(answer).toMatchObject({ executable: false, executionError: "no such column: nme" });
    }
    expect(await settle({ runs: runs(), alwaysRun: true })).toMatchObject({ executable: false });
  });

  it("has the calibrated confidence of what is known of it", async () => {
    const good = [candidate("SELECT name FROM singer", 0.8)];
    // Its probability is 0.8, with odds of 4 to 1.
    expect((await settle({ candidates: good, calibration })).calibratedConfidence).toBeCloseTo(
      1 / (1 + Math.E ** 2 / 4),
      6,
    );
    const checked = await settle({ candidates: good, calibration, runs: runs(), alwaysRun: true });
    expect(checked.calibratedConfidence).toBeCloseTo(0.8, 6);
    expect((await settle({ calibration, runs: runs(), alwaysRun: true })).calibratedConfidence).toBe(0);
    expect((await settle({})).calibratedConfidence).toBeNull();
  });

  it("abstains by the calibrated confidence, else by the model's own, and keeps its SQL", async () => {
    const asked = { settings: { ...settings, abstainBelow: 0.5 } };
    expect(await settle({ ...asked })).toMatchObject({ abstained: false });
    expect(await settle({ ...asked, calibration })).toMatchObject({ abstained: true, sql: "SELECT nme FROM singer" });
    const edge = { settings: { ...settings, abstainBelow: candidate("", 0.8).confidence } };
    expect(await settle(edge)).toMatchObject({ abstained: false });
  });

  it("names the other candidates, best first, and the first attempt once it is repaired", async () => {
    const select = { by: "first-executable" as const, n: 3, temperature: 1 };
    const candidates = [
      candidate("SELECT nme FROM singer", 0.9),
      candidate("SELECT age FROM singer", 0.5),
      candidate("SELECT fee FROM singer", 0.6),
    ];
    const chosen = await settle({ candidates, runs: runs(), settings: { ...settings, select } });
    expect(chosen).toMatchObject({ sql: "SELECT fee FROM singer", executable: true, votes: null, repairs: 0 });
    expect(chosen.alternatives.map(({ sql, executable }) => [sql, executable])).toEqual([
      ["SELECT nme FROM singer", false],
      ["SELECT age FROM singer", null],
    ]);
    const repaired = await settle({
      runs: runs(),
      settings: { ...settings, repair: 1 },
      askAgain: async () => candidate("SELECT name FROM singer", 0.7),
    });
    expect(repaired).toMatchObject({
      sql: "SELECT name FROM singer",
      executable: true,
      repairs: 1,
      executionError: null,
    });
    expect(repaired.confidence).toBeCloseTo(0.7, 6);
    expect(repaired.alternatives).toMatchObject([{ sql: "SELECT nme FROM singer", executable: false }]);
  });

  it("is cut off where the length limit ended it", async () => {
    const cut = { ...candidate("SELECT name, name", 0.9), finishReason: "length" as const };
    expect(await settle({ candidates: [cut] })).toMatchObject({ truncated: true, finishReason: "length" });
    expect(await settle({})).toMatchObject({ truncated: false, finishReason: "stop" });
  });
});
