import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { SqltuneError } from "../errors.js";
import { EMBEDDED_ALIAS, isEmbeddedModel, resolveEmbeddedModel } from "./embedded-model.js";
import { expandHome } from "./hub-environment.js";
import { type HubModelOptions, resolveHubModel } from "./hub-model.js";
import { readGgufFile, readModelFolder } from "./model-folder.js";
import type { ModelSource } from "./types.js";

export type ResolveModelOptions = HubModelOptions;

/**
 * Files of a model on this disk, by any name a user may give it: a folder (config.json and safetensors, or one .gguf), a
 * .gguf file, the alias `smollm2-135m`, or a hub id. What is not here yet is downloaded; what is here needs no network.
 *
 * @throws SqltuneError that says what was tried
 */
export async function resolveModel(name: string, options: ResolveModelOptions = {}): Promise<ModelSource> {
  options.signal?.throwIfAborted();
  const path = expandHome(name.trim());
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory()) return readModelFolder(path, name);
  if (found && path.endsWith(".gguf")) return readGgufFile(path, name);
  if (found) {
    throw new SqltuneError(
      `${resolve(path)} is a file and no .gguf; a model is a folder (config.json and *.safetensors), a .gguf file or a hub id`,
      { code: "ERR_SQLTUNE_MODEL_FILES" },
    );
  }
  if (isEmbeddedModel(path)) return resolveEmbeddedModel(name, options);
  if (!isHubId(path)) {
    throw new SqltuneError(
      `no model "${name}": there is no such folder or .gguf file (${resolve(path)}), and it is no hub id (ORG/NAME) either. ` +
        `${EMBEDDED_ALIAS} names the embedded model.`,
      { code: "ERR_SQLTUNE_MODEL_FILES" },
    );
  }
  try {
    return await resolveHubModel(path, options);
  } catch (error) {
    if (!(error instanceof SqltuneError) || !MAY_BE_A_TYPO.has(error.details.code ?? "")) throw error;
    throw new SqltuneError(
      `${error.message}\nTried first: the folder ${resolve(path)}, which is absent.`,
      error.details,
    );
  }
}

/** The Hub did not have it or could not say; the user may have meant a folder. */
const MAY_BE_A_TYPO = new Set(["ERR_SQLTUNE_HUB_REFUSED", "ERR_SQLTUNE_HUB_UNREACHABLE", "ERR_SQLTUNE_OFFLINE"]);

/** "org/name", or "name" as the oldest models are called; not "./x", "../x", "/x", "a/b/c", "x.gguf". */
export function isHubId(name: string): boolean {
  return /^[A-Za-z0-9_][\w.-]*(\/[A-Za-z0-9_][\w.-]*)?$/.test(name) && !/\.(gguf|safetensors|json|bin)$/.test(name);
}
