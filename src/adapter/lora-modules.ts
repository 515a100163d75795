import { SqltuneError } from "../errors.js";
import type { LoraModule } from "../native/types.js";
import type { AdapterConfig } from "./adapter-config.js";
import type { SafetensorsTensor } from "./safetensors-header.js";

/** A LoRA site of an adapter file: A is [r, inFeatures], B is [outFeatures, r]. */
export interface AdapterModule extends LoraModule {
  inFeatures: number;
  outFeatures: number;
}

/** With LoRA on the head PEFT also writes the frozen head itself. */
const HEAD_COPY = "base_model.model.lm_head.base_layer.weight";
const KEY = /^base_model\.model\.(.+)\.lora_(A|B)\.weight$/;

/**
 * The modules of an adapter: what its tensors hold, scaled as its config says. Throws SqltuneError where tensors and
 * config disagree (PEFT refuses such a file, or drops those tensors in silence).
 */
export function loraModulesOf(
  config: AdapterConfig,
  tensors: ReadonlyMap<string, SafetensorsTensor>,
  path: string,
): AdapterModule[] {
  const found = new Map<string, { A?: number[]; B?: number[] }>();
  const problems: string[] = [];
  for (const [key, tensor] of tensors) {
    if (key === HEAD_COPY) continue;
    const match = KEY.exec(key);
    if (!match) {
      problems.push(`"${key}" is no LoRA tensor of a linear layer`);
      continue;
    }
    const [, name, side] = match as unknown as [string, string, "A" | "B"];
    const module = found.get(name) ?? {};
    module[side] = tensor.shape;
    found.set(name, module);
  }
  const modules: AdapterModule[] = [];
  for (const [name, { A, B }] of found) {
    if (!A || !B) {
      problems.push(`"${name}" has no ${A ? "lora_B" : "lora_A"}`);
      continue;
    }
    const r = patternValue(config.rankPattern, name) ?? config.r;
    if (A.length !== 2 || B.length !== 2 || A[0] !== r || B[1] !== r) {
      problems.push(`"${name}" has A [${A}] and B [${B}], adapter_config.json says rank ${r}`);
    } else if (isTargeted(config.targetModules, name) === false) {
      problems.push(`"${name}" is not among target_modules ${JSON.stringify(config.targetModules)}`);
    } else {
      const alpha = patternValue(config.alphaPattern, name) ?? config.loraAlpha;
      const scaling = alpha / (config.useRslora ? Math.sqrt(r) : r);
      modules.push({ name, r, scaling, inFeatures: A[1]!, outFeatures: B[0]! });
    }
  }
  if (found.size === 0 && problems.length === 0) problems.push("it holds no tensors");
  if (problems.length > 0) {
    const shown = problems.slice(0, 8);
    const more = problems.length - shown.length;
    throw new SqltuneError(
      `${path} does not fit its adapter_config.json:\n${shown.map((p) => `  - ${p}`).join("\n")}` +
        `${more > 0 ? `\n  ... and ${more} more` : ""}\nExpected what PEFT writes for LoRA on linear layers: ` +
        "base_model.model.<module>.lora_A.weight [r, in] and .lora_B.weight [out, r].",
      { code: "ERR_SQLTUNE_WEIGHTS" },
    );
  }
  return modules;
}

/** PEFT's lookup in rank_pattern and alpha_pattern: the first key that matches the end of the name, from a dot on. */
export function patternValue(pattern: Record<string, number>, name: string): number | undefined {
  for (const [key, value] of Object.entries(pattern)) {
    const expression = compile(`^(.*\\.)?(${key})$`);
    if (expression ? expression.test(name) : name === key || name.endsWith(`.${key}`)) return value;
  }
  return undefined;
}

/** Null when the target is a regular expression of Python's that JavaScript cannot read. */
function isTargeted(targets: string[] | string, name: string): boolean | null {
  if (typeof targets !== "string") return targets.some((t) => name === t || name.endsWith(`.${t}`));
  if (targets.toLowerCase() === "all-linear") return true;
  return compile(`^(?:${targets})$`)?.test(name) ?? null;
}

function compile(source: string): RegExp | null {
  try {
    return new RegExp(source);
  } catch {
    return null;
  }
}

/**
 * `target_modules` for adapter_config.json: the modules' last names ("q_proj") where these name exactly `modules` among
 * the base's linears, as PEFT shortens its own; full names otherwise.
 */
export function shortTargetModules(modules: readonly string[], linears: readonly string[]): string[] {
  const last = (name: string) => name.slice(name.lastIndexOf(".") + 1);
  const short = [...new Set(modules.map(last))];
  const matched = linears.filter((name) => short.includes(last(name)));
  return matched.length === new Set(modules).size ? short : [...modules];
}
