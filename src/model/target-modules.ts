import { nearestName } from "../config/nearest.js";
import { SqltuneError } from "../errors.js";
import type { DecoderConfig } from "../native/types.js";
import { linearShapes, loraShapes } from "./linear-shapes.js";

/** Full names of the blocks' linears, in the order of PyTorch's named_modules: `model.layers.0.self_attn.q_proj`, ... */
export function linearModuleNames(config: DecoderConfig): string[] {
  return [...linearShapes(config).keys()];
}

/**
 * The linears that a LoRA sits on, as PEFT picks them from `target_modules`: a list of names matches the end of a module's
 * full name from a dot on ("q_proj"); "all-linear" is every linear but the head; any other string is a regular expression
 * over the whole full name. Model order, each once. Throws SqltuneError, naming the nearest, where a name matches nothing.
 */
export function resolveTargetModules(config: DecoderConfig, target: readonly string[] | string): string[] {
  if (typeof target === "string" && target.toLowerCase() === "all-linear") return linearModuleNames(config);
  const all = [...loraShapes(config).keys()];
  const short = [...new Set(all.map((name) => name.slice(name.lastIndexOf(".") + 1)))];
  if (typeof target === "string") return byExpression(target, all, short);
  const matches = (name: string, wanted: string) => name === wanted || name.endsWith(`.${wanted}`);
  const unknown = target.filter((wanted) => !all.some((name) => matches(name, wanted)));
  if (target.length === 0 || unknown.length > 0) {
    const found = unknown.map((wanted) => {
      const nearest = nearestName(wanted, short);
      return `"${wanted}"${nearest === null ? "" : ` (nearest: "${nearest}")`}`;
    });
    throw new SqltuneError(
      `lora.target_modules ${found.length > 0 ? `names no linear layer of the model: ${found.join(", ")}` : "is empty"}. ` +
        `Expected names out of ${short.join(", ")}, or "all-linear".`,
    );
  }
  return all.filter((name) => target.some((wanted) => matches(name, wanted)));
}

function byExpression(source: string, all: string[], short: string[]): string[] {
  let expression: RegExp;
  try {
    expression = new RegExp(`^(?:${source})$`);
  } catch (cause) {
    throw new SqltuneError(
      `lora.target_modules "${source}" is no regular expression: ${(cause as Error).message}. ` +
        `Expected one over full names (${all[0]}), a list of names, or "all-linear".`,
      { cause },
    );
  }
  const found = all.filter((name) => expression.test(name));
  if (found.length > 0) return found;
  const nearest = nearestName(source, ["all-linear", ...short]);
  const hint =
    nearest === null ? "" : nearest === "all-linear" ? ' Did you mean "all-linear"?' : ` Did you mean [${nearest}]?`;
  throw new SqltuneError(
    `lora.target_modules "${source}" matches no linear layer. A string is a regular expression over full names such as ` +
      `${all[0]}; write names as a list: [${short.slice(0, 2).join(", ")}].${hint}`,
  );
}
