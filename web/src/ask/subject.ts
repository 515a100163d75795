import { exampleQuestions } from "../../../src/infer/examples.js";
import { parseSchema } from "../../../src/schema/parse-schema.js";
import { requestJson } from "../api/client.js";
import type { DatabaseDetails, Table } from "../api/types.js";
import { localStore } from "../state/local-store.js";
import { createStore } from "../state/store.js";

/** What questions are asked about, as it is kept: a database of the server, or a schema as text. */
export type SubjectRef = { database: string } | { title: string; text: string };

export interface Subject {
  ref: SubjectRef;
  title: string;
  tables: Table[];
}

export type SubjectState =
  | { phase: "none" }
  | { phase: "loading"; ref: SubjectRef }
  | { phase: "ready"; ref: SubjectRef; subject: Subject }
  | { phase: "failed"; ref: SubjectRef; error: unknown };

/** The schemas that `sqltune infer --examples` has, and a question for each. */
export const samples = exampleQuestions.map(({ name, schema, question }) => ({
  ref: { title: name, text: schema },
  question,
}));

export const subjectState = createStore<SubjectState>({ phase: "none" });

/** What was chosen last, also in an earlier visit. */
const lastChoice = localStore<SubjectRef | null>("subject", null, (value): value is SubjectRef | null => {
  return value === null || isSubjectRef(value);
});

export function isSubjectRef(value: unknown): value is SubjectRef {
  if (typeof value !== "object" || value === null) return false;
  const { database, title, text } = value as Record<string, unknown>;
  return typeof database === "string" || (typeof title === "string" && typeof text === "string");
}

export function titleOf(ref: SubjectRef): string {
  return "database" in ref ? ref.database : ref.title;
}

export function sameSubject(a: SubjectRef | null, b: SubjectRef | null): boolean {
  if (!a || !b) return a === b;
  if ("database" in a) return "database" in b && a.database === b.database;
  return "text" in b && a.text === b.text;
}

/** @throws SqltuneError for a text that is no schema */
export function readSubject(title: string, text: string): Subject {
  return { ref: { title, text }, title, tables: parseSchema(text).tables };
}

/** Takes what a reader chose; its schema is there when this resolves, or `subjectState` says what went wrong. */
export async function chooseSubject(ref: SubjectRef): Promise<void> {
  lastChoice.set(ref);
  await take(ref);
}

async function take(ref: SubjectRef): Promise<void> {
  subjectState.set({ phase: "loading", ref });
  try {
    const subject = "database" in ref ? await loadDatabase(ref) : readSubject(ref.title, ref.text);
    if (isStillWanted(ref)) subjectState.set({ phase: "ready", ref, subject });
  } catch (error) {
    if (isStillWanted(ref)) subjectState.set({ phase: "failed", ref, error });
  }
}

/** The choice of the last visit where it still exists, else the first database, else the first sample. */
export async function chooseFirst(databases: readonly string[]): Promise<void> {
  const last = lastChoice.get();
  if (last && (!("database" in last) || databases.includes(last.database))) return take(last);
  const [first] = databases;
  return take(first === undefined ? samples[0]!.ref : { database: first });
}

async function loadDatabase(ref: { database: string }): Promise<Subject> {
  const { schema } = await requestJson<DatabaseDetails>(`v1/databases/${encodeURIComponent(ref.database)}`);
  return { ref, title: ref.database, tables: schema.tables };
}

/** Someone who has chosen another one meanwhile waits for that. */
function isStillWanted(ref: SubjectRef): boolean {
  const now = subjectState.get();
  return now.phase === "loading" && now.ref === ref;
}
