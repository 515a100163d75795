/** A column's id to the id that stands for all columns which foreign keys tie to it. */
export type ForeignKeyMap = ReadonlyMap<string, string>;

/**
 * evaluation.py, `build_foreign_key_map`: columns that a foreign key ties together count as one, the first of them. A key
 * joins the first set that holds either of its columns; two sets that a later key connects stay apart.
 *
 * @param tables names in lower case
 * @param columns Spider's column_names_original
 * @param keys pairs of places in `columns`
 */
export function foreignKeyMap(
  tables: readonly string[],
  columns: readonly (readonly [table: number, name: string])[],
  keys: readonly (readonly [number, number])[],
): ForeignKeyMap {
  const sets: Set<number>[] = [];
  for (const [from, to] of keys) {
    const set = sets.find((candidate) => candidate.has(from) || candidate.has(to));
    if (set === undefined) sets.push(new Set([from, to]));
    else set.add(from).add(to);
  }
  const ids = columns.map(([table, name]) => (table < 0 ? "__all__" : `__${tables[table]}.${name.toLowerCase()}__`));
  const map = new Map<string, string>();
  for (const set of sets) {
    const first = ids[Math.min(...set)]!;
    for (const column of [...set].sort((a, b) => a - b)) map.set(ids[column]!, first);
  }
  return map;
}
