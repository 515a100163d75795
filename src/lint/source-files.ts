import { readFile, stat } from "node:fs/promises";
import { basename, extname, resolve } from "node:path";
import { readRows } from "../data/read-rows.js";
import type { Dataset } from "../data/types.js";
import { finding } from "./finding.js";
import type { LintFinding, LintRow } from "./types.js";
import { counted } from "./wording.js";

/** A file that the data came from, where it can be found again. */
export interface SourceFile {
  name: string;
  path: string;
  sha256: string;
}

/** Where rows have lines. */
const WITH_LINES = new Set([".csv", ".jsonl", ".ndjson"]);

/** The data set's files that lie on this disk; copies of the Hub's and the bundled sample go by other names. */
export async function sourceFiles(dataset: Pick<Dataset, "checksums">, baseDir: string): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  for (const [label, sha256] of Object.entries(dataset.checksums)) {
    const path = resolve(baseDir, label);
    if ((await stat(path).catch(() => null))?.isFile()) files.push({ name: basename(label), path, sha256 });
  }
  return files;
}

/** Fills in the lines of the rows that findings name, from the files themselves. */
export async function addLines(findings: readonly LintFinding[], files: readonly SourceFile[]): Promise<void> {
  const rows = findings.flatMap((found) => found.rows).filter((row) => row.line === null && row.row !== null);
  for (const name of new Set(rows.map((row) => row.file))) {
    const [file, ...others] = files.filter((it) => it.name === name);
    // Two files of one name, in two folders: the id does not say which is meant.
    if (file === undefined || others.length > 0 || !WITH_LINES.has(extname(file.path).toLowerCase())) continue;
    const lines = new Map<string, number>();
    for (const { id, place } of await readRows(file.path)) {
      const line = /line (\d+)/.exec(place)?.[1];
      if (line !== undefined) lines.set(id, Number(line));
    }
    for (const row of rows) if (row.file === name) row.line = lines.get(row.id) ?? null;
  }
}

/** Bytes that are no UTF-8, and files whose lines end in two ways. */
export async function fileChecks(files: readonly SourceFile[]): Promise<LintFinding[]> {
  const broken: LintRow[] = [];
  const mixed: LintRow[] = [];
  for (const { name, path } of files) {
    const extension = extname(path).toLowerCase();
    if (extension === ".parquet") continue;
    const bytes = await readFile(path);
    for (const line of invalidLines(bytes)) broken.push(placeInFile(name, line, "not UTF-8"));
    if (!WITH_LINES.has(extension)) continue;
    const { crlf, lf, first } = lineEndings(bytes, extension === ".csv");
    if (crlf > 0 && lf > 0) {
      const rarer = crlf < lf ? "CRLF" : "LF";
      mixed.push(
        placeInFile(
          name,
          first[rarer],
          `${counted(crlf, "line", "ends", "end")} in CRLF, ${lf} in LF; the first ${rarer} is here`,
        ),
      );
    }
  }
  return [
    ...finding(broken, {
      check: "file-encoding",
      severity: "warning",
      message: `${counted(broken.length, "line", "holds", "hold")} bytes that are no UTF-8; they are read as U+FFFD`,
      fix: "Convert the file: iconv -f WINDOWS-1252 -t UTF-8, if that is what it was written in.",
    }),
    ...finding(mixed, {
      check: "mixed-line-endings",
      severity: "note",
      message: `${counted(mixed.length, "file", "has", "have")} two kinds of line endings, as when files were joined`,
      fix: "Make them one kind, as dos2unix does: what follows the first line is a guess to many readers.",
    }),
  ];
}

function placeInFile(file: string, line: number, detail: string): LintRow {
  return { id: file, file, row: null, line, split: null, detail, question: null, sql: null };
}

const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;

function invalidLines(bytes: Buffer): number[] {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const isValid = (part: Buffer): boolean => {
    try {
      decoder.decode(part);
      return true;
    } catch {
      return false;
    }
  };
  if (isValid(bytes)) return [];
  const lines: number[] = [];
  let start = 0;
  for (let line = 1; start < bytes.length; line++) {
    const newline = bytes.indexOf(LF, start);
    const end = newline === -1 ? bytes.length : newline;
    if (!isValid(bytes.subarray(start, end))) lines.push(line);
    start = end + 1;
  }
  return lines;
}

/** Line ends outside of a CSV's quotes: a break within a field is the text's own. */
function lineEndings(
  bytes: Buffer,
  quoted: boolean,
): { crlf: number; lf: number; first: Record<"CRLF" | "LF", number> } {
  const counts = { crlf: 0, lf: 0, first: { CRLF: 0, LF: 0 } };
  let inside = false;
  let line = 1;
  for (let i = 0; i < bytes.length; i++) {
    if (quoted && bytes[i] === QUOTE) inside = !inside;
    if (bytes[i] !== LF) continue;
    if (!inside) {
      const kind = bytes[i - 1] === CR ? "CRLF" : "LF";
      if (kind === "CRLF") counts.crlf++;
      else counts.lf++;
      if (counts.first[kind] === 0) counts.first[kind] = line;
    }
    line++;
  }
  return counts;
}
