import { lexemeClass } from "./lexer-table.js";
import { FIRST_EFFECT, type Operation } from "./operations.js";

const MATCH = { empty: 0, class: 1, keyword: 2, name: 3, return: 4 } as const;

interface Arc {
  match: number;
  argument: number;
  call: number;
  next: number;
  operations: readonly Operation[];
}

/** A piece of grammar: given where to go on, the state at which it begins. */
export type Rule = (next: number, grammar: GrammarBuilder) => number;

/** The states of a grammar: of each, arcs that take a lexeme, then those that take none, tried in their order. */
export class GrammarBuilder {
  readonly #arcs: Arc[][] = [];
  readonly #keywords = new Map<string, number>();
  readonly #rules = new Map<string, number>();
  readonly #pending: (() => void)[] = [];

  constructor(readonly named: Readonly<Record<string, Rule>>) {}

  get keywords(): ReadonlyMap<string, number> {
    return this.#keywords;
  }

  state(arcs: Arc[] = []): number {
    return this.#arcs.push(arcs) - 1;
  }

  arcs(state: number): Arc[] {
    return this.#arcs[state]!;
  }

  keyword(word: string): number {
    const known = this.#keywords.get(word);
    if (known !== undefined) return known;
    this.#keywords.set(word, this.#keywords.size);
    return this.#keywords.size - 1;
  }

  /** The state at which a named rule begins; it is compiled once. */
  rule(name: string): number {
    const known = this.#rules.get(name);
    if (known !== undefined) return known;
    const state = this.state();
    this.#rules.set(name, state);
    this.#pending.push(() => {
      const end = this.state([{ match: MATCH.return, argument: 0, call: -1, next: -1, operations: [] }]);
      this.arcs(state).push(...this.arcs(this.named[name]!(end, this)));
    });
    return state;
  }

  /** Compiles what `top` needs and gives the tables. */
  compile(top: Rule) {
    const start = top(this.state(), this);
    for (let work = this.#pending.pop(); work; work = this.#pending.pop()) work();
    const arcs: number[] = [];
    const operations: number[] = [];
    const stateArcs = [0];
    for (const state of this.#arcs) {
      for (const arc of state) {
        const first = operations.length / 2;
        const guards = arc.operations.filter(([code]) => code < FIRST_EFFECT);
        const effects = arc.operations.filter(([code]) => code >= FIRST_EFFECT);
        operations.push(...guards.flat(), ...effects.flat());
        arcs.push(arc.match, arc.argument, arc.call, arc.next, first, first + guards.length, operations.length / 2);
      }
      stateArcs.push(arcs.length / 7);
    }
    return {
      start,
      arcs: Int32Array.from(arcs),
      operations: Int32Array.from(operations),
      stateArcs: Int32Array.from(stateArcs),
    };
  }
}

const one =
  (match: number, argument: number | ((grammar: GrammarBuilder) => number), operations: readonly Operation[]): Rule =>
  (next, grammar) =>
    grammar.state([
      { match, argument: typeof argument === "number" ? argument : argument(grammar), call: -1, next, operations },
    ]);

/** A lexeme of a class, or an operator. */
export const lexeme = (name: string, ...operations: Operation[]): Rule =>
  one(MATCH.class, lexemeClass(name), operations);

/** A keyword, or several in a row; the operations belong to the first. */
export const keyword = (words: string, ...operations: Operation[]): Rule => {
  const [first, ...rest] = words.split(" ");
  const rule = one(MATCH.keyword, (grammar) => grammar.keyword(first!.toLowerCase()), operations);
  return rest.length === 0 ? rule : sequence(rule, keyword(rest.join(" ")));
};

/** A name; `flags` of nameFlag. */
export const name = (flags: number, ...operations: Operation[]): Rule => one(MATCH.name, flags, operations);

/** No lexeme: operations only. */
export const act = (...operations: Operation[]): Rule => one(MATCH.empty, 0, operations);

export const nothing: Rule = (next) => next;

/** A named rule, which may contain itself. */
export const call =
  (rule: string): Rule =>
  (next, grammar) =>
    grammar.state([{ match: MATCH.empty, argument: 0, call: grammar.rule(rule), next, operations: [] }]);

export const sequence =
  (...rules: Rule[]): Rule =>
  (next, grammar) =>
    rules.reduceRight((after, rule) => rule(after, grammar), next);

/** What takes a lexeme is tried first; of what takes none only the first whose guards hold. */
export const choice =
  (...rules: Rule[]): Rule =>
  (next, grammar) => {
    const arcs = rules.flatMap((rule) =>
      rule === nothing
        ? [{ match: MATCH.empty, argument: 0, call: -1, next, operations: [] }]
        : grammar.arcs(rule(next, grammar)),
    );
    const takesNone = (arc: Arc) => arc.match === MATCH.empty || arc.match === MATCH.return;
    return grammar.state([...arcs.filter((arc) => !takesNone(arc)), ...arcs.filter(takesNone)]);
  };

export const optional = (...rules: Rule[]): Rule => choice(sequence(...rules), nothing);

/** Any number of times. */
export const many =
  (...rules: Rule[]): Rule =>
  (next, grammar) => {
    const loop = grammar.state();
    const body = grammar.arcs(sequence(...rules)(loop, grammar));
    grammar.arcs(loop).push(...body, { match: MATCH.empty, argument: 0, call: -1, next, operations: [] });
    return loop;
  };
