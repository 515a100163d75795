import type { Dataset } from "../data/types.js";
import type { DatabasePool } from "../database/types.js";
import { quoteIdentifier, unquoteIdentifier } from "../sql/identifiers.js";
import { lex } from "../sql/lexer.js";
import { type DatasetRow, lintRow } from "./dataset-rows.js";
import { finding } from "./finding.js";
import type { LintFinding, LintRow } from "./types.js";
import { percent, plural } from "./wording.js";

/** Gold queries that read a table without rows: a count gives 0, and everything else nothing, whatever is asked. */
export async function emptyTableCheck(
  dataset: Pick<Dataset, "databases" | "schemas">,
  rows: readonly DatasetRow[],
  pool: DatabasePool,
  signal?: AbortSignal,
): Promise<LintFinding[]> {
  const empty = new Map<string, Set<string>>();
  const used = [...new Set(rows.flatMap((row) => row.dbId ?? []))];
  await Promise.all(
    used.map(async (dbId) => {
      const file = dataset.databases.get(dbId);
      const tables = dataset.schemas.get(dbId)?.tables ?? [];
      if (file === undefined) return;
      const names = await Promise.all(
        tables.map(async ({ name }) => {
          const sql = `SELECT EXISTS (SELECT 1 FROM ${quoteIdentifier(name)})`;
          const result = await pool.query(file, sql, { maxRows: 1, signal });
          return result.ok && result.rows[0]?.[0] === 0 ? [name.toLowerCase()] : [];
        }),
      );
      if (names.flat().length > 0) empty.set(dbId, new Set(names.flat()));
    }),
  );
  const found: LintRow[] = [];
  const tables = new Map<string, number>();
  for (const row of rows) {
    const names = empty.get(row.dbId ?? "");
    if (names === undefined) continue;
    const read = namesIn(row.sql).filter((name) => names.has(name));
    for (const name of read) tables.set(`${row.dbId}.${name}`, (tables.get(`${row.dbId}.${name}`) ?? 0) + 1);
    if (read.length > 0) found.push(lintRow(row, `${read.join(", ")} of ${row.dbId}`));
  }
  return finding(found, {
    check: "empty-table",
    severity: "warning",
    message: `${plural(found.length, "gold query")} (${percent(found.length, rows.length)}) ${found.length === 1 ? "reads" : "read"} a table without rows; there are ${plural(tables.size, "such table")}: ${mostUsed(tables)}`,
    fix: "Fill the tables: on an empty one execution accuracy cannot tell right from wrong.",
  });
}

function namesIn(sql: string): string[] {
  const names = lex(sql).filter(
    ({ kind }) => kind === "identifier" || kind === "quoted_identifier" || kind === "keyword",
  );
  return [...new Set(names.map(({ text }) => unquoteIdentifier(text).toLowerCase()))];
}

function mostUsed(tables: Map<string, number>): string {
  const sorted = [...tables].sort((a, b) => b[1] - a[1]);
  const names = sorted.slice(0, 5).map(([name, count]) => `${name} (${plural(count, "query")})`);
  return sorted.length > 5 ? `${names.join(", ")}, …` : names.join(", ");
}
