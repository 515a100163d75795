import { requestJson } from "../api/client.js";
import type { FeedbackRequest, Verdict } from "../api/types.js";
import type { Asked } from "./answer.js";

/** What the server says of a row that it has kept. */
export interface FeedbackReply {
  verdict: Verdict;
  /** Whether it can be trained on; an answer that is only wrong cannot. */
  training_row: boolean;
}

export interface Said {
  /** What the model answered. */
  sql: string;
  verdict: Verdict;
  /** With "corrected": the right query. */
  corrected?: string | undefined;
  model?: string | undefined;
}

/** Keeps a verdict on an answer as a row to train on. @throws ApiError */
export function sendFeedback({ question, subject }: Asked, said: Said): Promise<FeedbackReply> {
  const { sql, verdict, corrected, model } = said;
  const about = "database" in subject.ref ? { database: subject.ref.database } : { schema: subject.ref.text };
  const json: FeedbackRequest = {
    ...{ question, sql, verdict, ...about },
    ...(corrected === undefined ? {} : { corrected_sql: corrected }),
    ...(model === undefined ? {} : { model }),
  };
  return requestJson<FeedbackReply>("v1/feedback", { json });
}
