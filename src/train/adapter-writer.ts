import {
  type AdapterConfig,
  type Calibration,
  type SqltuneFile,
  sqltuneVersion,
  writeAdapterFolder,
} from "../adapter/index.js";
import type { Config } from "../config/index.js";
import type { Model } from "../model/index.js";
import type { NativeModel } from "../native/types.js";
import type { EvalEvent } from "../observe/events.js";
import { DEFAULT_SYSTEM } from "../prompt/create-prompt-program.js";
import { SERIALIZER_VERSION } from "../schema/index.js";
import type { LoraSites } from "./lora-sites.js";
import type { TrainerState } from "./trainer-state.js";

/** What every adapter folder of a run says: the same in its checkpoints and in final_model. */
export interface AdapterIdentity {
  config: AdapterConfig;
  sqltune: Omit<SqltuneFile, "metrics" | "calibration">;
  title: string;
  training: string;
}

export function identifyAdapter(
  config: Config,
  model: Model,
  sites: LoraSites,
  facts: { weightsHash: string; rows: number },
): AdapterIdentity {
  const { source, tokenizer } = model;
  const hubId = source.hubId ?? config.model.hub_id;
  return {
    config: { ...sites.adapter, baseModel: hubId, revision: source.revision },
    sqltune: {
      format: 1,
      sqltune_version: sqltuneVersion,
      prompt: {
        name: config.data.prompt,
        schema_format: config.data.schema_format,
        // The text itself, not "the default": a later default would be another prompt.
        system: config.data.prompt === "chat" ? (config.data.system_prompt ?? DEFAULT_SYSTEM) : null,
      },
      serializer_version: SERIALIZER_VERSION,
      stop_ids: [...tokenizer.stopIds],
      tokenizer_hash: tokenizer.hash,
      base: { hub_id: hubId, revision: source.revision, origin: source.origin, weights_hash: facts.weightsHash },
    },
    title: config.project.name,
    training: `Trained on ${facts.rows} rows of ${config.data.pipeline ?? config.data.dataset_name}.`,
  };
}

/** Writes the adapter that the model carries now; `state` says what it scored. */
export async function writeAdapter(
  folder: string,
  native: NativeModel,
  identity: AdapterIdentity,
  state: Pick<TrainerState, "step" | "epoch"> & {
    evaluation: TrainerState["last_eval"];
    /** Checkpoints have none. */
    calibration?: Calibration | null;
  },
): Promise<void> {
  const { evaluation, calibration = null } = state;
  const { event: _, ...scores }: Partial<EvalEvent> = evaluation ?? {};
  await writeAdapterFolder(folder, {
    config: identity.config,
    sqltune: { ...identity.sqltune, metrics: { ...scores, step: state.step, epoch: state.epoch }, calibration },
    card: { title: identity.title, training: identity.training },
    saveWeights: (path) => native.saveLora(path),
  });
}
