import { isQueryStart, parseExpressions, parseOrdering } from "./parse-lists.js";
import { parseOver } from "./parse-window.js";
import type { TokenStream } from "./token-stream.js";
import type { Case, ColumnReference, Expression, FunctionCall } from "./types.js";

/** Reads what stands between operators: a literal, a column, a call, CASE, CAST, EXISTS, or anything in parentheses. */
export function parseOperand(s: TokenStream): Expression {
  const start = s.start;
  const token = s.token();
  if (token === undefined) s.fail("an expression");
  switch (s.word()) {
    case "NULL":
      s.take();
      return { type: "null", range: s.rangeFrom(start) };
    case "CURRENT_DATE":
    case "CURRENT_TIME":
    case "CURRENT_TIMESTAMP":
      s.take();
      return { type: "current_time", word: token.text.toUpperCase() as "CURRENT_DATE", range: s.rangeFrom(start) };
    case "CASE":
      return parseCase(s);
    case "CAST":
      return parseCast(s);
    case "RAISE":
      // Valid in triggers only.
      return s.fail("an expression");
    case "EXISTS": {
      s.take();
      s.expectSymbol("(");
      const query = s.query();
      s.expectSymbol(")");
      return s.over({ type: "exists", query, range: s.rangeFrom(start) }, query);
    }
  }
  if (s.isSymbol("(")) return parseParenthesis(s);
  if (token.kind === "number") {
    s.take();
    return { type: "number", text: token.text, range: s.rangeFrom(start) };
  }
  if (token.kind === "blob") {
    s.take();
    return { type: "blob", hex: token.text.slice(2, -1), range: s.rangeFrom(start) };
  }
  // #1 names a register of SQLite's own machine.
  if (token.kind === "parameter" && !/^#\d/.test(token.text)) {
    s.take();
    return { type: "parameter", text: token.text, range: s.rangeFrom(start) };
  }
  if (token.kind === "string" && !s.isSymbol(".", 1)) {
    const { name: value, range } = s.takeName("a string");
    return { type: "string", value, range };
  }
  if (s.isOperandName() && s.isSymbol("(", 1)) return parseCall(s);
  if (s.isName()) return parseColumn(s);
  return s.fail("an expression");
}

function parseColumn(s: TokenStream): ColumnReference {
  const start = s.start;
  const names = [s.takeName("a column")];
  while (names.length < 3 && s.takeSymbol(".")) names.push(s.takeName("a name after the dot"));
  const column = names.pop()!;
  const table = names.pop() ?? null;
  return { type: "column", schema: names.pop() ?? null, table, column, range: s.rangeFrom(start) };
}

/** (expression), (a, b) or (SELECT ..). */
function parseParenthesis(s: TokenStream): Expression {
  const start = s.start;
  s.expectSymbol("(");
  if (isQueryStart(s)) {
    const query = s.query();
    s.expectSymbol(")");
    return s.over({ type: "scalar_query", query, range: s.rangeFrom(start) }, query);
  }
  const values = parseExpressions(s);
  s.expectSymbol(")");
  if (values.length === 1) return values[0]!;
  return s.over({ type: "row", values, range: s.rangeFrom(start) }, values);
}

function parseCase(s: TokenStream): Expression {
  const start = s.start;
  s.take();
  const operand = s.word() === "WHEN" ? null : s.expression();
  const branches: Case["branches"] = [];
  do {
    s.expectWord("WHEN");
    const condition = s.expression();
    s.expectWord("THEN");
    branches.push({ condition, result: s.expression() });
  } while (s.word() === "WHEN");
  const otherwise = s.takeWord("ELSE") ? s.expression() : null;
  s.expectWord("END");
  const below = branches.flatMap((branch) => [branch.condition, branch.result]);
  return s.over({ type: "case", operand, branches, otherwise, range: s.rangeFrom(start) }, operand, otherwise, below);
}

function parseCast(s: TokenStream): Expression {
  const start = s.start;
  s.take();
  s.expectSymbol("(");
  const operand = s.expression();
  s.expectWord("AS");
  const typeName = parseTypeName(s);
  s.expectSymbol(")");
  return s.over({ type: "cast", operand, typeName, range: s.rangeFrom(start) }, operand);
}

/** Any words, then at most two numbers in parentheses: DOUBLE PRECISION, DECIMAL(10, -2). */
function parseTypeName(s: TokenStream): string {
  const parts: string[] = [];
  while (s.isBareAlias()) parts.push(s.take().text);
  if (parts.length === 0 || !s.takeSymbol("(")) return parts.join(" ");
  const sizes: string[] = [];
  do {
    const sign = s.takeSymbol("-") ? "-" : "";
    if (sign === "") s.takeSymbol("+");
    if (s.token()?.kind !== "number") s.fail("a number");
    sizes.push(sign + s.take().text);
  } while (sizes.length < 2 && s.takeSymbol(","));
  s.expectSymbol(")");
  return `${parts.join(" ")}(${sizes.join(", ")})`;
}

function parseCall(s: TokenStream): Expression {
  const start = s.start;
  const called = s.takeName("a function");
  s.expectSymbol("(");
  const call: FunctionCall = {
    type: "call",
    function: called,
    distinct: false,
    arguments: [],
    orderBy: [],
    filter: null,
    over: null,
    range: { start, end: start },
  };
  if (s.takeSymbol("*")) call.arguments = "*";
  else {
    call.distinct = s.takeWord("DISTINCT");
    if (!call.distinct) s.takeWord("ALL");
    if (!s.isSymbol(")") && s.word() !== "ORDER") call.arguments = parseExpressions(s);
    call.orderBy = parseOrdering(s);
  }
  s.expectSymbol(")");
  if (s.takeWord("FILTER")) {
    s.expectSymbol("(");
    s.expectWord("WHERE");
    call.filter = s.expression();
    s.expectSymbol(")");
  }
  if (s.takeWord("OVER")) call.over = parseOver(s);
  call.range = s.rangeFrom(start);
  const values = call.arguments === "*" ? [] : call.arguments;
  const window = call.over !== null && "type" in call.over ? call.over : null;
  return s.over(call, values, call.orderBy, call.filter, window);
}
