import type { Config } from "../config/index.js";
import type { Dataset, Example } from "../data/types.js";
import { SqltuneError } from "../errors.js";
import { findSuites } from "../eval/index.js";
import { chooseQuestions } from "./choose-questions.js";
import { deriveSeed } from "./random.js";

export type GeneratedMetric = NonNullable<Config["evaluation"]["generate"]>["metrics"][number];

/** What is generated while a run trains: decided before its first step, the same for every session of it. */
export interface GenerationPlan {
  /** Validation rows that are asked each time. */
  questions: Example[];
  metrics: readonly GeneratedMetric[];
  /** Generate at each evaluation (1), at every second one (2), … */
  every: number;
  /** SQLite files of each database's test suite; empty where ts is not asked for. */
  suites: ReadonlyMap<string, readonly string[]>;
  /** Metrics that the data cannot give, and why. */
  warnings: string[];
}

/**
 * What evaluation.generate makes of the validation rows (`rows`: those that are not too long). Test rows are not looked
 * at: they are scored once, when the run is over.
 * @throws SqltuneError when the data cannot give training.metric_for_best_model, or data.suites holds no suites.
 */
export async function planGeneration(
  config: Config,
  dataset: Pick<Dataset, "schemas" | "databases">,
  rows: readonly Example[],
): Promise<GenerationPlan | null> {
  const { generate } = config.evaluation;
  if (generate === null) return null;
  const { samples, metrics, every } = generate;
  // The config's checks let no ts through without suites.
  const suites = metrics.includes("ts") ? await findSuites(config.data.suites!) : new Map<string, string[]>();
  const judged: Record<GeneratedMetric, (row: Example) => boolean> = {
    em: ({ dbId }) => dbId !== null && dataset.schemas.has(dbId),
    ex: ({ dbId }) => dbId !== null && dataset.databases.has(dbId),
    ts: ({ dbId }) => dbId !== null && suites.has(dbId),
    exact_match: () => true,
  };
  const warnings: string[] = [];
  for (const metric of metrics) {
    if (rows.some(judged[metric])) continue;
    const why = rows.length === 0 ? "there are no validation rows" : `no validation row has ${NEEDS[metric]}`;
    if (metric === config.training.metric_for_best_model) throw cannotJudge(metric, why);
    warnings.push(`evaluation.generate: ${metric} cannot be computed: ${why}`);
  }
  const possible = metrics.filter((metric) => rows.some(judged[metric]));
  const some = rows.filter((row) => possible.some((metric) => judged[metric](row)));
  const whole = some.filter((row) => possible.every((metric) => judged[metric](row)));
  const seed = deriveSeed(config.project.seed, QUESTIONS);
  // Every metric is to be a share of all questions, where the rows allow that.
  const questions = chooseQuestions(whole.length > 0 ? whole : some, samples, seed);
  return { questions, metrics, every, suites, warnings };
}

/** How much is generated in a run of `steps` steps; null where nothing is. */
export function describeGeneration(plan: GenerationPlan | null, config: Config, steps: number): string | null {
  if (plan === null) return null;
  const { questions, every, metrics } = plan;
  const { eval_steps: evalSteps } = config.training;
  const times = evalSteps === null ? 1 : Math.ceil(steps / (evalSteps * every));
  const databases = new Set(questions.map(({ dbId }) => dbId)).size;
  return (
    `generated answers: ${count(questions.length)} validation questions of ${count(databases)} ${databases === 1 ? "database" : "databases"}, ` +
    `${count(times)} ${times === 1 ? "time" : "times"}, each up to ${config.inference.max_new_tokens} tokens, ` +
    `scored by ${metrics.join(", ")}`
  );
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** Keeps this choice apart from whatever else the project's seed decides. */
const QUESTIONS = 0x71;

const NEEDS: Record<GeneratedMetric, string> = {
  em: "a schema",
  ex: "a database file (data.databases)",
  ts: "a test suite (data.suites)",
  exact_match: "",
};

function cannotJudge(metric: GeneratedMetric, why: string): SqltuneError {
  return new SqltuneError(
    `training.metric_for_best_model is ${metric}, which cannot be computed: ${why}. Give the data what is missing, or ` +
      "set training.metric_for_best_model: eval_loss.",
    { code: "ERR_SQLTUNE_CONFIG", exitCode: 2 },
  );
}
