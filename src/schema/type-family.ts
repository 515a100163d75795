/** Spider's five classes of column types. */
export type TypeFamily = "text" | "number" | "time" | "boolean" | "others";

/**
 * The class of a declared type, so that a schema reads the same whether it came from tables.json ("number"), from a
 * database file ("INTEGER", "decimal(10,2)") or from another dialect's DDL ("double precision"). No type is text, as in
 * Spider's own tables.json.
 */
export function typeFamily(type: string): TypeFamily {
  const t = type.toLowerCase();
  if (t === "" || /char|text|clob|string|enum|\bset\b|uuid|json|xml|citext/.test(t)) return "text";
  if (/bool|^bit(?:\(1\))?$/.test(t)) return "boolean";
  if (/date|time|year|interval/.test(t)) return "time";
  if (/int|num|dec|real|doub|float|serial|money|^number/.test(t)) return "number";
  return "others";
}
