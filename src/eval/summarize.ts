import type { QueryFailureKind } from "../database/index.js";
import type { QueryCategory } from "../sql/statements.js";
import type { EvalDetail, EvalSummary } from "./eval-report.js";
import { componentSummary } from "./official/index.js";
import { reliability } from "./reliability.js";
import { counted, scores, share } from "./scores.js";
import { COMPONENTS, HARDNESS, MISS_KINDS, type MissKind } from "./verdicts.js";

/** What the details alone do not tell. */
export interface SummaryParts extends Pick<EvalSummary, "definition" | "checksums" | "seconds"> {
  databases: Omit<EvalSummary["databases"], "named">;
  /** Whether a row's schema is known, and so what it invents. */
  hasSchema(dbId: string | null): boolean;
}

export function summarize(details: readonly EvalDetail[], parts: SummaryParts): EvalSummary {
  const { definition, checksums, seconds, hasSchema } = parts;
  const dbIds = [...new Set(details.flatMap(({ db_id }) => db_id ?? []))].sort();
  const right = (verdict: "em" | "ex" | "ts" | "exact_match"): number =>
    details.filter((detail) => detail[verdict] === true).length;
  const read = details.filter(({ parsed }) => parsed !== null);
  const confidences = details.flatMap(({ confidence }) => confidence ?? []);
  return {
    ...scores(details),
    em_correct: right("em"),
    ex_correct: right("ex"),
    ts_correct: right("ts"),
    exact_matches: right("exact_match"),
    parsed: read.length === 0 ? null : read.filter(({ parsed }) => parsed).length,
    failures: counted(failureKinds(details)) as Partial<Record<QueryFailureKind, number>>,
    gold_failures: details.filter(({ failure }) => failure?.kind === "gold").length,
    official_script_errors: details.filter((detail) => detail.official_script_error !== undefined).length,
    by_hardness: byEach(HARDNESS, details, ({ hardness }) => hardness),
    by_category: byEach<QueryCategory>(["simple", "filter", "aggregation"], details, ({ category }) => category),
    by_database: byEach(dbIds, details, ({ db_id }) => db_id),
    components: components(details),
    misses: misses(details),
    invented_names: inventedNames(details, hasSchema),
    databases: { named: dbIds.length, ...parts.databases },
    mean_confidence: share(sum(confidences), confidences.length),
    reliability: reliabilities(details),
    answered: answeredScores(details),
    definition,
    checksums,
    seconds,
    query_seconds: sum(details.map((detail) => detail.seconds)),
  };
}

/** By execution accuracy, what calibrations are fitted to; else by exact set match. */
function reliabilities(details: readonly EvalDetail[]): EvalSummary["reliability"] {
  const judgedBy = details.some(({ ex }) => ex !== null) ? "ex" : "em";
  const of = (key: "confidence" | "calibrated_confidence") =>
    reliability(
      details.flatMap((detail) => {
        const [confidence, right] = [detail[key], detail[judgedBy]];
        return confidence === undefined || right === null ? [] : { confidence, right };
      }),
    );
  const confidence = of("confidence");
  return confidence && { judged_by: judgedBy, confidence, calibrated_confidence: of("calibrated_confidence") };
}

function answeredScores(details: readonly EvalDetail[]): EvalSummary["answered"] {
  const answered = details.filter(({ abstained }) => abstained !== true);
  if (answered.length === details.length) return null;
  return { ...scores(answered), coverage: answered.length / details.length };
}

function failureKinds(details: readonly EvalDetail[]): string[] {
  return details.flatMap(({ failure }) => (failure && failure.kind !== "gold" ? failure.kind : []));
}

function byEach<Name extends string>(
  names: readonly Name[],
  details: readonly EvalDetail[],
  nameOf: (detail: EvalDetail) => Name | null | string,
): Record<Name, EvalSummary["by_database"][string]> {
  const groups = new Map<string, EvalDetail[]>(names.map((name) => [name, []]));
  for (const detail of details) groups.get(nameOf(detail) ?? "")?.push(detail);
  return Object.fromEntries([...groups].map(([name, rows]) => [name, scores(rows)])) as never;
}

function components(details: readonly EvalDetail[]): EvalSummary["components"] {
  const rows = details.flatMap(({ hardness, em, partial }) =>
    hardness !== null && em !== null && partial !== null ? { hardness, em, partial } : [],
  );
  if (rows.length === 0) return null;
  const { levels } = componentSummary(rows);
  const found = (["all", ...HARDNESS] as const).flatMap((level) => {
    const { count, components: rates } = levels[level];
    const scores = COMPONENTS.map((name) => {
      const { acc, rec, f1 } = rates[name];
      return [name, { accuracy: acc, recall: rec, f1 }] as const;
    });
    return count > 0 ? [[level, Object.fromEntries(scores)] as const] : [];
  });
  return Object.fromEntries(found) as EvalSummary["components"];
}

function misses(details: readonly EvalDetail[]): EvalSummary["misses"] {
  const missed = details.filter(({ error }) => error !== null);
  const kinds = (rows: readonly EvalDetail[]) => counted(rows.map(({ error }) => error!.kind));
  const ofLevel = (level: string) => kinds(missed.filter(({ hardness }) => (hardness ?? "unknown") === level));
  const none = Object.fromEntries(MISS_KINDS.map((kind) => [kind, 0]));
  return {
    total: missed.length,
    by_kind: { ...none, ...kinds(missed) } as Record<MissKind, number>,
    by_hardness: Object.fromEntries(
      [...HARDNESS, "unknown"].map((level) => [level, ofLevel(level)]),
    ) as EvalSummary["misses"]["by_hardness"],
  };
}

function inventedNames(details: readonly EvalDetail[], hasSchema: SummaryParts["hasSchema"]) {
  const rows = details.filter(({ db_id }) => hasSchema(db_id));
  const questions = rows.filter(({ error }) => error !== null && error.invented.length > 0).length;
  return { questions, share: share(questions, rows.length) };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
