/** What the model answered after one step. */
export interface StepAnswer {
  step: number;
  predicted: string;
  em: boolean | null;
  ex: boolean | null;
  ts: boolean | null;
  exact_match: boolean | null;
  confidence: number | null;
  /** Why the query did not run; null where it did, or was not run. */
  failure: string | null;
  /** Kind of miss, such as "unknown_column". */
  error_kind: string | null;
}

export interface SampledQuestion {
  id: string;
  question: string;
  db_id: string | null;
  gold: string;
  /** In the order of the steps. */
  answers: StepAnswer[];
}

export interface Predictions {
  steps: number[];
  /** How many questions there are; `questions` has the first of them. */
  total: number;
  questions: SampledQuestion[];
}
