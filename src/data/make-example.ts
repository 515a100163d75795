import type { SourceRow } from "./source-row.js";
import type { DroppedRow, Example } from "./types.js";

/**
 * An Example from a row's cells, both texts trimmed; null, with the reason in `dropped`, when one is empty or no text.
 */
export function makeExample(
  row: SourceRow,
  columns: { question: string; sql: string },
  dbId: string | null,
  dropped: DroppedRow[],
): Example | null {
  const texts: Record<string, string> = {};
  for (const column of [columns.question, columns.sql]) {
    const value = row.values[column];
    if (typeof value !== "string" || value.trim() === "") {
      const found =
        value === undefined || value === null || value === ""
          ? "missing or empty"
          : typeof value === "string"
            ? "blank"
            : `a ${typeof value}, not a text`;
      dropped.push({ id: row.id, reason: `${column} is ${found} (${row.place})` });
      return null;
    }
    texts[column] = value.trim();
  }
  return { id: row.id, question: texts[columns.question]!, sql: texts[columns.sql]!, dbId };
}
