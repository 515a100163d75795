import type { TokenStream } from "./token-stream.js";
import type { Expression, Name, OrderingTerm } from "./types.js";

/** a, b, .. */
export function parseExpressions(s: TokenStream): Expression[] {
  const list = [s.expression()];
  while (s.takeSymbol(",")) list.push(s.expression());
  return list;
}

/** ORDER BY a [ASC | DESC] [NULLS FIRST | LAST], ..; an empty list without ORDER BY. */
export function parseOrdering(s: TokenStream): OrderingTerm[] {
  if (!s.takeWord("ORDER")) return [];
  s.expectWord("BY");
  const terms: OrderingTerm[] = [];
  do {
    const start = s.start;
    const expression = s.expression();
    const descending = s.takeWord("DESC");
    if (!descending) s.takeWord("ASC");
    let nulls: OrderingTerm["nulls"] = null;
    if (s.takeWord("NULLS")) {
      if (s.word() !== "FIRST" && s.word() !== "LAST") s.fail("FIRST or LAST");
      nulls = s.word() as "FIRST" | "LAST";
      s.take();
    }
    terms.push(s.over({ expression, descending, nulls, range: s.rangeFrom(start) }, expression));
  } while (s.takeSymbol(","));
  return terms;
}

/** True where SELECT, VALUES or WITH opens a query. */
export function isQueryStart(s: TokenStream): boolean {
  return s.word() === "SELECT" || s.word() === "VALUES" || s.word() === "WITH";
}

/** [schema.]table */
export function parseTableName(s: TokenStream, expected: string): { schema: Name | null; name: Name } {
  const name = s.takeName(expected);
  return s.takeSymbol(".") ? { schema: name, name: s.takeName("a table after the dot") } : { schema: null, name };
}
