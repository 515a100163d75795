import { usageError } from "./usage-error.js";

/** Metrics by their names in `--metrics`. */
export const METRICS = {
  em: "exact set match",
  ex: "execution accuracy",
  ts: "test-suite accuracy",
  string: "string match",
  loss: "loss, perplexity and token accuracy of the gold answers",
} as const;
export type Metric = keyof typeof METRICS;

/**
 * The metrics that `--metrics` names, or those that can be had without it.
 *
 * @param lacking why a metric cannot be had, in words that go on "--metrics ts needs …"
 * @throws SqltuneError (usage) that names every strange and every impossible one
 */
export function parseMetrics(list: string | undefined, lacking: Partial<Record<Metric, string>>): Metric[] {
  const all = Object.keys(METRICS) as Metric[];
  if (list === undefined) return all.filter((metric) => lacking[metric] === undefined);
  const given = list.split(",").map((name) => name.trim().toLowerCase());
  // String match by its key in the report and the config.
  const names = [...new Set(given.map((name) => (name === "exact_match" ? "string" : name)))].filter(
    (name) => name !== "",
  );
  const strange = names.filter((name) => !all.includes(name as Metric));
  const problems = names.flatMap((name) => {
    const need = lacking[name as Metric];
    return need === undefined ? [] : [`--metrics ${name} needs ${need}.`];
  });
  if (strange.length > 0 || names.length === 0)
    problems.unshift(
      `--metrics ${list}: ${strange.join(", ") || "nothing"} is no metric. The metrics are ${all.join(", ")}.`,
    );
  if (problems.length > 0) throw usageError(problems.join("\n"));
  return names as Metric[];
}
