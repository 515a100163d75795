import { functionCall } from "./functions.js";
import { effect, guard, nameFlag, query } from "./operations.js";
import { act, call, choice, keyword, lexeme, many, name, nothing, optional, type Rule, sequence } from "./rules.js";

const { bare, bareTable, quoted } = nameFlag;
const expression = call("expression");

/** A column after a table's name and the dot; after a dot some keywords are names too. */
export const qualifiedColumn = name(bare | bareTable | quoted, guard.qualifiedColumn, effect.referQualified);

/**
 * What may follow a name that opens an operand: the rest of a qualified column, a function's arguments, or nothing, when it
 * was a column. `star` is what `*` goes on with, where `T1.*` may stand; the others go on with `rest`.
 */
export const afterName = (rest: Rule, star: Rule | null = null): Rule =>
  choice(
    sequence(functionCall, rest),
    sequence(
      lexeme(".", guard.qualifier),
      star === null ? sequence(qualifiedColumn, rest) : choice(star, sequence(qualifiedColumn, rest)),
    ),
    sequence(act(guard.column, effect.refer), rest),
  );

export const operandName = name(bare | quoted, guard.operand, effect.remember);

const digits = Array.from({ length: 10 }, (_, digit) => `digit ${digit}`);
const number = choice(...[...digits, "integer", "real"].map((kind) => lexeme(kind, effect.compose)));

/** "x": SQLite takes it as a column where there is one of that name, else as a string. */
const doubleQuoted = sequence(
  lexeme("double-quoted", guard.notInDerivedItem, guard.text(1), effect.remember),
  choice(sequence(lexeme(".", guard.qualifier), qualifiedColumn), act(guard.text(0), effect.referText)),
);

const clock = choice(
  ...["CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP"].map((word) => keyword(word, effect.compose)),
);

const when = sequence(keyword("WHEN", guard.budget, effect.spend), expression, keyword("THEN"), expression);

const caseExpression = sequence(
  keyword("CASE", guard.depth, effect.compose),
  choice(
    sequence(keyword("WHEN"), expression, keyword("THEN"), expression),
    sequence(expression, keyword("WHEN"), expression, keyword("THEN"), expression),
  ),
  many(when),
  optional(keyword("ELSE"), expression),
  keyword("END"),
);

const TYPES = "INTEGER INT REAL FLOAT DOUBLE NUMERIC DECIMAL TEXT VARCHAR CHAR DATE DATETIME BIGINT BLOB BOOLEAN";
const integer = choice(...[...digits, "integer"].map((kind) => lexeme(kind)));
const typeName = sequence(
  choice(...TYPES.split(" ").map((type) => keyword(type))),
  optional(lexeme("("), integer, optional(lexeme(","), integer), lexeme(")")),
);

const cast = sequence(
  keyword("CAST", guard.depth, effect.compose),
  lexeme("("),
  expression,
  keyword("AS"),
  typeName,
  lexeme(")"),
);

/** SELECT and the rest of a query in brackets, the opening one read before. */
export const subquery = (kind: number, ...guards: (typeof guard.subquery)[]): Rule =>
  sequence(keyword("SELECT", ...guards, effect.open(kind)), call("query"), lexeme(")", effect.close));

const sign = choice(lexeme("-", guard.depth, effect.compose), lexeme("+", guard.depth, effect.compose));

const operand = choice(
  number,
  lexeme("string", effect.compose),
  keyword("NULL", effect.compose),
  clock,
  doubleQuoted,
  sequence(sign, call("operand")),
  caseExpression,
  cast,
  sequence(lexeme("(", guard.depth), choice(subquery(query.scalar, guard.subquery), sequence(expression, lexeme(")")))),
  sequence(operandName, afterName(nothing)),
);

const calculation = choice(
  ...["+", "-", "*", "/", "%", "||"].map((operator) => lexeme(operator, guard.budget, effect.compose, effect.spend)),
);
const furtherOperands = many(calculation, call("operand"));
const sum = sequence(call("operand"), furtherOperands);

const inList = sequence(
  lexeme("(", guard.depth),
  choice(
    subquery(query.list, guard.subquery),
    sequence(expression, many(lexeme(",", guard.budget, effect.spend), expression), lexeme(")")),
  ),
);

const comparisons = ["=", "==", "<", "<=", "<>", ">", ">=", "!="];
const matching = choice(
  sequence(keyword("IN", guard.depth, effect.compose), inList),
  sequence(keyword("LIKE", effect.compose), sum),
  sequence(keyword("GLOB", effect.compose), sum),
  sequence(keyword("BETWEEN", effect.compose), sum, keyword("AND"), sum),
);
const comparison = choice(
  ...comparisons.map((operator) => sequence(lexeme(operator, effect.compose), sum)),
  sequence(keyword("NOT", effect.compose), matching),
  matching,
);
const isNull = sequence(keyword("IS", effect.compose), optional(keyword("NOT")), keyword("NULL"));
const predicate = choice(comparison, isNull, nothing);

const connective = choice(
  keyword("AND", guard.budget, effect.compose, effect.spend),
  keyword("OR", guard.budget, effect.compose, effect.spend),
);
const furtherTerms = many(connective, call("term"));
/** What may follow the first operand of an expression. */
export const restOfExpression = sequence(furtherOperands, predicate, furtherTerms);

const exists = sequence(keyword("EXISTS", guard.subquery, effect.compose), lexeme("("), subquery(query.exists));
const positiveTerm = choice(exists, sequence(sum, predicate));

/**
 * An expression of ORDER BY or GROUP BY: none that SQLite makes a number of, which it would take for a column's place. That
 * are numbers, `'a' IS NULL` and `a AND 0`, in brackets too. There are no subqueries in it.
 */
const maybeConstant = choice(
  lexeme("string", effect.compose),
  doubleQuoted,
  sequence(lexeme("(", guard.depth), call("key"), lexeme(")")),
);
const neverConstant = choice(
  sequence(sign, call("key operand")),
  caseExpression,
  cast,
  sequence(operandName, afterName(nothing)),
);
const key = choice(
  sequence(maybeConstant, furtherOperands, choice(comparison, nothing)),
  sequence(neverConstant, furtherOperands, predicate),
);

export const expressionRules: Readonly<Record<string, Rule>> = {
  expression: sequence(call("term"), furtherTerms),
  term: choice(sequence(keyword("NOT", effect.compose), positiveTerm), positiveTerm),
  operand,
  key,
  "key operand": choice(maybeConstant, neverConstant),
};
