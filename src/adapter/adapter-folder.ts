import { randomBytes } from "node:crypto";
import { access, mkdir, open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { SqltuneError } from "../errors.js";
import { type AdapterConfig, adapterConfigToJson, parseAdapterConfig } from "./adapter-config.js";
import { type AdapterModule, loraModulesOf } from "./lora-modules.js";
import { type ModelCardDetails, renderModelCard } from "./model-card.js";
import { readSafetensorsHeader } from "./safetensors-header.js";
import { parseSqltuneFile, type SqltuneFile } from "./sqltune-file.js";

export const ADAPTER_CONFIG = "adapter_config.json";
export const ADAPTER_WEIGHTS = "adapter_model.safetensors";
export const SQLTUNE_FILE = "sqltune.json";

/** An adapter folder, checked in itself but not yet against a base. */
export interface AdapterFolder {
  /** Absolute. */
  folder: string;
  /** Absolute path of adapter_model.safetensors. */
  weightsFile: string;
  config: AdapterConfig;
  /** Null for an adapter that PEFT wrote. */
  sqltune: SqltuneFile | null;
  modules: AdapterModule[];
  warnings: string[];
}

/**
 * Reads an adapter folder of sqltune's or PEFT's. Throws SqltuneError for missing or damaged files, for kinds of
 * adapter that sqltune lacks, and where config and tensors disagree.
 */
export async function readAdapterFolder(dir: string): Promise<AdapterFolder> {
  const folder = resolve(dir);
  const present = await readdir(folder).catch(() => null);
  if (!present) {
    throw new SqltuneError(
      `No adapter at ${folder}: there is no such folder. Expected a folder with ${ADAPTER_CONFIG}.`,
    );
  }
  const missing = [ADAPTER_CONFIG, ADAPTER_WEIGHTS].filter((name) => !present.includes(name));
  if (missing.length > 0) {
    const pickled = present.includes("adapter_model.bin");
    throw new SqltuneError(
      `${folder} is not a complete adapter: ${missing.join(" and ")} ${missing.length > 1 ? "are" : "is"} missing ` +
        `(found: ${present.slice(0, 12).join(", ") || "nothing"}). ` +
        (pickled
          ? "adapter_model.bin is a Python pickle, which is not read: save the adapter again with PEFT (safetensors is its default)."
          : "Point to the folder that training wrote, e.g. a run's final_model, or to an adapter saved by PEFT."),
    );
  }
  const configPath = join(folder, ADAPTER_CONFIG);
  const weightsFile = join(folder, ADAPTER_WEIGHTS);
  const { config, warnings } = parseAdapterConfig(await readJson(configPath), configPath);
  const modules = loraModulesOf(config, await readSafetensorsHeader(weightsFile), weightsFile);
  const sqltunePath = join(folder, SQLTUNE_FILE);
  const sqltune = present.includes(SQLTUNE_FILE) ? parseSqltuneFile(await readJson(sqltunePath), sqltunePath) : null;
  return { folder, weightsFile, config, sqltune, modules, warnings };
}

export interface WriteAdapterOptions {
  config: AdapterConfig;
  sqltune: SqltuneFile;
  card?: ModelCardDetails;
  /** Writes adapter_model.safetensors at the path it is given (NativeModel.saveLora). */
  saveWeights(path: string): Promise<void>;
}

/**
 * Writes an adapter folder whole or not at all: into a folder beside it, synced, then renamed over `dir`, whose former
 * contents are replaced.
 */
export async function writeAdapterFolder(dir: string, options: WriteAdapterOptions): Promise<void> {
  const folder = resolve(dir);
  const parent = dirname(folder);
  await mkdir(parent, { recursive: true });
  const suffix = `${process.pid}-${randomBytes(4).toString("hex")}`;
  const staging = `${folder}.writing-${suffix}`;
  try {
    await mkdir(staging);
    await options.saveWeights(join(staging, ADAPTER_WEIGHTS));
    await writeSynced(join(staging, ADAPTER_CONFIG), JSON.stringify(adapterConfigToJson(options.config), null, 2));
    await writeSynced(join(staging, SQLTUNE_FILE), `${JSON.stringify(options.sqltune, null, 2)}\n`);
    await writeSynced(join(staging, "README.md"), renderModelCard(options.config, options.sqltune, options.card));
    await syncFolder(staging);
    await replaceFolder(staging, folder, `${folder}.old-${suffix}`);
    await syncFolder(parent);
  } catch (cause) {
    await rm(staging, { recursive: true, force: true });
    throw asDiskError(cause, folder);
  }
}

/** A folder cannot be renamed over one with files in it, so the old one steps aside first. */
async function replaceFolder(staging: string, folder: string, old: string): Promise<void> {
  const exists = await access(folder).then(
    () => true,
    () => false,
  );
  if (exists) await rename(folder, old);
  await rename(staging, folder);
  if (exists) await rm(old, { recursive: true, force: true });
}

async function writeSynced(path: string, text: string): Promise<void> {
  await writeFile(path, text, { flush: true });
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, "utf8");
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SqltuneError(`${path} is not JSON: ${(cause as Error).message}. Copy or download it again.`, { cause });
  }
}

function asDiskError(cause: unknown, folder: string): unknown {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new SqltuneError(`No space left on the disk while writing the adapter ${folder}. Free some and run again.`, {
      cause,
    });
  }
  if (code === "EACCES" || code === "EROFS" || code === "EPERM") {
    return new SqltuneError(`The adapter ${folder} cannot be written: ${(cause as Error).message}.`, { cause });
  }
  return cause;
}
