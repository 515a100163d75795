import { useEffect, useState } from "preact/hooks";
import { useStore } from "../state/store.js";
import { answerState } from "./answer.js";
import { editedSql } from "./sql-text.js";
import { subjectState } from "./subject.js";

/** What of the schema the SQL in the editor uses, by lower-case name. */
export interface UsedNames {
  tables: ReadonlySet<string>;
  /** "table.column" */
  columns: ReadonlySet<string>;
}

export const NOTHING_USED: UsedNames = { tables: new Set(), columns: new Set() };

export function columnKey(table: string, column: string): string {
  return `${table}.${column}`.toLowerCase();
}

/** Follows the editor: at once for the answer, a moment after the last key for what is typed. */
export function useUsedNames(): UsedNames {
  const sql = useStore(editedSql);
  const answer = useStore(answerState);
  const subject = useStore(subjectState);
  const [used, setUsed] = useState(NOTHING_USED);
  const own = answer.phase === "answered" && answer.answer?.sql === sql ? answer.answer : null;
  useEffect(() => {
    if (subject.phase !== "ready" || sql.trim() === "") {
      setUsed(NOTHING_USED);
      return;
    }
    if (own) {
      setUsed(namesOf(own));
      return;
    }
    let late = false;
    const timer = setTimeout(async () => {
      const { namesUsed } = await import("../../../src/server/names-used.js");
      const names = namesUsed(sql, { dbId: "", dialect: "sqlite", tables: subject.subject.tables });
      // While a query is being typed it does not parse: what was marked stays.
      if (!late && names) setUsed(namesOf(names));
    }, 250);
    return () => {
      late = true;
      clearTimeout(timer);
    };
  }, [sql, own, subject]);
  return used;
}

function namesOf({ tables, columns }: { tables: string[]; columns: { table: string; column: string }[] }): UsedNames {
  return {
    tables: new Set([...tables, ...columns.map(({ table }) => table)].map((name) => name.toLowerCase())),
    columns: new Set(columns.map(({ table, column }) => columnKey(table, column))),
  };
}
