import type { LintFinding, LintReport, LintRow } from "./types.js";
import { plural } from "./wording.js";

export interface LintTextOptions {
  /** Rows shown of each finding. Default 5. */
  shown?: number | undefined;
  /** Characters of a line; longer questions and queries are cut. Default 120. */
  width?: number | undefined;
}

/** A report for people: findings by check, the gravest first, with the first rows of each and what to do. */
export function lintText({ findings, summary }: LintReport, options: LintTextOptions = {}): string {
  const { shown = 5, width = 120 } = options;
  const { rows, databases } = summary;
  const all = rows.train + rows.validation + rows.test;
  const split = `${rows.train} train, ${rows.validation} validation, ${rows.test} test`;
  const head = `${plural(all, "row")} (${split})${databases > 0 ? ` of ${plural(databases, "database")}` : ""}`;
  const blocks = findings.map((finding) => findingText(finding, shown, width));
  const skipped = summary.skipped.map(({ checks, reason }) => `not checked: ${checks.join(", ")} (${reason})`);
  const counts = [
    plural(summary.errors, "error"),
    plural(summary.warnings, "warning"),
    plural(summary.notes, "note"),
  ].join(", ");
  const end = findings.length === 0 ? "Nothing found." : `${counts} in ${summary.seconds} s.`;
  return [head, ...blocks, ...(skipped.length > 0 ? [skipped.join("\n")] : []), end].join("\n\n");
}

function findingText({ check, severity, message, fix, rows }: LintFinding, shown: number, width: number): string {
  const lines = [`${severity}  ${check}: ${message}`];
  for (const row of rows.slice(0, shown)) lines.push(...rowText(row).map((line) => cut(line, width)));
  if (rows.length > shown) lines.push(`  … and ${rows.length - shown} more (--max, --json)`);
  lines.push(`  fix: ${fix}`);
  return lines.join("\n");
}

function rowText({ id, line, split, detail, question, sql }: LintRow): string[] {
  const place = [...(line === null ? [] : [`line ${line}`]), ...(split === null ? [] : [split])].join(", ");
  const where = place === "" ? id : `${id} (${place})`;
  const said = detail === "" ? "" : `: ${oneLine(detail)}`;
  const texts = question === null ? [] : [`      ${oneLine(question)}`, `      ${oneLine(sql ?? "")}`];
  return [`  ${where}${said}`, ...texts];
}

const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim();

function cut(line: string, width: number): string {
  const characters = [...line];
  return characters.length <= width ? line : `${characters.slice(0, width - 1).join("")}…`;
}
