import { ApiError, isAbort, type OpenAiError } from "../api/api-error.js";
import { request } from "../api/client.js";
import { serverEvents } from "../api/server-events.js";
import type { AnswerToken, SqlAnswer } from "../api/types.js";
import { createStore } from "../state/store.js";
import { askOptions, optionFields } from "./ask-options.js";
import { addToHistory } from "./history.js";
import { models } from "./models.js";
import { clearQuery, showResult } from "./query.js";
import { editedSql } from "./sql-text.js";
import { type Subject, subjectState } from "./subject.js";

export interface Asked {
  question: string;
  subject: Subject;
}

export type AnswerState =
  | { phase: "idle" }
  | { phase: "streaming"; asked: Asked; tokens: readonly AnswerToken[] }
  | { phase: "stopped"; asked: Asked; tokens: readonly AnswerToken[] }
  | { phase: "failed"; asked: Asked; tokens: readonly AnswerToken[]; error: unknown }
  /** `answer` null: SQL of the history, or the reader's own; no model was asked. */
  | {
      phase: "answered";
      asked: Asked;
      tokens: readonly AnswerToken[];
      answer: SqlAnswer | null;
      historyId: string | null;
    };

/** Where SQL can be run: the subject's database, or the one that the server found to have the pasted schema. */
export function databaseOf({ subject: { ref } }: Asked, answer: SqlAnswer | null): string | null {
  return "database" in ref ? ref.database : (answer?.database ?? null);
}

export const answerState = createStore<AnswerState>({ phase: "idle" });
/** What stands in the question box. */
export const question = createStore("");

let running: AbortController | null = null;

/** A quick model writes more often than anyone can see. */
const FRAME_MS = 30;

/** Asks the model what stands in the question box; an answer that is still being written is given up. */
export async function ask(): Promise<void> {
  const now = subjectState.get();
  const text = question.get().trim();
  if (now.phase !== "ready" || text === "") return;
  stopAnswer();
  const controller = new AbortController();
  running = controller;
  const asked: Asked = { question: text, subject: now.subject };
  clearQuery();
  editedSql.set("");
  answerState.set({ phase: "streaming", asked, tokens: [] });
  const tokens: AnswerToken[] = [];
  let drawn = 0;
  const isCurrent = () => running === controller;
  try {
    for await (const event of streamOf(asked, controller.signal)) {
      if (!isCurrent()) return;
      if ("answer" in event) return finish(asked, event.answer, tokens);
      tokens.push(event.token);
      if (performance.now() - drawn < FRAME_MS) continue;
      answerState.set({ phase: "streaming", asked, tokens: [...tokens] });
      // Tokens that came in one piece follow each other without a pause in which the page could be drawn, or Esc be heard.
      await new Promise((resolve) => setTimeout(resolve));
      drawn = performance.now();
    }
    throw new ApiError("The stream ended before the answer was complete.", 0);
  } catch (error) {
    if (!isCurrent()) return;
    if (isAbort(error)) answerState.set({ phase: "stopped", asked, tokens });
    else answerState.set({ phase: "failed", asked, tokens, error });
  } finally {
    if (isCurrent()) running = null;
  }
}

/** Gives up the answer that is being written; the server then stops computing it. */
export function stopAnswer(): void {
  running?.abort();
}

/** Puts SQL that no model was asked for now where answers stand. */
export function showSql(asked: Asked, sql: string, historyId: string | null): void {
  stopAnswer();
  running = null;
  clearQuery();
  editedSql.set(sql);
  answerState.set({ phase: "answered", asked, tokens: [], answer: null, historyId });
}

export function clearAnswer(): void {
  stopAnswer();
  running = null;
  clearQuery();
  editedSql.set("");
  answerState.set({ phase: "idle" });
}

function finish(asked: Asked, answer: SqlAnswer, tokens: readonly AnswerToken[]): void {
  const confidence = answer.calibrated_confidence ?? answer.confidence;
  const { ref } = asked.subject;
  const historyId = addToHistory({ question: asked.question, sql: answer.sql, confidence, subject: ref });
  editedSql.set(answer.sql);
  answerState.set({ phase: "answered", asked, tokens: answer.tokens ?? tokens, answer, historyId });
  showResult(answer);
}

async function* streamOf(
  { question: text, subject }: Asked,
  signal: AbortSignal,
): AsyncGenerator<{ token: AnswerToken } | { answer: SqlAnswer }> {
  const about = "database" in subject.ref ? { database: subject.ref.database } : { schema: subject.ref.text };
  const options = optionFields(askOptions.get(), models.get(), "database" in subject.ref);
  const json = { question: text, ...about, ...options, stream: true };
  const response = await request("v1/sql", { json, signal });
  for await (const { event, data } of serverEvents(response)) {
    const value: unknown = JSON.parse(data);
    if (event === "token") yield { token: value as AnswerToken };
    else if (event === "answer") yield { answer: value as SqlAnswer };
    else throw failure(value);
  }
}

/** After the first token an error can only be an event: the status is sent. */
function failure(value: unknown): ApiError {
  const { error } = value as { error?: OpenAiError };
  return new ApiError(error?.message ?? "The server broke off the answer.", 500, error);
}
