import { afterAll, describe, expect, it } from "vitest";
import type { Candidate } from "../../src/infer/candidate.js";
import { CandidateRuns } from "../../src/infer/candidate-runs.js";
import { rankCandidates } from "../../src/infer/choose-candidate.js";
import { textKey } from "../../src/infer/result-key.js";
import { candidate, openSingers } from "./singer-candidates.js";

const singers = openSingers();
const { file, pool, runs } = singers;
afterAll(() => singers.close());

const sqlOf = (ranked: { candidate: Candidate }[]) => ranked.map((one) => one.candidate.sql);

describe("a candidate's log-probabilities", () => {
  it("are those of its tokens, and none are minus infinity", () => {
    const { meanLogProbability, logProbability } = candidate("SELECT 1", 0.5, 0.125);
    expect(meanLogProbability).toBeCloseTo(Math.log(0.25), 6);
    expect(logProbability).toBeCloseTo(Math.log(0.0625), 6);
    expect(candidate("SELECT 1", 1.0000001, 0).logProbability).toBeGreaterThan(-1000);
    expect(candidate("").meanLogProbability).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe("logprob", () => {
  it("takes the highest mean, not the shortest, and says each text once", async () => {
    const ranked = await rankCandidates(
      [
        candidate("SELECT 1", 0.5),
        candidate("SELECT 2", 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9),
        candidate("SELECT 1", 0.6),
      ],
      "logprob",
      null,
    );
    // 0.9 to the 7th is 0.48: the sum would have taken the short one.
    expect(sqlOf(ranked)).toEqual(["SELECT 2", "SELECT 1"]);
    expect(ranked[1]!.candidate.probabilities[0]).toBeCloseTo(0.6, 6);
  });

  it("never asks the database, and puts what was cut off last", async () => {
    const cut = { ...candidate("SELECT a, a, a, a", 1, 1, 1), finishReason: "length" as const };
    const never = new CandidateRuns(() => Promise.reject(new Error("asked")), undefined);
    const ranked = await rankCandidates(
      [cut, candidate("", ...[]), candidate("SELECT nothing", 0.2)],
      "logprob",
      never,
    );
    expect(sqlOf(ranked)).toEqual(["SELECT nothing", "", "SELECT a, a, a, a"]);
  });
});

describe("first-executable", () => {
  const candidates = [
    candidate("SELECT nme FROM singer", 0.9),
    candidate("SELECT name FROM singers", 0.8),
    candidate("SELECT name FROM singer", 0.7),
    candidate("SELECT age FROM singer", 0.6),
  ];

  it("takes the most probable that runs, and tries none after it", async () => {
    const tried = runs();
    expect(sqlOf(await rankCandidates(candidates, "first-executable", tried))).toEqual([
      "SELECT name FROM singer",
      "SELECT nme FROM singer",
      "SELECT name FROM singers",
      "SELECT age FROM singer",
    ]);
    expect(tried.finished("SELECT nme FROM singer")).toMatchObject({ executable: false, error: "no such column: nme" });
    expect(tried.finished("SELECT age FROM singer")).toBeUndefined();
  });

  it("takes the most probable where none runs, and without a database", async () => {
    expect(sqlOf(await rankCandidates(candidates.slice(0, 2), "first-executable", runs()))[0]).toBe(
      "SELECT nme FROM singer",
    );
    expect(sqlOf(await rankCandidates(candidates, "first-executable", null))[0]).toBe("SELECT nme FROM singer");
  });

  it("counts what would write, and nothing at all, as not running", async () => {
    const ranked = await rankCandidates(
      [candidate("DELETE FROM singer", 0.9), candidate("", 0.85), candidate("SELECT 1", 0.1)],
      "first-executable",
      runs(),
    );
    expect(sqlOf(ranked)[0]).toBe("SELECT 1");
    expect((await pool.query(file, "SELECT count(*) FROM singer")) as { rows: unknown }).toMatchObject({ rows: [[3]] });
  });
});

describe("vote", () => {
  it("takes the result that most candidates give, however they are written", async () => {
    const ranked = await rankCandidates(
      [
        candidate("SELECT name FROM singer WHERE age = 30", 0.99),
        candidate("SELECT name FROM singer WHERE age > 40", 0.4),
        candidate("SELECT name FROM singer WHERE age >= 41", 0.5),
        candidate("SELECT name FROM singer WHERE age > (SELECT min(age) FROM singer)", 0.3),
        candidate("SELECT nme FROM singer", 0.98),
        candidate("SELECT nme FROM singer", 0.98),
        candidate("SELECT nme FROM singer", 0.98),
        candidate("SELECT nme FROM singer", 0.98),
      ],
      "vote",
      runs(),
    );
    // Of the winners the most probable; those that do not run have no vote.
    expect(ranked.map(({ candidate: { sql }, votes }) => [sql, votes])).toEqual([
      ["SELECT name FROM singer WHERE age >= 41", 3],
      ["SELECT name FROM singer WHERE age > 40", 3],
      ["SELECT name FROM singer WHERE age > (SELECT min(age) FROM singer)", 3],
      ["SELECT name FROM singer WHERE age = 30", 1],
      ["SELECT nme FROM singer", 0],
    ]);
  });

  it("breaks a tie by the sum of the probabilities", async () => {
    const tied = [
      candidate("SELECT 1", 0.9),
      candidate("SELECT 2", 0.7),
      candidate("SELECT 1 + 1", 0.6),
      candidate("SELECT 2 - 1", 0.3),
    ];
    // 1.2 against 1.3.
    expect(sqlOf(await rankCandidates(tied, "vote", runs()))[0]).toBe("SELECT 2");
  });

  it("counts texts where there is no database, and where none runs", async () => {
    const texts = [
      candidate("SELECT x FROM nowhere", 0.9),
      candidate("SELECT  y from NOWHERE -- so", 0.5),
      candidate("select y FROM nowhere", 0.6),
    ];
    for (const database of [null, runs()]) {
      const ranked = await rankCandidates(texts, "vote", database);
      expect(ranked[0]).toMatchObject({ votes: 2, candidate: { sql: "select y FROM nowhere" } });
    }
    expect(textKey("SELECT a FROM t WHERE b = 'X';")).not.toBe(textKey("SELECT a FROM t WHERE b = 'x'"));
    expect(textKey("SELECT a FROM t;")).toBe(textKey("select A\nfrom T"));
  });
});
