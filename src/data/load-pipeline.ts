import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { createJiti } from "jiti";
import { SqltuneError } from "../errors.js";
import { leakNote } from "./finish-dataset.js";
import type { DataOptions } from "./options.js";
import type { DataPipeline, Dataset } from "./types.js";
import { validateDataset } from "./validate-dataset.js";

type PipelineClass = new (options: DataOptions) => DataPipeline;

/**
 * The user's own pipeline, `./my.ts#MyPipeline`: a class (made with the DataOptions) or an object with prepare().
 * Without #NAME the default export is taken, or the only export that fits. TypeScript is loaded as it is.
 * @throws SqltuneError naming the file and its exports when the pipeline cannot be found.
 */
export async function loadPipeline(spec: string, options: DataOptions): Promise<DataPipeline> {
  const [path, exportName] = splitSpec(spec);
  const file = resolve(options.baseDir, path);
  if (!(await stat(file).catch(() => null))?.isFile()) {
    throw new SqltuneError(`There is no file ${file} (data.pipeline: ${spec}). Expected ./FILE.ts#ExportName.`, {
      code: "ERR_DATA",
    });
  }
  const jiti = createJiti(pathToFileURL(file).href, { fsCache: false, moduleCache: false });
  const module = await jiti.import<Record<string, unknown>>(file).catch((error: unknown) => {
    throw new SqltuneError(`${file} cannot be loaded: ${error instanceof Error ? error.message : error}`, {
      code: "ERR_DATA",
      cause: error,
    });
  });
  const found = choose(module, exportName);
  if (found === null) {
    const names = Object.keys(module).sort().join(", ") || "nothing";
    const wanted = exportName === null ? "a default export, or one export," : `an export ${exportName}`;
    throw new SqltuneError(
      `${file} exports ${names}; expected ${wanted} that is a class with prepare(), or an object that has it.`,
      { code: "ERR_DATA" },
    );
  }
  return checkedPipeline(isClass(found) ? new found(options) : found, spec);
}

/** Any pipeline with its result checked and the leak between test and train noted. */
export function checkedPipeline(pipeline: DataPipeline, source: string): DataPipeline {
  return {
    async prepare(): Promise<Dataset> {
      const dataset = validateDataset(await pipeline.prepare(), source);
      const leak = leakNote(dataset);
      if (leak !== null && !dataset.notes.includes(leak)) dataset.notes.push(leak);
      return dataset;
    },
  };
}

/** "./my.ts#Name" -> file and export; a # in a folder's name is not taken for one. */
function splitSpec(spec: string): [path: string, exportName: string | null] {
  const match = /^(.*)#([A-Za-z_$][\w$]*)$/.exec(spec);
  return match === null ? [spec, null] : [match[1]!, match[2]!];
}

function choose(module: Record<string, unknown>, exportName: string | null): DataPipeline | PipelineClass | null {
  const fits = (value: unknown) => (isClass(value) || isPipeline(value) ? value : null);
  if (exportName !== null) return fits(module[exportName]);
  const only = Object.entries(module).filter(([name, value]) => name !== "default" && fits(value) !== null);
  return fits(module.default) ?? (only.length === 1 ? fits(only[0]![1]) : null);
}

const isClass = (value: unknown): value is PipelineClass => typeof value === "function" && isPipeline(value.prototype);

const isPipeline = (value: unknown): value is DataPipeline =>
  typeof value === "object" && value !== null && typeof (value as DataPipeline).prepare === "function";
