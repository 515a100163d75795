import { type CellValue, cellText } from "./cell-value.js";

/** RFC 4180: lines end with CRLF; fields with commas, quotes or line ends are quoted. NULL is an empty field, "" an empty text. */
export function toCsv(columns: readonly string[], rows: readonly (readonly CellValue[])[]): string {
  const field = (value: CellValue) => {
    const text = cellText(value);
    if (value === "") return '""';
    return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns, ...rows].map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

/** Saves a text as a file, from the page itself. */
export function download(name: string, text: string, type = "text/csv;charset=utf-8"): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads the address after this task.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
