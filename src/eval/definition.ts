import type { EvalDefinition, Verdict } from "./eval-report.js";
import type { ExecutionRules } from "./execution/index.js";

export type Evaluator = EvalDefinition["evaluator"];

export interface Judging {
  evaluator: Evaluator;
  rules: ExecutionRules;
  /** Verdicts that were asked for and could be given. */
  verdicts: ReadonlySet<Verdict>;
  schemas: EvalDefinition["schemas"];
}

/** What a report says about how its verdicts were reached. */
export function definitionOf({ evaluator, rules, verdicts, schemas }: Judging): EvalDefinition {
  const { keepDistinct, plugValues, valuePlaceholder } = rules;
  const distinct = keepDistinct ? "DISTINCT kept" : "DISTINCT taken out of both queries";
  const script = evaluator === "spider" ? "evaluation.py of Spider" : "test-suite-sql-eval";
  const texts: Record<Verdict, string> = {
    em: `Exact set match: the queries are equal part by part, values left out, whatever the order of the parts (${script}).`,
    ex: `Execution accuracy: equal results on the question's database, rows as bags, columns in any order, ${distinct}; row order counts where the gold has ORDER BY (${script}).`,
    ts: "Test-suite accuracy: equal results, as in execution accuracy, on every database of the test suite; on the one database where there is no suite (test-suite-sql-eval).",
    exact_match:
      "String match: equal text after lower-casing and evening out spaces, commas and comparison signs (the Python seed project).",
  };
  if (evaluator === "spider")
    texts.ex =
      "Execution accuracy of Spider's first script: equal results on the question's database, column by column as the parsed queries pair them (evaluation.py of Spider).";
  return {
    evaluator,
    rules: { keep_distinct: keepDistinct, plug_value: plugValues, value_placeholder: valuePlaceholder },
    metrics: Object.fromEntries(Object.entries(texts).filter(([key]) => verdicts.has(key as Verdict))),
    schemas,
  };
}
