import { effect, guard } from "./operations.js";
import { call, choice, keyword, lexeme, many, optional, type Rule, sequence } from "./rules.js";

/** Functions of one shape: their names, and what stands between the brackets. */
interface FunctionShape {
  names: string;
  arguments: Rule;
}

const expression = call("expression");
const comma = lexeme(",", guard.budget, effect.spend);
const further = sequence(comma, expression);

/** Of SQLite's functions those that mean something in a query; an unknown function would not prepare. */
const SCALAR: readonly FunctionShape[] = [
  {
    names:
      "abs char hex length lower ltrim rtrim trim typeof unicode upper sign quote julianday unixepoch likely unlikely",
    arguments: expression,
  },
  { names: "round", arguments: sequence(expression, optional(further)) },
  { names: "ifnull nullif instr", arguments: sequence(expression, further) },
  { names: "substr", arguments: sequence(expression, further, optional(further)) },
  { names: "replace", arguments: sequence(expression, further, further) },
  { names: "coalesce", arguments: sequence(expression, further, many(further)) },
  { names: "date time datetime strftime printf", arguments: sequence(expression, many(further)) },
];

const distinct = keyword("DISTINCT");

const AGGREGATE: readonly FunctionShape[] = [
  { names: "count", arguments: choice(lexeme("*"), sequence(distinct, expression), expression) },
  { names: "sum avg min max total", arguments: choice(sequence(distinct, expression), expression) },
  {
    names: "group_concat",
    // DISTINCT takes a single argument.
    arguments: choice(sequence(distinct, expression), sequence(expression, optional(further))),
  },
];

/** Number of a shape's first aggregate. */
export const FIRST_AGGREGATE = SCALAR.length;

/** The shape's number by function name. */
export const functionShapes: ReadonlyMap<string, number> = new Map(
  [...SCALAR, ...AGGREGATE].flatMap(({ names }, shape) => names.split(" ").map((name) => [name, shape] as const)),
);

/** The bracket after a function's name, and up to the closing one. */
export const functionCall: Rule = choice(
  ...[...SCALAR, ...AGGREGATE].map((shape, number) => {
    const aggregate = number >= FIRST_AGGREGATE;
    return sequence(
      lexeme("(", guard.call(number), effect.compose, ...(aggregate ? [effect.enterAggregate] : [])),
      shape.arguments,
      lexeme(")", ...(aggregate ? [effect.leaveAggregate] : [])),
    );
  }),
);
