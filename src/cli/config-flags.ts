import type { Options } from "yargs";
import { type Config, chooseConfig, configNotes, loadConfig, type Override, yamlValue } from "../config/index.js";
import type { Printer } from "./io.js";
import { text } from "./options.js";

/** `--config` and `--set`, as every verb that reads a config takes them. */
export const configFlags = {
  config: text("YAML config; without it ./sqltune.yaml, else the quickstart's"),
  set: {
    type: "string",
    array: true,
    requiresArg: true,
    describe: "one key, before the file's: section.key=value (may be repeated)",
  },
} satisfies Record<string, Options>;

/** Loads the config a verb was asked for; prints which one where none was named, and what in it has no effect. */
export async function configFromFlags(
  flags: { config?: string; set?: string[] },
  overrides: readonly Override[],
  print: Printer,
): Promise<Config> {
  const chosen = flags.config === undefined ? await chooseConfig() : { file: flags.config, reason: null };
  if (chosen.reason !== null) print.note(`config: ${chosen.file} (${chosen.reason})`);
  // A verb's own short flags go before --set: they are the more deliberate.
  const config = await loadConfig(chosen.file, { set: [...(flags.set ?? []), ...overrides] });
  for (const line of configNotes(config)) print.note(`note: ${line}`);
  return config;
}

/** An override by a flag that is short for a key; nothing where the flag was not given. */
export function shortFlag(from: string, value: string | undefined, ...keys: string[]): Override[] {
  return value === undefined ? [] : keys.map((key) => ({ key, value: yamlValue(value), from }));
}
