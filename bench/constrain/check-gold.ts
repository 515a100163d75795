import { prepareAsStock } from "../../src/database/double-quoted-strings.js";
import type { Tokenizer } from "../../src/tokenizer/types.js";
import type { DatabaseAutomaton } from "./schema-automata.js";

export interface GoldRow {
  query: string;
  db_id: string;
}

/** Takes each gold query that prepares through its database's automaton, token by token, to the end. */
export function checkGold(
  rows: readonly GoldRow[],
  automata: (dbId: string) => DatabaseAutomaton | null,
  tokenizer: Tokenizer,
) {
  let ran = 0;
  let admitted = 0;
  let tokens = 0;
  let milliseconds = 0;
  const refused: string[] = [];
  for (const { query, db_id } of rows) {
    const known = automata(db_id);
    if (known === null) continue;
    try {
      prepareAsStock(known.database, query, () => known.columns);
    } catch {
      continue;
    }
    ran++;
    const ids = tokenizer.encode(query.trim());
    const started = performance.now();
    const constraint = known.automaton.begin();
    let at = 0;
    while (at < ids.length && constraint.admits(ids[at]!)) constraint.accept(ids[at++]!);
    const ends = at === ids.length && constraint.admits(tokenizer.stopIds[0]!);
    milliseconds += performance.now() - started;
    tokens += at;
    if (ends) admitted++;
    else
      refused.push(
        `${db_id}: ${tokenizer.decode(ids.subarray(0, at))} <<${tokenizer.decode(ids.subarray(at, at + 4))}>>`,
      );
  }
  return { ran, admitted, refused, microseconds: (1000 * milliseconds) / Math.max(1, tokens) };
}
