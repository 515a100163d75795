import type { SqltuneFile } from "../adapter/index.js";
import { createPromptProgram, DEFAULT_SYSTEM } from "../prompt/create-prompt-program.js";
import type { ModelPromptProgram, PromptProgramName } from "../prompt/types.js";
import { SERIALIZER_VERSION, serializeSchema } from "../schema/serialize-schema.js";
import type { SchemaFormat } from "../schema/types.js";
import type { Tokenizer } from "../tokenizer/types.js";
import type { PromptOptions } from "./engine-types.js";

/** How prompts are written, and where an answer to them ends. */
export interface EnginePrompt {
  program: ModelPromptProgram;
  settings: { program: PromptProgramName; schemaFormat: SchemaFormat; system: string | null };
  stopIds: readonly number[];
  warnings: string[];
}

/**
 * The prompt an adapter was trained with, so that what is trained is what is served; without an adapter the chat template
 * (or the [INST] program for a model that has none) with the schema as DDL. `options` override it, with a warning where
 * they differ from the training.
 */
export function promptFor(tokenizer: Tokenizer, saved: SqltuneFile | null, options: PromptOptions = {}): EnginePrompt {
  const trained = saved && {
    program: saved.prompt.name as PromptProgramName,
    schemaFormat: saved.prompt.schema_format,
    system: saved.prompt.system,
  };
  const fallback = {
    program: tokenizer.chatTemplate ? "chat" : "inst",
    schemaFormat: "ddl",
    system: DEFAULT_SYSTEM,
  } as const;
  const base = trained ?? fallback;
  const settings = {
    program: options.program ?? base.program,
    schemaFormat: options.schemaFormat ?? base.schemaFormat,
    system: options.system === undefined ? base.system : options.system,
  };
  const warnings: string[] = [];
  if (saved && saved.serializer_version !== SERIALIZER_VERSION) {
    warnings.push(
      `The adapter was trained on schemas as serializer version ${saved.serializer_version} writes them, this sqltune has ` +
        `version ${SERIALIZER_VERSION}; sqltune ${saved.sqltune_version} serves it as it was trained.`,
    );
  }
  if (trained) {
    for (const key of ["program", "schemaFormat", "system"] as const) {
      if (settings[key] !== trained[key]) {
        warnings.push(
          `The adapter was trained with prompt ${key} ${JSON.stringify(trained[key])}; it is asked with ` +
            `${JSON.stringify(settings[key])}, and will answer worse.`,
        );
      }
    }
  }
  const { schemaFormat, system } = settings;
  const program = createPromptProgram({
    ...{ name: settings.program, tokenizer, schemaFormat, system },
    serializeSchema: (schema) => serializeSchema(schema, schemaFormat),
  });
  return {
    program,
    settings,
    stopIds: saved?.stop_ids ?? tokenizer.stopIds,
    warnings: [...warnings, ...program.notes],
  };
}
