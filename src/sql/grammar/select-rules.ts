import { afterName, expressionRules, operandName, restOfExpression } from "./expression-rules.js";
import { allows, effect, guard, nameFlag, query } from "./operations.js";
import { act, call, choice, keyword, lexeme, many, name, nothing, optional, type Rule, sequence } from "./rules.js";

const { bare, bareTable, quoted, fresh } = nameFlag;
const expression = call("expression");

const resultAlias = choice(
  sequence(keyword("AS", guard.resultAlias), name(bare | quoted | fresh, effect.itemAlias)),
  act(effect.itemPlain),
);
const endOfItem = sequence(act(effect.itemEnd), resultAlias);

/** A result column. Its first name is read here, since `T1.*` is one only where nothing else stands around it. */
const item = sequence(
  act(guard.itemRoom, effect.itemStart),
  choice(
    lexeme("*", guard.star, effect.takeStar),
    sequence(
      operandName,
      afterName(sequence(restOfExpression, endOfItem), lexeme("*", guard.qualifiedStar, effect.takeStarOf)),
    ),
    sequence(expression, endOfItem),
  ),
);

const aliasName = (...operations: Parameters<typeof act>): Rule =>
  name(bare | quoted | fresh, ...operations, effect.addAliased);

const sourceName = choice(
  sequence(keyword("AS"), aliasName(guard.alias(0))),
  name(bare, guard.alias(1), effect.addAliased),
  act(guard.noAlias, effect.addPlain),
);

const source = choice(
  sequence(name(bare | bareTable | quoted, guard.table, effect.chooseTable), sourceName),
  sequence(
    lexeme("(", guard.derivedTable),
    keyword("SELECT", effect.open(query.derived)),
    call("query"),
    lexeme(")", effect.close),
    sourceName,
  ),
);

const innerJoin = choice(
  keyword("JOIN", guard.moreSources, guard.budget, effect.spend),
  keyword("INNER JOIN", guard.moreSources, guard.budget, effect.spend),
  keyword("CROSS JOIN", guard.moreSources, guard.budget, effect.spend),
);
const leftJoin = sequence(
  keyword("LEFT", guard.moreSources, guard.budget, effect.spend),
  optional(keyword("OUTER")),
  keyword("JOIN"),
);

/** ON of an outer join sees the tables before it alone. */
const sources = sequence(
  source,
  many(
    choice(
      sequence(lexeme(",", guard.moreSources, guard.budget, effect.spend), source),
      sequence(innerJoin, source, optional(keyword("ON"), expression)),
      sequence(leftJoin, source, optional(keyword("ON", effect.outerJoin(1)), expression, act(effect.outerJoin(0)))),
    ),
  ),
);

const direction = choice(keyword("ASC"), keyword("DESC"), nothing);
const comma = lexeme(",", guard.budget, effect.spend);
const list = (element: Rule): Rule => sequence(element, many(comma, element));

const where = optional(keyword("WHERE", effect.clause(allows.subqueries | allows.resultAliases)), expression);
const having = optional(
  keyword(
    "HAVING",
    effect.clause(allows.aggregates | allows.subqueries | allows.resultAliases | allows.aggregateAliases),
  ),
  expression,
);
const groupBy = optional(
  keyword("GROUP BY", effect.clause(allows.resultAliases), effect.grouped),
  list(call("key")),
  having,
);

/** One SELECT of a compound, from behind its first word on. */
const select = sequence(
  act(effect.clause(allows.stars | allows.aggregates | allows.subqueries)),
  choice(keyword("DISTINCT"), keyword("ALL"), nothing),
  item,
  many(lexeme(",", guard.moreItems, effect.spend), item),
  choice(
    sequence(
      keyword("FROM", guard.listDone, effect.clause(0)),
      sources,
      act(guard.fromDone, effect.fromDone),
      where,
      groupBy,
    ),
    act(guard.noFrom, effect.fromDone),
  ),
);

const setOperator = choice(
  sequence(keyword("UNION", guard.setOperation, effect.nextSelect), optional(keyword("ALL"))),
  keyword("INTERSECT", guard.setOperation, effect.nextSelect),
  keyword("EXCEPT", guard.setOperation, effect.nextSelect),
);

const positions = Array.from({ length: 9 }, (_, i) => lexeme(`digit ${i + 1}`, guard.position(i + 1)));
/** A compound is ordered by its result columns; a single SELECT by any expression. */
const orderBy = optional(
  keyword("ORDER BY"),
  choice(
    sequence(
      act(
        guard.compound(0),
        effect.clause(allows.aggregatesIfGrouped | allows.resultAliases | allows.aggregateAliases),
      ),
      list(sequence(choice(...positions, call("key")), direction)),
    ),
    sequence(
      act(guard.compound(1), effect.clause(0)),
      list(sequence(choice(...positions, name(bare | quoted, guard.resultName)), direction)),
    ),
  ),
);

const count = choice(...Array.from({ length: 10 }, (_, digit) => lexeme(`digit ${digit}`)), lexeme("integer"));
const limit = optional(
  keyword("LIMIT"),
  count,
  optional(choice(sequence(keyword("OFFSET"), count), sequence(lexeme(","), count))),
);

/** The rules that contain each other, by name. */
export const selectRules: Readonly<Record<string, Rule>> = {
  ...expressionRules,
  query: sequence(call("select"), many(setOperator, keyword("SELECT"), call("select")), orderBy, limit),
  select,
};

/** An answer: one query, a semicolon or none. */
export const answerRule: Rule = sequence(
  keyword("SELECT", effect.open(query.top)),
  call("query"),
  optional(lexeme(";")),
  lexeme("end"),
);
