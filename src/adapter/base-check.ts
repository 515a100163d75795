import { SqltuneError } from "../errors.js";
import type { AdapterFolder } from "./adapter-folder.js";

/** What an adapter is compared with. */
export interface BaseIdentity {
  /** As the user named it. */
  name: string;
  origin: string;
  weightsHash: string;
  tokenizerHash: string;
  /** [outFeatures, inFeatures] of every linear a LoRA can sit on, by module name. */
  linears: ReadonlyMap<string, readonly [number, number]>;
}

/**
 * Throws SqltuneError when the adapter cannot sit on the base (other modules or shapes, both named). Returns warnings
 * when it fits but was trained on other weights or another tokenizer, with both hashes.
 */
export function checkAdapterBase(adapter: AdapterFolder, base: BaseIdentity): string[] {
  const problems: string[] = [];
  for (const module of adapter.modules) {
    const shape = base.linears.get(module.name);
    if (!shape) {
      problems.push(`${module.name}: not among the base's linears`);
    } else if (shape[0] !== module.outFeatures || shape[1] !== module.inFeatures) {
      problems.push(
        `${module.name}: [${module.outFeatures}, ${module.inFeatures}] in the adapter, [${shape}] in the base`,
      );
    }
  }
  const madeFor = adapter.config.baseModel ?? adapter.sqltune?.base.hub_id ?? null;
  if (problems.length > 0) {
    const shown = problems.slice(0, 4).map((p) => `  - ${p}`);
    if (problems.length > 4) shown.push(`  ... and ${problems.length - 4} more`);
    throw new SqltuneError(
      `The adapter ${adapter.folder} does not fit the base ${base.name}. [out, in] of its modules:\n${shown.join("\n")}\n` +
        (madeFor ? `It was made for ${madeFor}: load it on that model.` : "Load it on the model it was trained on."),
      { code: "ERR_SQLTUNE_WEIGHTS" },
    );
  }
  const warnings = [...adapter.warnings];
  const saved = adapter.sqltune;
  if (saved && saved.base.weights_hash !== base.weightsHash) {
    warnings.push(
      `The adapter was trained on other base weights than ${base.name} has: ${saved.base.weights_hash} ` +
        `(${saved.base.origin}) against ${base.weightsHash} (${base.origin}). It loads, but its scores were measured on the former.`,
    );
  }
  if (saved && saved.tokenizer_hash !== base.tokenizerHash) {
    warnings.push(
      `The adapter was trained with another tokenizer than ${base.name} has: ${saved.tokenizer_hash} against ` +
        `${base.tokenizerHash}. Where they split a text differently its answers suffer.`,
    );
  }
  return warnings;
}
