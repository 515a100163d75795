import { BINARY_OPERATORS, POWER } from "./operators.js";
import { isQueryStart, parseExpressions, parseTableName } from "./parse-lists.js";
import { parseOperand } from "./parse-operand.js";
import type { TokenStream } from "./token-stream.js";
import type { Between, BinaryOperator, Expression, In, NullLiteral, PatternMatch } from "./types.js";

const MATCHES = new Set(["LIKE", "GLOB", "REGEXP", "MATCH"]);

/**
 * Reads an expression by precedence climbing.
 * @param minimum the weakest operator that still belongs to it.
 * @param stopAtAnd true for the lower end of BETWEEN, whose AND is not an operator.
 */
export function parseExpression(s: TokenStream, minimum: number = POWER.OR, stopAtAnd = false): Expression {
  s.enter();
  let left = parsePrefix(s);
  for (;;) {
    if (stopAtAnd && s.word() === "AND") break;
    const whole = parseInfix(s, left, minimum);
    if (whole === null) break;
    left = whole;
  }
  s.leave();
  return left;
}

function parsePrefix(s: TokenStream): Expression {
  const start = s.start;
  const sign = ["-", "+", "~"].find((text) => s.isSymbol(text)) as "-" | "+" | "~" | undefined;
  if (sign === undefined && s.word() !== "NOT") return parseOperand(s);
  s.take();
  const operand = s.expression(sign === undefined ? POWER.NOT : POWER.SIGN);
  return s.over({ type: "unary", operator: sign ?? "NOT", operand, range: s.rangeFrom(start) }, operand);
}

/** The operator that follows `left` with what belongs to it; null when none does. */
function parseInfix(s: TokenStream, left: Expression, minimum: number): Expression | null {
  const word = s.word();
  // NOT in front of LIKE, IN, BETWEEN and NULL binds as the prefix NOT does: a = b NOT IN (c) is (a = b) NOT IN (c).
  if (word === "NOT") return minimum <= POWER.NOT ? parseNegated(s, left) : null;
  const token = s.token();
  const isOperator = word !== "" || token?.kind === "operator";
  const known = isOperator ? BINARY_OPERATORS.get(word === "" ? token!.text : word) : undefined;
  if (known !== undefined) return known[1] < minimum ? null : parseBinary(s, left, known[0], known[1]);
  if (word === "COLLATE") return minimum <= POWER.COLLATE ? parseCollate(s, left) : null;
  return minimum <= POWER.EQUALITY ? parsePredicate(s, left, false) : null;
}

function parseBinary(s: TokenStream, left: Expression, sign: BinaryOperator, power: number): Expression {
  s.take();
  let operator = sign;
  if (operator === "IS") {
    let negated = s.takeWord("NOT");
    if (s.word() === "DISTINCT") {
      s.take();
      s.expectWord("FROM");
      negated = !negated;
    }
    if (negated) operator = "IS NOT";
  }
  const right = s.expression(power + 1);
  return s.over({ type: "binary", operator, left, right, range: s.rangeFrom(left.range.start) }, left, right);
}

function parseNegated(s: TokenStream, left: Expression): Expression | null {
  if (s.word(1) === "NULL") {
    s.take();
    const at = s.start;
    s.take();
    return nullTest(s, left, "IS NOT", { type: "null", range: s.rangeFrom(at) });
  }
  if (!MATCHES.has(s.word(1)) && s.word(1) !== "BETWEEN" && s.word(1) !== "IN") {
    s.take();
    s.fail("NULL, LIKE, GLOB, REGEXP, MATCH, BETWEEN or IN after NOT");
  }
  s.take();
  return parsePredicate(s, left, true);
}

/** ISNULL, NOTNULL, LIKE and its sisters, BETWEEN, IN. */
function parsePredicate(s: TokenStream, left: Expression, negated: boolean): Expression | null {
  const word = s.word();
  if (word === "ISNULL" || word === "NOTNULL") {
    const token = s.take();
    const range = { start: token.start, end: token.end };
    return nullTest(s, left, word === "ISNULL" ? "IS" : "IS NOT", { type: "null", range });
  }
  if (MATCHES.has(word)) return parseMatch(s, left, negated);
  if (word === "BETWEEN") {
    s.take();
    const low = s.expression(POWER.OR, true);
    s.expectWord("AND");
    const high = s.expression(POWER.COMPARISON);
    const between: Between = {
      type: "between",
      negated,
      operand: left,
      low,
      high,
      range: s.rangeFrom(left.range.start),
    };
    return s.over(between, left, low, high);
  }
  return word === "IN" ? parseIn(s, left, negated) : null;
}

function nullTest(s: TokenStream, left: Expression, operator: "IS" | "IS NOT", right: NullLiteral): Expression {
  return s.over({ type: "binary", operator, left, right, range: s.rangeFrom(left.range.start) }, left);
}

function parseMatch(s: TokenStream, left: Expression, negated: boolean): Expression {
  const operator = s.word() as PatternMatch["operator"];
  s.take();
  const pattern = s.expression(POWER.COMPARISON);
  const escapedBy = s.takeWord("ESCAPE") ? s.expression(POWER.COMPARISON) : null;
  const range = s.rangeFrom(left.range.start);
  return s.over(
    { type: "match", operator, negated, operand: left, pattern, escape: escapedBy, range },
    left,
    pattern,
    escapedBy,
  );
}

function parseIn(s: TokenStream, left: Expression, negated: boolean): Expression {
  s.take();
  const source = parseInSource(s);
  return s.over({ type: "in", negated, operand: left, source, range: s.rangeFrom(left.range.start) }, left, source);
}

function parseInSource(s: TokenStream): In["source"] {
  if (s.takeSymbol("(")) {
    const source = isQueryStart(s) ? s.query() : s.isSymbol(")") ? [] : parseExpressions(s);
    s.expectSymbol(")");
    return source;
  }
  const start = s.start;
  const { schema, name } = parseTableName(s, '"(" or a table name');
  if (!s.takeSymbol("(")) return { type: "table", schema, name, alias: null, index: null, range: s.rangeFrom(start) };
  const values = s.isSymbol(")") ? [] : parseExpressions(s);
  s.expectSymbol(")");
  const range = s.rangeFrom(start);
  return s.over({ type: "table_function", schema, name, arguments: values, alias: null, range }, values);
}

function parseCollate(s: TokenStream, operand: Expression): Expression {
  s.take();
  if (!s.isBareAlias()) s.fail("the name of a collation");
  const collation = s.takeName("the name of a collation");
  return s.over({ type: "collate", operand, collation, range: s.rangeFrom(operand.range.start) }, operand);
}
