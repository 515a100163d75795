import { z } from "zod";
import { group, key } from "./key.js";

/** Metrics of generated answers: Spider's exact set match, execution and test-suite accuracy; the seed's string match. */
export const generatedMetrics = ["em", "ex", "ts", "exact_match"] as const;

export const evaluationSection = z.strictObject({
  generate: group(
    {
      samples: key(
        z.int().min(1).nullable(),
        64,
        "Validation questions asked each time, spread over the databases and always the same; null asks all.",
      ),
      metrics: key(
        z.array(z.enum(generatedMetrics)).min(1),
        ["ex"],
        "What the answers are scored by: em (exact set match), ex (execution accuracy), ts (test-suite accuracy, needs data.suites), exact_match (string match).",
      ),
      every: key(
        z.int().min(1),
        1,
        "1 generates at each evaluation (training.eval_steps), 2 at every second one; the evaluation after the last step always does.",
      ),
    },
    "Have the model answer validation questions while it trains, greedily, and score its SQL. null does not.",
  ),
  calibrate: key(
    z.int().min(1).nullable(),
    200,
    "Validation questions with a database that are answered after training, to learn how often an answer of a given confidence is right. null leaves the confidence uncalibrated.",
  ),
});
