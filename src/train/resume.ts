import { SqltuneError } from "../errors.js";
import type { RunSetting } from "./trainer-state.js";

/**
 * Compares a checkpoint's setting with the present one.
 * @returns lines to warn with: what makes the continuation differ from the uninterrupted run.
 * @throws SqltuneError when the data or the base changed (unless `force`), or the adapter has other shapes.
 */
export function checkResume(saved: RunSetting, current: RunSetting, options: { force: boolean }): string[] {
  const shapes = difference(saved.loraModules, current.loraModules);
  if (shapes.length > 0) {
    throw new SqltuneError(
      `The checkpoint's adapter has other sites or ranks than the config asks for: ${shapes.slice(0, 4).join("; ")}` +
        `${shapes.length > 4 ? ` and ${shapes.length - 4} more` : ""}. ` +
        "Set lora.r and lora.target_modules to what the run began with, or start anew with --overwrite.",
    );
  }
  const changes = [...dataChanges(saved, current), ...baseChanges(saved, current)];
  if (changes.length > 0 && !options.force) {
    throw new SqltuneError(
      `This is not what the run began with:\n${changes.map((line) => `  - ${line}`).join("\n")}\n` +
        "Put it back to go on with the same run, add --force to go on with what is there now, " +
        "or start anew with --overwrite.",
      { code: "ERR_SQLTUNE_CHANGED" },
    );
  }
  const inexact = [...new Set([...Object.keys(saved.exactness), ...Object.keys(current.exactness)])]
    .filter((key) => saved.exactness[key] !== current.exactness[key])
    .map((key) => `${key} was ${show(saved.exactness[key])} and is ${show(current.exactness[key])}`);
  const warnings = changes.map((line) => `going on although ${line}`);
  if (inexact.length > 0) {
    warnings.push(`the resumed run will not be bit for bit the uninterrupted one: ${inexact.join("; ")}`);
  }
  return warnings;
}

function dataChanges(saved: RunSetting, current: RunSetting): string[] {
  const lines: string[] = [];
  for (const path of new Set([...Object.keys(saved.dataChecksums), ...Object.keys(current.dataChecksums)])) {
    const before = saved.dataChecksums[path];
    const now = current.dataChecksums[path];
    if (before === now) continue;
    if (before === undefined) lines.push(`the data file ${path} is new`);
    else if (now === undefined) lines.push(`the data file ${path} is no longer read`);
    else lines.push(`the data file ${path} changed (sha256 ${short(before)} before, ${short(now)} now)`);
  }
  if (lines.length === 0 && saved.rowsChecksum !== current.rowsChecksum) {
    lines.push("the rows differ although their files do not: a setting under data (split, samples, prompt) changed");
  }
  return lines;
}

function baseChanges(saved: RunSetting, current: RunSetting): string[] {
  if (saved.baseHash === current.baseHash) return [];
  return [
    `the base model's weights changed (${saved.baseName} ${short(saved.baseHash)} before, ` +
      `${current.baseName} ${short(current.baseHash)} now)`,
  ];
}

function difference(saved: readonly string[], current: readonly string[]): string[] {
  return [
    ...saved.filter((name) => !current.includes(name)).map((name) => `${name} only in the checkpoint`),
    ...current.filter((name) => !saved.includes(name)).map((name) => `${name} only in the config`),
  ];
}

function short(hash: string): string {
  return hash.slice(0, 12);
}

function show(value: unknown): string {
  return value === undefined ? "not set" : String(value);
}
