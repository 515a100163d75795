import type Database from "better-sqlite3";
import type { Domain, Split } from "./domain.js";
import { domains } from "./domains/index.js";
import { test } from "./phrasing/test.js";
import { train } from "./phrasing/train.js";
import { validation } from "./phrasing/validation.js";
import { type Question, QuestionWriter } from "./questions.js";
import { makeRows } from "./rows.js";
import { type SpiderTables, spiderTables } from "./spider-tables.js";
import { makeDatabase } from "./sqlite.js";

/** Questions written for each database of a split. */
export const QUESTIONS_EACH: Readonly<Record<Split, number>> = { train: 84, validation: 36, test: 36 };

export interface Sample {
  questions: Readonly<Record<Split, readonly Question[]>>;
  tables: readonly SpiderTables[];
  databases: ReadonlyMap<string, Database.Database>;
}

/** The whole sample in memory, the same at every call. */
export function makeSample(): Sample {
  const writers = {
    train: new QuestionWriter(train),
    validation: new QuestionWriter(validation),
    test: new QuestionWriter(test),
  };
  const questions: Record<Split, Question[]> = { train: [], validation: [], test: [] };
  const databases = new Map<string, Database.Database>();
  for (const domain of domains) {
    const rows = makeRows(domain);
    const db = makeDatabase(domain, rows);
    databases.set(domain.id, db);
    questions[domain.split].push(...writers[domain.split].write(domain, rows, db, QUESTIONS_EACH[domain.split]));
  }
  return { questions, tables: domains.map((domain: Domain) => spiderTables(domain)), databases };
}
