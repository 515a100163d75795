import type { Condition, Operator } from "./condition.js";
import type { Column, Reference, Table, Value } from "./domain.js";
import type { Bank, Counted, Wordable } from "./phrasing/bank.js";
import type { Rng } from "./rng.js";

export type Slots = Readonly<Record<string, string | undefined>>;

export function slotsOf(frame: string): string[] {
  return [...frame.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
}

/** Fills a frame: first the choices, then the slots, then "a" or "an" by what follows. */
export function say(frame: string, slots: Slots, rng: Rng): string {
  const chosen = frame.replace(/\(([^()]*\|[^()]*)\)/g, (_, options: string) => rng.pick(options.split("|")));
  return (
    chosen
      .replace(/\{(\w+)\}/g, (_, slot: string) => slots[slot] ?? `{${slot}}`)
      .replace(
        /\ba\(n\) (\w+)/g,
        (_, word: string) => `${/^(hour|honou?r|[aeio]|u(?!ni|s))/i.test(word) ? "an" : "a"} ${word}`,
      )
      // "the airport airport name", where a label begins with its table's name.
      .replace(/\b([a-z]+)(?: \1\b)+/gi, "$1")
      .replace(/ {2,}/g, " ")
      .replace(/ ([.,:;?])/g, "$1")
      .trim()
  );
}

export function list(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** The words back from a referred row to what refers to it. */
export function verbs(reference: Reference): { has: string; hasS: string; never: string; neverS: string } {
  const { has } = reference;
  if (!has) return { has: "have", hasS: "has", never: "do not have any", neverS: "does not have any" };
  return { has, hasS: has, never: `never ${has} any`, neverS: `never ${has} any` };
}

function wordable({ column, operator }: Condition): Exclude<Wordable, Counted> {
  if (column.kind === "date") {
    const dated = { gt: "after", lt: "before", between: "betweenDates" } as const;
    if (operator === "gt" || operator === "lt" || operator === "between") return dated[operator];
  }
  return operator;
}

const COUNTED: Partial<Record<Operator, Counted>> = {
  eq: "eqNoun",
  gt: "moreNoun",
  lt: "fewerNoun",
  ge: "atLeastNoun",
  le: "atMostNoun",
  between: "betweenNoun",
};

/** Says conditions, aggregates and orderings in the words of one bank. */
export class Speaker {
  constructor(
    readonly bank: Bank,
    readonly rng: Rng,
  ) {}

  private say(options: readonly string[], slots: Slots): string {
    return say(this.rng.pick(options), slots, this.rng);
  }

  private slots({ column, values }: Condition): Slots {
    const [v, w] = values.map(String);
    return { l: column.label, noun: column.noun, v, w };
  }

  private clause(condition: Condition): string {
    return this.say(this.bank.clauses[wordable(condition)], this.slots(condition));
  }

  /** A phrase with no finite verb: the column's own words where it has them, else the bank's. */
  private phrase(condition: Condition): string | undefined {
    const { column, operator } = condition;
    const own = { eq: column.eq, gt: column.over, lt: column.under }[operator as string];
    if (own && this.rng.chance(0.75)) return this.say(own, this.slots(condition));
    const counted = column.noun ? COUNTED[operator] : undefined;
    const options = this.bank.modifiers[counted ?? wordable(condition)];
    return options ? this.say(options, this.slots(condition)) : undefined;
  }

  /** What stands after a plural noun: "from France", "whose price is above 10". */
  condition(condition: Condition): string {
    const phrase = this.rng.chance(0.7) ? this.phrase(condition) : undefined;
    return phrase ?? `${this.rng.pick(["whose ", "whose ", "where the "])}${this.clause(condition)}`;
  }

  private joined(options: readonly string[], one: Condition, other: Condition): string {
    const slots = { c1: this.clause(one), c2: this.clause(other), m1: this.phrase(one), m2: this.phrase(other) };
    const usable = options.filter((option) => slotsOf(option).every((slot) => slots[slot as keyof typeof slots]));
    return this.say(usable, slots);
  }

  both(one: Condition, other: Condition): string {
    return this.joined(this.bank.both, one, other);
  }

  either(one: Condition, other: Condition): string {
    return this.joined(this.bank.either, one, other);
  }

  aggregate(name: "AVG" | "SUM" | "MAX" | "MIN", column: Column): string {
    const key = column.kind === "date" ? (name === "MAX" ? "latest" : "earliest") : name;
    return `${this.rng.pick(this.bank.aggregates[key])} ${column.label}`;
  }

  superlative(column: Column, descending: boolean): { sup: string; adj: string | undefined } {
    const words = this.bank.superlatives;
    const kind = column.kind === "date" ? (descending ? "latest" : "earliest") : descending ? "most" : "least";
    const counted = column.noun && this.rng.chance(0.6) ? (descending ? "mostNoun" : "leastNoun") : kind;
    const sup = this.say(words[counted], { l: column.label, noun: column.noun });
    return { sup, adj: descending ? column.most : column.least };
  }

  direction(column: Column, descending: boolean): string {
    const { directions } = this.bank;
    if (column.kind === "date") return this.rng.pick(descending ? directions.later : directions.earlier);
    if (column.kind === "measure") return this.rng.pick(descending ? directions.down : directions.up);
    return this.rng.pick(descending ? directions.textDown : directions.textUp);
  }

  columns(columns: readonly Column[]): { c: string; C: string; is: string } {
    const is = columns.length > 1 ? "are" : "is";
    return { is, c: list(columns.map((column) => column.label)), C: list(columns.map((column) => column.labels)) };
  }

  /** "the author Ann Lee" or just the name. */
  named(table: Table, name: Value): string {
    return this.rng.chance(0.5) ? `the ${table.one} ${name}` : String(name);
  }
}
