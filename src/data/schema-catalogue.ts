import { SqltuneError } from "../errors.js";
import { parseSchema } from "../schema/parse-schema.js";
import type { Dialect, Schema } from "../schema/types.js";
import { sha256Text } from "./checksum.js";

/** Schemas that rows carry as text: equal texts are one database, parsed once. */
export class SchemaCatalogue {
  readonly schemas = new Map<string, Schema>();
  private readonly seen = new Map<string, { dbId: string } | { problem: string }>();

  /** @param dialect default: detected for each text. */
  constructor(private readonly dialect?: Dialect) {}

  /** The dbId of a schema's text, or why it cannot be read. The id is its first table's name and a hash of the text. */
  add(text: string): { dbId: string } | { problem: string } {
    const key = text.trim();
    const known = this.seen.get(key);
    if (known !== undefined) return known;
    const result = this.parse(key);
    this.seen.set(key, result);
    return result;
  }

  private parse(text: string): { dbId: string } | { problem: string } {
    try {
      const schema = parseSchema(text, this.dialect === undefined ? {} : { dialect: this.dialect });
      const dbId = `${schema.tables[0]!.name}-${sha256Text(text).slice(0, 8)}`;
      this.schemas.set(dbId, { ...schema, dbId });
      return { dbId };
    } catch (error) {
      if (!(error instanceof SqltuneError)) throw error;
      return { problem: error.message.split("\n")[0]! };
    }
  }
}
