import { realpath } from "node:fs/promises";
import { relative, sep } from "node:path";
import { listRuns, type RunDetails, type RunSummary, readRun } from "../runs/index.js";
import { HttpError } from "./http-error.js";

/** The runs below one folder. An id from a request is looked up in their list; it never becomes part of a path. */
export class RunsFolder {
  /** Folder by id, as the last list had them. */
  private folders = new Map<string, string>();

  constructor(readonly root: string) {}

  async list(): Promise<RunSummary[]> {
    const root = await realpath(this.root).catch(() => null);
    if (root === null) return [];
    const runs: RunSummary[] = [];
    for (const run of await listRuns(this.root)) {
      // A link in the folder may lead anywhere.
      const folder = await realpath(run.folder).catch(() => null);
      if (folder !== null && isBelow(root, folder)) runs.push(run);
    }
    this.folders = new Map(runs.map(({ id, folder }) => [id, folder]));
    return runs;
  }

  /** The folder of a run. @throws HttpError 404 */
  async folderOf(id: string): Promise<string> {
    if (!this.folders.has(id)) await this.list();
    const folder = this.folders.get(id);
    if (folder === undefined) throw unknownRun(id);
    return folder;
  }

  /** @throws HttpError 404 */
  async read(id: string): Promise<RunDetails> {
    const folder = await this.folderOf(id);
    if ((await realpath(folder).catch(() => null)) === null) {
      this.folders.delete(id);
      throw unknownRun(id);
    }
    return { ...(await readRun(folder, this.root)), id };
  }
}

function unknownRun(id: string): HttpError {
  return new HttpError(404, `There is no run ${JSON.stringify(id)}. GET /v1/runs lists them.`, {
    code: "run_not_found",
  });
}

export function isBelow(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !/^(?:[A-Za-z]:)?[\\/]/.test(way);
}

/** A run as clients see it: without the server's paths. */
export function describeRun({ folder: _, ...run }: RunSummary): Omit<RunSummary, "folder"> {
  return run;
}

export function describeRunDetails({ folder, files, ...run }: RunDetails): object {
  const below = (path: string) => relative(folder, path).split(sep).join("/");
  return {
    ...run,
    files: {
      final_model: files.final_model !== null,
      checkpoints: files.checkpoints.map(below),
      predictions: files.predictions.map(({ step }) => step),
      evaluations: files.evaluations.map(below),
    },
  };
}
