import type { Table } from "../schema/types.js";
import { quoteString, writeIdentifier } from "../sql/identifiers.js";

/** A table of WikiSQL's *.tables.jsonl; further fields (rows, caption, …) are not needed. */
export interface WikiSqlTable {
  id: string;
  header: string[];
  /** "text" or "real", by column. */
  types: string[];
}

/** A query as WikiSQL stores it (Zhong et al. 2017). */
export interface WikiSqlQuery {
  /** Column that is selected. */
  sel: number;
  /** Index into AGGREGATES. */
  agg: number;
  /** Joined by AND: column, index into OPERATORS, value. */
  conds: [column: number, operator: number, value: string | number][];
}

const AGGREGATES = ["", "MAX", "MIN", "COUNT", "SUM", "AVG"];
/** The fourth operator of the paper's list, "OP", stands for none. */
const OPERATORS = ["=", ">", "<"];

/** Every WikiSQL table is a database of its own, so that all can have the same short name. */
const TABLE_NAME = "table";

/**
 * The table as a schema's table. Empty and repeated headers, which no database takes, become col3 and "name 2".
 */
export function wikiSqlTable(table: WikiSqlTable): Table {
  const used = new Set<string>();
  const columns = table.header.map((header, i) => {
    const plain = header.replace(/\s+/g, " ").trim() || `col${i}`;
    let name = plain;
    for (let n = 2; used.has(name.toLowerCase()); n++) name = `${plain} ${n}`;
    used.add(name.toLowerCase());
    return { name, type: table.types[i] ?? "text", primaryKey: false };
  });
  return { name: TABLE_NAME, columns, foreignKeys: [] };
}

/**
 * The query as SQL that runs on {@link wikiSqlTable}.
 * @returns the SQL, or what is wrong with the query.
 */
export function wikiSqlText(query: WikiSqlQuery, table: Table): { sql: string } | { problem: string } {
  const column = (index: number) => table.columns[index];
  const selected = column(query.sel);
  const aggregate = AGGREGATES[query.agg];
  if (selected === undefined)
    return { problem: `sel is ${query.sel}, but the table has ${table.columns.length} columns` };
  if (aggregate === undefined) return { problem: `agg is ${query.agg}; 0 to ${AGGREGATES.length - 1} are known` };
  const name = writeIdentifier(selected.name);
  const conditions: string[] = [];
  for (const [index, operatorIndex, value] of query.conds) {
    const target = column(index);
    const operator = OPERATORS[operatorIndex];
    if (target === undefined)
      return { problem: `a condition names column ${index}, but the table has ${table.columns.length}` };
    if (operator === undefined)
      return { problem: `a condition has operator ${operatorIndex}; 0 to ${OPERATORS.length - 1} are known` };
    conditions.push(`${writeIdentifier(target.name)} ${operator} ${literal(value, target.type)}`);
  }
  const where = conditions.length > 0 ? ` WHERE ${conditions.join(" AND ")}` : "";
  const what = aggregate === "" ? name : `${aggregate}(${name})`;
  return { sql: `SELECT ${what} FROM ${writeIdentifier(TABLE_NAME)}${where}` };
}

/** A number where the column holds numbers and the value is one ("1,234" counts), else a string. */
function literal(value: string | number, type: string): string {
  if (typeof value === "number") return String(value);
  const plain = value.trim().replaceAll(/(?<=\d),(?=\d{3}\b)/g, "");
  return type === "real" && /^-?(?:\d+(?:\.\d+)?|\.\d+)$/.test(plain) ? plain : quoteString(value);
}
