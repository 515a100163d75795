import { SqltuneError } from "../../errors.js";
import type { NamedReport } from "./compare-reports.js";

/**
 * What makes reports less comparable: other databases, schemas or rules.
 * @throws SqltuneError where their gold rows differ, naming the first row that does
 */
export function differencesOf(reports: readonly NamedReport[]): string[] {
  const [first, ...others] = reports as [NamedReport, ...NamedReport[]];
  const problems = others.flatMap((other) => otherGold(first, other) ?? []);
  if (problems.length > 0)
    throw new SqltuneError(
      `the reports are about different questions, so no row can be compared:\n${problems.map((line) => `  ${line}`).join("\n")}\nScore all systems on the same gold file, with the same --max-samples.`,
    );
  return others.flatMap((other) => {
    const [a, b] = [first.report.summary, other.report.summary];
    const apart: string[] = [];
    for (const [what, key] of Object.entries({
      schemas: "tables",
      databases: "databases",
      "test suites": "suites",
    } as const)) {
      const [ofA, ofB] = [a.checksums[key], b.checksums[key]];
      if (ofA !== null && ofB !== null && ofA !== ofB) apart.push(`other ${what}`);
    }
    if (
      JSON.stringify([a.definition.evaluator, a.definition.rules]) !==
      JSON.stringify([b.definition.evaluator, b.definition.rules])
    )
      apart.push("other rules");
    return apart.length === 0 ? [] : [`${first.name} and ${other.name} were scored with ${apart.join(" and ")}.`];
  });
}

function otherGold(a: NamedReport, b: NamedReport): string | null {
  const [ofA, ofB] = [a.report, b.report];
  if (ofA.summary.checksums.gold === ofB.summary.checksums.gold) return null;
  if (ofA.details.length !== ofB.details.length)
    return `${a.name} has ${ofA.details.length} rows, ${b.name} ${ofB.details.length}`;
  const at = ofA.details.findIndex(
    ({ gold, db_id }, i) => gold !== ofB.details[i]!.gold || db_id !== ofB.details[i]!.db_id,
  );
  const row = (report: NamedReport["report"]) => `${report.details[at]!.db_id}: ${clip(report.details[at]!.gold)}`;
  if (at < 0) return `the checksums of ${a.name}'s and ${b.name}'s gold differ`;
  return `row ${at} of ${a.name} is "${row(ofA)}", of ${b.name} "${row(ofB)}"`;
}

function clip(text: string): string {
  return text.length > 70 ? `${text.slice(0, 67)}...` : text;
}
