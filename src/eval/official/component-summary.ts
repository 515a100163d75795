import { COMPONENTS, type Component, HARDNESS, type Hardness, type PartialScores } from "../verdicts.js";

export interface ComponentRates {
  /** Right ones among the rows whose prediction has the component. */
  acc: number;
  /** Right ones among the rows whose gold has the component. */
  rec: number;
  /** 2 acc rec / (acc + rec); 1, as the script has it, where both are 0. */
  f1: number;
  /** Rows whose prediction has the component. */
  acc_count: number;
  /** Rows whose gold has the component. */
  rec_count: number;
}

export interface LevelSummary {
  count: number;
  /** Share of exact set matches; 0 where there is no row. */
  exact: number;
  components: Record<Component, ComponentRates>;
}

export interface ComponentSummary {
  levels: Record<Hardness | "all", LevelSummary>;
  /** Dialogues whose every question is right; null unless there are several. */
  joint: { count: number; exact: number } | null;
}

export interface SummaryRow {
  hardness: Hardness;
  em: boolean;
  partial: PartialScores;
  /** Number of the dialogue, for gold files in which an empty line parts dialogues. */
  session?: number;
}

/** The table of evaluation.py's `print_scores`: exact match, and each component's accuracy, recall and F1 by hardness. */
export function componentSummary(rows: readonly SummaryRow[]): ComponentSummary {
  const levels = Object.fromEntries([
    ...HARDNESS.map((level) => [level, levelSummary(rows.filter((row) => row.hardness === level))]),
    ["all", levelSummary(rows)],
  ]) as ComponentSummary["levels"];
  return { levels, joint: joint(rows) };
}

function levelSummary(rows: readonly SummaryRow[]): LevelSummary {
  const rates = COMPONENTS.map((component) => [component, componentRates(rows, component)]);
  return {
    count: rows.length,
    exact: share(rows.filter((row) => row.em).length, rows.length),
    components: Object.fromEntries(rates) as LevelSummary["components"],
  };
}

function componentRates(rows: readonly SummaryRow[], component: Component): ComponentRates {
  const scores = rows.map(({ partial }) => partial[component]);
  const predicted = scores.filter((score) => score.pred_total > 0);
  const labelled = scores.filter((score) => score.label_total > 0);
  const acc = share(
    predicted.reduce((sum, score) => sum + score.acc, 0),
    predicted.length,
  );
  const rec = share(
    labelled.reduce((sum, score) => sum + score.rec, 0),
    labelled.length,
  );
  // A level without a row is passed over in the script, and keeps its first 0.
  const f1 = rows.length === 0 ? 0 : acc === 0 && rec === 0 ? 1 : (2 * acc * rec) / (rec + acc);
  return { acc, rec, f1, acc_count: predicted.length, rec_count: labelled.length };
}

function joint(rows: readonly SummaryRow[]): ComponentSummary["joint"] {
  const sessions = new Map<number, boolean>();
  for (const { session = 0, em } of rows) sessions.set(session, em && (sessions.get(session) ?? true));
  if (sessions.size < 2) return null;
  return { count: sessions.size, exact: share([...sessions.values()].filter(Boolean).length, sessions.size) };
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
