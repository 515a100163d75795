import type { AdapterConfig } from "./adapter-config.js";
import type { SqltuneFile } from "./sqltune-file.js";

/** What the card says beside the adapter's own files. */
export interface ModelCardDetails {
  /** Heading; default "Text-to-SQL adapter". */
  title?: string;
  /** SPDX id as the Hub spells it ("apache-2.0"); a derived model usually takes its base's. */
  license?: string;
  /** Hub ids of the data sets trained on. */
  datasets?: readonly string[];
  /** One line on the training: rows, epochs, hardware. */
  training?: string;
}

/** README.md of an adapter folder: the Hub's YAML front matter, how to load it in both worlds, and its scores. */
export function renderModelCard(config: AdapterConfig, file: SqltuneFile, details: ModelCardDetails = {}): string {
  const base = config.baseModel;
  const front = [
    ...(base ? [`base_model: ${base}`] : []),
    "library_name: peft",
    "pipeline_tag: text-generation",
    ...(details.license ? [`license: ${details.license}`] : []),
    ...list("datasets", details.datasets ?? []),
    ...list("tags", [...(base ? [`base_model:adapter:${base}`] : []), "lora", "sqltune", "text-to-sql"]),
  ];
  const scores = Object.entries(file.metrics).filter(([, value]) => typeof value === "number");
  const sections = [
    `---\n${front.join("\n")}\n---`,
    `# ${details.title ?? "Text-to-SQL adapter"}`,
    `A LoRA adapter (rank ${config.r}, alpha ${config.loraAlpha}) that turns a question and a database schema into ` +
      `SQL, trained with sqltune ${file.sqltune_version} on ${base ? `[${base}](https://huggingface.co/${base})` : "a model without a Hub id"}.`,
    ...(details.training ? [details.training] : []),
    "## Use",
    `\`\`\`sh\nnpx sqltune infer --adapter . --db your.sqlite --question "How many orders were placed in May?"\n\`\`\``,
    ...(base
      ? [
          `\`\`\`python\nfrom peft import AutoPeftModelForCausalLM\n\nmodel = AutoPeftModelForCausalLM.from_pretrained(".")\n\`\`\``,
        ]
      : []),
    `Prompts are written by sqltune's \`${file.prompt.name}\` program with the schema as \`${file.prompt.schema_format}\`; ` +
      "`sqltune.json` holds all that is needed to write the same prompt.",
    ...(scores.length > 0
      ? [
          `## Scores\n\n| metric | value |\n|---|---|\n${scores.map(([k, v]) => `| ${k} | ${score(v as number)} |`).join("\n")}`,
        ]
      : []),
    `## Base weights\n\nTrained on weights from: ${file.base.origin}, sha256 \`${file.base.weights_hash}\`. On other ` +
      "weights of the same model it works, with other numbers.",
  ];
  return `${sections.join("\n\n")}\n`;
}

const list = (key: string, items: readonly string[]): string[] =>
  items.length === 0 ? [] : [`${key}:`, ...items.map((item) => `- ${item}`)];

const score = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(4));
