/** As many tables and columns as a large company's schema has. */
export function hugeSchema(tables: number, columns: number): string {
  const table = (at: number) => {
    const rest = Array.from({ length: columns - 2 }, (_, column) => `  attribute_${column} TEXT`).join(",\n");
    const key = at === 0 ? "  parent INTEGER" : `  parent INTEGER REFERENCES entity_${Math.floor((at - 1) / 3)}(id)`;
    return `CREATE TABLE entity_${at} (\n  id INTEGER PRIMARY KEY,\n${key},\n${rest}\n);`;
  };
  return Array.from({ length: tables }, (_, at) => table(at)).join("\n");
}
