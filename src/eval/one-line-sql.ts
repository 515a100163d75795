import { lex } from "../sql/lexer.js";

/**
 * What stands for an empty answer. An empty line would part two dialogues to the official scripts, and a comment would run
 * and match an empty result; this fails to parse there, as it should.
 */
export const NO_ANSWER = "NO_ANSWER";

/** SQL on one line, as the official scripts read it: no line breaks and no tabs, comments left out, literals kept whole. */
export function oneLineSql(sql: string): string {
  let out = "";
  let end = 0;
  for (const token of lex(sql)) {
    const separated = token.start > end;
    end = token.end;
    if (token.kind === "comment") {
      if (!out.endsWith(" ")) out += " ";
      continue;
    }
    if (separated && !out.endsWith(" ")) out += " ";
    // Inside a literal: a line break there cannot be kept, and becomes the space that it looks like.
    out += token.text.replace(/[\r\n\t]/g, " ");
  }
  return out.trim();
}

/** One row of gold.sql: the query, a tab, the database's id. */
export function goldLine(sql: string, dbId: string | null): string {
  return `${oneLineSql(sql)}\t${dbId ?? ""}\n`;
}
