import { configKeys, type KeyFacts, sectionOf, topSections } from "./expectation.js";
import { nearestName } from "./nearest.js";

/** What the seed project's flags, HuggingFace and PEFT call a key; too far from our name for the edit distance. */
const alsoCalled: Readonly<Record<string, string>> = {
  lr: "training.learning_rate",
  epochs: "training.num_epochs",
  num_train_epochs: "training.num_epochs",
  batch_size: "training.per_device_train_batch_size",
  train_batch_size: "training.per_device_train_batch_size",
  scheduler: "training.lr_scheduler_type",
  optimizer: "training.optim",
  rank: "lora.r",
  alpha: "lora.lora_alpha",
  dropout: "lora.lora_dropout",
  rslora: "lora.use_rslora",
  max_length: "model.max_seq_length",
  model_name: "model.name",
  dtype: "model.torch_dtype",
  dataset: "data.dataset_name",
  validation_ratio: "data.val_split_ratio",
  test_size: "data.val_split_ratio",
};

/** Why a value cannot stand where it stands, and what to do. `found` undefined: the key itself is unknown. */
export function unknownSectionText(name: string): string {
  const sections = topSections();
  const { section, rest } = sectionOf(name.split("."));
  if (sections.includes(section.split(".")[0]!) && name.includes(".")) {
    const [inner, ...outer] = [...section.split("."), ...rest].reverse();
    return `${name} is written as one word. Write ${inner}: below ${outer.reverse().join(":, below ")}:, indented.`;
  }
  const homes = sectionsWith(name);
  if (homes.length > 0) {
    return `${name} stands outside a section, and is a key of ${homes.join(" and of ")}. Write it under ${homes[0]}:.`;
  }
  const known = alsoCalled[name];
  if (known) return `${name} is no section. ${known} is what it is called.`;
  const near = nearestName(name, sections);
  if (near) return `${name} is no section. The nearest is ${near}: rename it.`;
  return `${name} is no section. The sections are ${sections.join(", ")}.`;
}

export function unknownKeyText(section: string, name: string): string {
  const keys = [...configKeys().get(section)!.keys()];
  const known = alsoCalled[name];
  const called = `${section}.${name} is no known key. ${known} is what it is called.`;
  // The seed's batch_size flag is training's, though inference has a key of that very name.
  if (known?.startsWith(`${section}.`)) return called;
  const homes = sectionsWith(name);
  if (homes.length > 0) {
    return `${section}.${name} is no key of ${section}, but of ${homes.join(" and of ")}. Move it there.`;
  }
  if (known) return called;
  const near = nearestName(name, keys);
  if (near) return `${section}.${name} is no known key. The nearest is ${near}: rename it.`;
  for (const [other, otherKeys] of configKeys()) {
    const elsewhere = other === section ? null : nearestName(name, otherKeys.keys());
    if (elsewhere) return `${section}.${name} is no known key. The nearest is ${other}.${elsewhere}.`;
  }
  return `${section}.${name} is no known key. The keys of ${section} are ${keys.join(", ")}.`;
}

/** `path`: the sections of a key and its name. */
export function illTypedText(path: readonly string[], found: unknown): string {
  const name = path.join(".");
  const key = configKeys().get(path.slice(0, -1).join("."))!.get(path.at(-1)!)!;
  return `${name} is ${show(found)}, expected ${key.expected}. ${fixOf(key, found)}`;
}

export function notASectionText(section: string, found: unknown): string {
  const first = configKeys().get(section)!.keys().next().value;
  return `${section} is ${show(found)}, expected a section of keys. Write its keys below it, indented, such as ${first}.`;
}

function fixOf(key: KeyFacts, found: unknown): string {
  if (typeof found === "string") {
    if (found === "None" && key.accepts.has("null")) return "Write null.";
    const wantsNumber = key.accepts.has("integer") || key.accepts.has("number");
    if (wantsNumber && found.trim() !== "" && Number.isFinite(Number(found))) return "Remove the quotes.";
    if (key.accepts.has("boolean") && /^(yes|on|y)$/i.test(found)) return "Write true.";
    if (key.accepts.has("boolean") && /^(no|off|n)$/i.test(found)) return "Write false.";
    const element = key.elements.length === 0 ? found : nearestName(found, key.elements);
    if (key.accepts.has("array") && element) return `Write [${element}].`;
    const near = nearestName(found, key.choices);
    if (near && !key.fix) return `Write ${near}.`;
  }
  if (Array.isArray(found)) {
    const odd = found.find((item) => !key.elements.includes(item as string));
    const near = typeof odd === "string" ? nearestName(odd, key.elements) : null;
    if (near) return `Write ${near} for ${odd}.`;
  }
  if (key.fix) return `${key.fix.charAt(0).toUpperCase()}${key.fix.slice(1)}. Write ${key.default}.`;
  return `Correct it, or delete it to take the default, ${show(key.default)}.`;
}

/** A value as an error message names it. */
export function show(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : `the list ${clip(JSON.stringify(value))}`;
  if (typeof value === "object") return `a section with ${Object.keys(value).join(", ") || "no keys"}`;
  if (typeof value === "string") return clip(JSON.stringify(value));
  return String(value);
}

function clip(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function sectionsWith(name: string): string[] {
  return [...configKeys()].filter(([, keys]) => keys.has(name)).map(([section]) => section);
}
