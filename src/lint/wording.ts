/** "1 row", "2 rows"; "1 query", "2 queries". */
export function plural(count: number, word: string): string {
  const many = word.endsWith("y") ? `${word.slice(0, -1)}ies` : `${word}s`;
  return `${count.toLocaleString("en-US")} ${count === 1 ? word : many}`;
}

/** "1 row repeats", "2 rows repeat". */
export function counted(count: number, word: string, one: string, many: string): string {
  return `${plural(count, word)} ${count === 1 ? one : many}`;
}

export function percent(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)} %`;
}
