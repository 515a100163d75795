import { parseSchema } from "../schema/parse-schema.js";
import type { Schema } from "../schema/types.js";

const KEPT = 256;
const KEPT_CHARACTERS = 4 * 2 ** 20;

/**
 * The schemas that clients have sent as texts, the least recently used forgotten first. The same text gives the same
 * object again, by which the engine knows what it has prepared for it. Each client's apart, like kept prefixes.
 */
export class SchemaTexts {
  private readonly read = new Map<string, Schema>();
  private characters = 0;

  /** @throws SqltuneError for a text that is no schema */
  get(text: string, client: string): Schema {
    const key = `${client}\n${text}`;
    const schema = this.read.get(key) ?? parseSchema(text);
    if (!this.read.delete(key)) this.characters += key.length;
    this.read.set(key, schema);
    for (const [oldest] of this.read) {
      if (this.read.size <= KEPT && this.characters <= KEPT_CHARACTERS) break;
      this.read.delete(oldest);
      this.characters -= oldest.length;
    }
    return schema;
  }
}
