import { isQueryStart, parseExpressions, parseTableName } from "./parse-lists.js";
import { SqlSyntaxError } from "./syntax-error.js";
import type { TokenStream } from "./token-stream.js";
import type { FromClause, Join, JoinKind, Name, TableReference, TableTerm } from "./types.js";

/** The tables after FROM, up to what is no join. */
export function parseFrom(s: TokenStream): FromClause {
  s.enter();
  const start = s.start;
  const first = parseTerm(s);
  if (s.word() === "ON" || s.word() === "USING") s.fail("a JOIN before ON or USING");
  const joins: Join[] = [];
  for (let join = parseJoin(s); join !== null; join = parseJoin(s)) joins.push(join);
  s.leave();
  const below = joins.flatMap((join) => [join.term, join.on]);
  return s.over({ first, joins, range: s.rangeFrom(start) }, first, below);
}

function parseJoin(s: TokenStream): Join | null {
  const start = s.start;
  const operator = parseJoinOperator(s);
  if (operator === null) return null;
  const term = parseTerm(s);
  const on = s.takeWord("ON") ? s.expression() : null;
  const using: Name[] = [];
  if (on === null && s.takeWord("USING")) {
    s.expectSymbol("(");
    do using.push(s.takeName("a column"));
    while (s.takeSymbol(","));
    s.expectSymbol(")");
  }
  return { ...operator, term, on, using, range: s.rangeFrom(start) };
}

const JOIN_WORDS = new Set(["NATURAL", "LEFT", "RIGHT", "FULL", "INNER", "OUTER", "CROSS"]);

/** A comma, JOIN, or up to three of the words before it in any order that makes sense (build.c, sqlite3JoinType). */
function parseJoinOperator(s: TokenStream): { kind: JoinKind; natural: boolean } | null {
  if (s.takeSymbol(",")) return { kind: ",", natural: false };
  if (s.takeWord("JOIN")) return { kind: "JOIN", natural: false };
  if (!JOIN_WORDS.has(s.word())) return null;
  const start = s.start;
  const said = new Set<string>([s.take().text.toUpperCase()]);
  for (let i = 0; i < 2 && s.word() !== "JOIN"; i++) {
    if (!s.isName()) break;
    said.add(s.take().text.toUpperCase());
  }
  s.expectWord("JOIN");
  const left = said.has("LEFT") || said.has("FULL");
  const right = said.has("RIGHT") || said.has("FULL");
  const outer = left || right || said.has("OUTER");
  const inner = said.has("INNER") || said.has("CROSS");
  if ([...said].some((word) => !JOIN_WORDS.has(word)) || (outer && (inner || !(left || right)))) {
    const name = [...said].join(" ");
    const expected = "NATURAL, INNER, CROSS, LEFT, RIGHT or FULL [OUTER] JOIN";
    throw new SqlSyntaxError(`unknown join type: ${name} at ${start}: expected ${expected}`, start, name, expected);
  }
  const kind = outer ? (left && right ? "FULL JOIN" : left ? "LEFT JOIN" : "RIGHT JOIN") : null;
  return { kind: kind ?? (said.has("CROSS") ? "CROSS JOIN" : "JOIN"), natural: said.has("NATURAL") };
}

function parseTerm(s: TokenStream): TableTerm {
  const start = s.start;
  if (s.takeSymbol("(")) {
    if (isQueryStart(s)) {
      const query = s.query();
      s.expectSymbol(")");
      const alias = s.takeAlias();
      return s.over({ type: "from_query", query, alias, range: s.rangeFrom(start) }, query);
    }
    const from = parseFrom(s);
    s.expectSymbol(")");
    const alias = s.takeAlias();
    return s.over({ type: "from_group", from, alias, range: s.rangeFrom(start) }, from);
  }
  const { schema, name } = parseTableName(s, 'a table or "("');
  if (s.takeSymbol("(")) {
    const values = s.isSymbol(")") ? [] : parseExpressions(s);
    s.expectSymbol(")");
    const alias = s.takeAlias();
    const range = s.rangeFrom(start);
    return s.over({ type: "table_function", schema, name, arguments: values, alias, range }, values);
  }
  const alias = s.takeAlias();
  return { type: "table", schema, name, alias, index: parseIndex(s), range: s.rangeFrom(start) };
}

function parseIndex(s: TokenStream): TableReference["index"] {
  if (s.word() === "NOT" && s.word(1) === "INDEXED") {
    s.take();
    s.take();
    return "none";
  }
  if (!s.takeWord("INDEXED")) return null;
  s.expectWord("BY");
  return s.takeName("the name of an index");
}
