import { createHash } from "node:crypto";
import { open, readdir, readFile, realpath, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { SqltuneError } from "../errors.js";
import { buildPageData, type EvalReport, type PageData, readReport } from "../eval/index.js";
import { HttpError } from "./http-error.js";
import type { ReportFacts } from "./reports-types.js";

interface Found extends ReportFacts {
  file: string;
  /** Changes when the file does. */
  stamp: string;
}

/** Folders that hold no reports and many files. */
const PASSED_OVER = /^(?:checkpoints|final_model|logs|evaluations|node_modules|\..*)$/;
const DEEPEST = 5;
const MOST_REPORTS = 500;
/** A report of 10,000 rows has some 25 MB. */
const LARGEST = 128 * 2 ** 20;
/** As `eval --output` writes it, with or without its line breaks. */
const BEGINNING = /^\uFEFF?\s*\{\s*"summary"\s*:\s*\{\s*"questions"\s*:/;
const KEPT_PAGES = 4;

/** The evaluation reports below some folders: found by their content, asked for by ids of this class's making. */
export class ReportCatalogue {
  private found = new Map<string, Found>();
  /** The last pages that were asked for, oldest first. */
  private readonly pages = new Map<string, PageData>();

  constructor(private readonly folders: readonly string[]) {}

  /** Newest first. */
  async list(): Promise<ReportFacts[]> {
    const found = new Map<string, Found>();
    for (const folder of this.folders) {
      const root = await realpath(folder).catch(() => null);
      if (root === null) continue;
      for await (const file of jsonFiles(root, DEEPEST)) {
        if (found.size >= MOST_REPORTS) break;
        const report = await this.look(file, root);
        if (report) found.set(report.id, report);
      }
    }
    this.found = found;
    return [...found.values()]
      .sort((a, b) => b.modified.localeCompare(a.modified))
      .map(({ file: _file, stamp: _stamp, ...facts }) => facts);
  }

  /** Everything of a report. @throws HttpError 404, and 422 for one that cannot be read */
  async page(id: string): Promise<{ facts: ReportFacts; page: PageData }> {
    const report = await this.get(id);
    const { file, stamp, ...facts } = report;
    if (facts.problem !== null) throw new HttpError(409, facts.problem, { code: "unreadable_report" });
    const known = this.pages.get(stamp);
    const page =
      known ?? buildPageData(await readReport(file), { title: facts.name, tokens: await tokensBeside(file) });
    this.pages.delete(stamp);
    this.pages.set(stamp, page);
    if (this.pages.size > KEPT_PAGES) this.pages.delete(this.pages.keys().next().value!);
    return { facts, page };
  }

  /** The HTML report beside it. @throws HttpError 404 */
  async html(id: string): Promise<Buffer> {
    const { file } = await this.get(id);
    try {
      return await readFile(htmlBeside(file));
    } catch {
      throw new HttpError(404, "There is no report.html beside this report.", { code: "not_found" });
    }
  }

  private async get(id: string): Promise<Found> {
    if (!this.found.has(id)) await this.list();
    const known = this.found.get(id);
    if (!known) throw new HttpError(404, `There is no report ${JSON.stringify(id)}. GET /v1/reports lists them.`);
    const now = await stat(known.file).catch(() => null);
    if (now && stampOf(known.file, now) === known.stamp) return known;
    // Written anew, or gone.
    await this.list();
    const fresh = this.found.get(id);
    if (!fresh) throw new HttpError(404, `The report ${JSON.stringify(known.name)} is no longer there.`);
    return fresh;
  }

  /** Null for a file that is no report. */
  private async look(file: string, root: string): Promise<Found | null> {
    const stats = await stat(file).catch(() => null);
    if (!stats?.isFile() || stats.size > LARGEST) return null;
    const stamp = stampOf(file, stats);
    const id = createHash("sha256").update(file).digest("hex").slice(0, 16);
    const known = this.found.get(id);
    const html = (await stat(htmlBeside(file)).catch(() => null))?.isFile() ?? false;
    if (known?.stamp === stamp) return { ...known, html };
    if (!BEGINNING.test(await beginning(file).catch(() => ""))) return null;
    const name = nameOf(relative(root, file));
    const facts = { id, name, modified: stats.mtime.toISOString(), html, file, stamp };
    try {
      return { ...facts, ...scoresOf(await readReport(file)), problem: null };
    } catch (error) {
      if (!(error instanceof SqltuneError)) throw error;
      const unknown = { questions: 0, em: null, ex: null, ts: null, exact_match: null };
      return { ...facts, ...unknown, problem: error.message.replaceAll(file, name) };
    }
  }
}

function scoresOf({ summary }: EvalReport): Pick<ReportFacts, "questions" | "em" | "ex" | "ts" | "exact_match"> {
  const { questions, em = null, ex = null, ts = null, exact_match = null } = summary;
  return { questions, em, ex, ts, exact_match };
}

/** "spider/eval/tuned" of spider/eval/tuned/eval.json; another file name is told too. */
function nameOf(path: string): string {
  const words = path.replace(/\.json$/, "").split(sep);
  if (words.length > 1 && words.at(-1) === "eval") words.pop();
  return words.join("/");
}

function stampOf(file: string, { mtimeMs, size }: { mtimeMs: number; size: number }): string {
  return `${file}:${mtimeMs}:${size}`;
}

function htmlBeside(file: string): string {
  return join(file, "..", "report.html");
}

async function beginning(file: string): Promise<string> {
  await using handle = await open(file, "r");
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(128), 0, 128, 0);
  return buffer.toString("utf8", 0, bytesRead);
}

/** Links are not followed: a listed folder shows what is in it and nothing else. */
async function* jsonFiles(folder: string, depth: number): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isFile() && entry.name.endsWith(".json")) yield path;
    if (entry.isDirectory() && depth > 0 && !PASSED_OVER.test(entry.name)) yield* jsonFiles(path, depth - 1);
  }
}

/** The answers' tokens, which predictions.jsonl has beside a report of a model; by a row's index. */
async function tokensBeside(file: string): Promise<Map<number, { text: string; probability: number }[]>> {
  const tokens = new Map<number, { text: string; probability: number }[]>();
  const lines = await readFile(join(file, "..", "predictions.jsonl"), "utf8").catch(() => "");
  for (const line of lines.split("\n")) {
    if (!line.includes('"tokens":')) continue;
    try {
      const row = JSON.parse(line) as { index: number; tokens: [string, number][] };
      tokens.set(
        row.index,
        row.tokens.map(([text, probability]) => ({ text, probability })),
      );
    } catch {
      // A line of another make: the page goes without its tokens.
    }
  }
  return tokens;
}
