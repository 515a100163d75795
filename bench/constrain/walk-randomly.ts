import { prepareAsStock } from "../../src/database/double-quoted-strings.js";
import { extractSql } from "../../src/prompt/extract-sql.js";
import type { Tokenizer } from "../../src/tokenizer/types.js";
import type { DatabaseAutomaton } from "./schema-automata.js";

const LONGEST = 300;

/** Mulberry32 (Tommy Ettinger): numbers in [0, 1) from a seed. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * Says admitted tokens at random until the end token comes: now pieces that SQL and the schema's names are made of, now any
 * tokens of the mask. The longer the text, the likelier it ends where it may.
 */
export function walkRandomly(
  databases: readonly string[],
  automata: (dbId: string) => DatabaseAutomaton | null,
  { each, seed }: { each: number; seed: number },
  tokenizer: Tokenizer,
) {
  const result = { walks: 0, ended: 0, prepared: 0, stuck: 0, tokens: 0, failures: [] as string[] };
  const times: number[] = [];
  let accepting = 0;
  let accepted = 0;
  for (const [number, dbId] of databases.entries()) {
    const known = automata(dbId);
    if (known === null) continue;
    const next = random(seed * 1000 + number);
    const pieces = piecesOf(known, tokenizer);
    for (let walk = 0; walk < each; walk++) {
      result.walks++;
      const constraint = known.automaton.begin();
      const ids: number[] = [];
      const take = (id: number) => {
        const before = performance.now();
        constraint.accept(id);
        accepting += performance.now() - before;
        accepted++;
        ids.push(id);
      };
      let ended = false;
      // Some walks are plain, some wild.
      const wild = next() * 0.2;
      while (ids.length < LONGEST && !ended) {
        const stop = tokenizer.stopIds.find((id) => constraint.admits(id));
        if (stop !== undefined && next() < 0.02 + ids.length / 400) {
          ended = true;
          break;
        }
        if (next() >= wild) {
          let taken = false;
          for (let attempt = 0; attempt < 60 && !taken; attempt++) {
            const group = pieces[Math.floor(next() * pieces.length)]!;
            for (const id of group[Math.floor(next() * group.length)]!) {
              if (!constraint.admits(id)) break;
              take(id);
              taken = true;
            }
          }
          if (taken) continue;
        }
        const started = performance.now();
        const mask = constraint.mask();
        times.push((performance.now() - started) * 1000);
        const all = bitsOf(mask).filter((id) => !tokenizer.stopIds.includes(id));
        if (all.length === 0) {
          if (stop !== undefined) ended = true;
          else {
            result.stuck++;
            result.failures.push(`stuck, ${dbId}: ${tokenizer.decode(ids)}`);
          }
          break;
        }
        const id = all[Math.floor(next() * all.length)]!;
        if (!constraint.admits(id)) {
          result.failures.push(`mask and admits differ, ${dbId}: ${tokenizer.decode(ids)} <<${id}>>`);
          break;
        }
        take(id);
      }
      if (!ended) continue;
      result.ended++;
      result.tokens += ids.length;
      const sql = extractSql(tokenizer.decode(ids, { skipSpecialTokens: true }));
      try {
        prepareAsStock(known.database, sql, () => known.columns);
        result.prepared++;
      } catch (error) {
        result.failures.push(`${dbId}: ${(error as Error).message}: ${sql}`);
      }
    }
  }
  times.sort((a, b) => a - b);
  const total = times.reduce((sum, time) => sum + time, 0);
  return {
    ...result,
    maskMicroseconds: total / Math.max(1, times.length),
    maskMedian: times[times.length >> 1] ?? 0,
    maskMost: times.at(-1) ?? 0,
    acceptMicroseconds: (1000 * accepting) / Math.max(1, accepted),
  };
}

const KEYWORDS = `SELECT;FROM;WHERE;GROUP BY;ORDER BY;HAVING;LIMIT;JOIN;LEFT JOIN;ON;AS;AND;OR;NOT;IN (;LIKE;BETWEEN;IS NULL;EXISTS (;
  UNION;UNION ALL;INTERSECT;EXCEPT;DISTINCT;DESC;ASC;CASE WHEN;THEN;ELSE;END;CAST(;(SELECT;, (SELECT;FROM (SELECT;SELECT *;T1.*;
  SELECT DISTINCT;INNER JOIN;IN (SELECT;NULL;as total;AS name;AS "Total x";AS id;OFFSET;AS INT)`;
const FUNCTIONS =
  "COUNT(*);COUNT(;SUM(;AVG(;MIN(;MAX(;abs(;round(;substr(;lower(;coalesce(;group_concat(;count(DISTINCT;strftime(";
const MARKS = "(;);,;.;*;=;>;<;>=;!=;';\";;;-;+;/;||;`;[;];1;2;3;17;2.5;'abc';'%a%';\"abc\"";

/** Texts by kind, each as tokens with and without a space before it. */
function piecesOf({ schema }: DatabaseAutomaton, tokenizer: Tokenizer): number[][][] {
  const columns = schema.tables.flatMap((table) => table.columns.map((column) => column.name));
  const tables = schema.tables.map((table) => table.name);
  const aliases = ["T1", "T2", "T3", "a", "t1", "total", "foo"];
  const split = (text: string) => text.split(";").map((word) => word.trim() || ";");
  const groups = [
    split(KEYWORDS),
    split(KEYWORDS).map((word) => word.toLowerCase()),
    split(FUNCTIONS),
    split(MARKS),
    columns,
    tables,
    aliases,
    aliases.map((alias) => `AS ${alias}`),
    columns.slice(0, 40).map((column) => `"${column}"`),
    columns.slice(0, 40).map((column) => `\`${column}\``),
    columns.flatMap((column) => aliases.slice(0, 3).map((alias) => `${alias}.${column}`)),
    schema.tables.flatMap((table) => table.columns.map((column) => `${table.name}.${column.name}`)),
  ];
  return groups.map((group) =>
    group.flatMap((text) => [text, ` ${text}`].map((written) => [...tokenizer.encode(written)])),
  );
}

function bitsOf(mask: Uint32Array): number[] {
  const ids: number[] = [];
  for (const [word, bits] of mask.entries()) {
    for (let rest = bits; rest !== 0; rest &= rest - 1) ids.push(word * 32 + 31 - Math.clz32(rest & -rest));
  }
  return ids;
}
