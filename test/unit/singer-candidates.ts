import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { createDatabasePool, type DatabasePool } from "../../src/database/index.js";
import { type Candidate, readCandidate } from "../../src/infer/candidate.js";
import { CandidateRuns, executeOn } from "../../src/infer/candidate-runs.js";

/** A candidate of one token a probability. */
export function candidate(sql: string, ...probabilities: number[]): Candidate {
  const row = { tokens: Int32Array.from(probabilities, (_, i) => i), finishReason: "stop" as const, cachedTokens: 0 };
  return readCandidate({ ...row, probabilities: Float32Array.from(probabilities) }, { decode: () => sql });
}

/** Three singers in a SQLite file, and a process to ask them in. */
export interface Singers {
  folder: string;
  file: string;
  pool: DatabasePool;
  runs(): CandidateRuns;
  close(): Promise<void>;
}

export function openSingers(): Singers {
  const folder = mkdtempSync(join(tmpdir(), "sqltune-singers-"));
  const file = join(folder, "singers.sqlite");
  const database = new Database(file);
  database.exec(`CREATE TABLE singer (name TEXT, age INT, fee REAL);
    INSERT INTO singer VALUES ('Ana', 30, 30.0), ('Bo', 41, 7.5), ('Cy', 41, 1.0)`);
  database.close();
  const pool = createDatabasePool({ size: 1 });
  return {
    ...{ folder, file, pool },
    runs: () => new CandidateRuns(executeOn(pool, file), undefined),
    close: async () => {
      await pool.close();
      rmSync(folder, { recursive: true });
    },
  };
}
