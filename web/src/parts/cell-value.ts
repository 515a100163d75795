/** A value of a table. Bytes come as base64. */
export type CellValue = string | number | boolean | null | undefined | { base64: string };

export function cellText(value: CellValue): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? value.base64 : String(value);
}

/** A whole number beyond 2^53, which JSON has as a text, sorts as the number it is. */
function asNumber(value: CellValue): number | bigint | null {
  if (typeof value === "number") return value;
  if (typeof value === "string" && /^-?\d{16,19}$/.test(value)) return BigInt(value);
  return null;
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/** NULL first, then numbers, then texts, as SQLite sorts; texts by the reader's language. */
export function compareCells(a: CellValue, b: CellValue): number {
  if (a == null || b == null) return Number(b == null) - Number(a == null);
  const [x, y] = [asNumber(a), asNumber(b)];
  if (x !== null && y !== null) return x < y ? -1 : x > y ? 1 : 0;
  if (x !== null || y !== null) return x !== null ? -1 : 1;
  return collator.compare(cellText(a), cellText(b));
}
