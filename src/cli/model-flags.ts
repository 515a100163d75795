import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Options } from "yargs";
import { readAdapterFolder } from "../adapter/index.js";
import type { Config } from "../config/index.js";
import { resolveAdapter } from "../hub/index.js";
import { loadModel, type Model } from "../model/index.js";
import { loadOptions } from "../train/index.js";
import type { CliIo, Printer } from "./io.js";
import { newestAdapter } from "./newest-adapter.js";
import { flag, text } from "./options.js";
import { createProgress, downloadProgress } from "./progress.js";
import { usageError } from "./usage-error.js";

/** Which model answers, as every verb that asks one takes it. */
export const modelFlags = {
  adapter: text("adapter: folder or hub id; without it the newest run's final_model", { alias: "adapter-path" }),
  base: flag("ask the config's base model, without an adapter"),
} satisfies Record<string, Options>;

export interface ModelFlags {
  adapter?: string;
  base?: boolean;
  config?: string;
  set?: string[];
}

/** Loads the base or an adapter on its base; prints which adapter where none was named. */
export async function modelFromFlags(flags: ModelFlags, config: Config, print: Printer, io: CliIo): Promise<Model> {
  const progress = createProgress(io.stderr);
  const options = { ...loadOptions(config), signal: io.signal, onProgress: downloadProgress(progress) };
  try {
    if (flags.base) return await loadModel(config.model.name, options);
    const name = flags.adapter ?? (await chooseAdapter(config, print));
    const adapter = await resolveAdapter(name, options);
    const base = baseIsNamed(flags) ? config.model : await baseOfRun(adapter);
    if (base) return await loadModel(base.name, { ...options, revision: base.revision ?? undefined, adapter });
    // loadModel would take a folder without an adapter for a model, and miss its weights.
    await readAdapterFolder(adapter);
    return await loadModel(adapter, { ...options, revision: undefined });
  } finally {
    progress.close();
  }
}

async function chooseAdapter(config: Config, print: Printer): Promise<string> {
  const newest = await newestAdapter([config.project.output_dir]);
  if (newest === null) {
    throw usageError(
      "there is no adapter: no run below outputs/ has a final_model. Train one (sqltune train, or sqltune quickstart), name one with --adapter DIR, or ask the base model with --base.",
    );
  }
  print.note(`adapter: ${newest} (the newest run's)`);
  return newest;
}

function baseIsNamed(flags: ModelFlags): boolean {
  return flags.config !== undefined || (flags.set ?? []).some((entry) => entry.startsWith("model.name="));
}

/** The base as the adapter's own run named it: a folder has no hub id that the adapter could tell. */
async function baseOfRun(adapter: string): Promise<{ name: string; revision: string | null } | null> {
  try {
    const run = JSON.parse(await readFile(join(dirname(adapter), "run.json"), "utf8"));
    const { name, revision = null } = run.config.model;
    return typeof name === "string" ? { name, revision } : null;
  } catch {
    return null;
  }
}
