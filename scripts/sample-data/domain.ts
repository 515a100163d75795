/** What a sample database is made of: tables, columns, where their values come from, and the words people use for them. */
export type Split = "train" | "validation" | "test";
export type Value = string | number | null;
export type Row = Record<string, Value>;

export type Source =
  | { from: "serial" }
  | { from: "unique"; list: readonly string[] }
  | { from: "choice"; list: readonly string[] }
  | { from: "number"; low: number; high: number; step: number }
  | { from: "date"; first: string; last: string }
  | { from: "reference"; table: string };

/** `name` identifies a row to people; `category` groups rows; `measure` is a quantity. */
export type ColumnKind = "id" | "reference" | "name" | "category" | "measure" | "date";

/** The words for one column beyond its label. `{v}` stands for the value. */
export interface Wording {
  /** Plural of the label where adding "s" is wrong. */
  plural?: string;
  /** What a count counts: "pages", so that one can say "more than 300 pages". */
  noun?: string;
  /** Superlatives that stand before the noun: "most expensive", "cheapest". */
  most?: string;
  least?: string;
  /** Ways to say that a row has the value, put after a plural noun: "from {v}". */
  eq?: readonly string[];
  over?: readonly string[];
  under?: readonly string[];
  /** Adding the values up makes sense. */
  sum?: boolean;
  /** Share of rows without a value. */
  nulls?: number;
}

export interface Reference {
  table: string;
  /** From the row to what it refers to: "written by" in "books written by authors". */
  of: string;
  /** Back, in the past tense: "wrote" in "authors who wrote books"; without it, "have". */
  has?: string;
  /** How many of the referred table's rows nothing refers to. */
  unused?: number;
}

export interface Column extends Wording {
  name: string;
  type: string;
  kind: ColumnKind;
  label: string;
  labels: string;
  source: Source;
  reference?: Reference;
}

/** A many-to-many relation through a table with two references, said in one phrase: students "enrolled in" courses. */
export interface Link {
  from: string;
  to: string;
  phrase: string;
}

export interface Table {
  name: string;
  one: string;
  many: string;
  rows: number;
  columns: readonly Column[];
  /** Its rows are people: "who", not "that". */
  people: boolean;
  links: readonly Link[];
}

export interface Domain {
  id: string;
  split: Split;
  tables: readonly Table[];
}

/** English plural of a label's last word. */
export function plural(label: string): string {
  if (/(s|x|ch|sh)$/.test(label)) return `${label}es`;
  if (/[^aeiou]y$/.test(label)) return `${label.slice(0, -1)}ies`;
  return `${label}s`;
}

function column(name: string, type: string, kind: ColumnKind, label: string, source: Source, wording: Wording): Column {
  // "number of pages" is counted as "numbers of pages".
  const labels = wording.plural ?? label.replace(/^[^ ]+(?= of )|^.*$/, (head) => plural(head));
  return { ...wording, name, type, kind, label, labels, source };
}

export const id = (name: string, label = "id"): Column =>
  column(name, "INTEGER", "id", label, { from: "serial" }, { plural: `${label}s` });

/** A text that no two rows share and that names the row. */
export const named = (name: string, label: string, list: readonly string[], wording: Wording = {}): Column =>
  column(name, "TEXT", "name", label, { from: "unique", list }, wording);

export const category = (name: string, label: string, list: readonly string[], wording: Wording = {}): Column =>
  column(name, "TEXT", "category", label, { from: "choice", list }, wording);

export const integer = (
  name: string,
  label: string,
  low: number,
  high: number,
  wording: Wording = {},
  step = 1,
): Column => column(name, "INTEGER", "measure", label, { from: "number", low, high, step }, wording);

/** Multiples of a quarter are exact in binary, so a sum does not depend on the order of its rows. */
export const real = (
  name: string,
  label: string,
  low: number,
  high: number,
  wording: Wording = {},
  step = 0.25,
): Column => column(name, "REAL", "measure", label, { from: "number", low, high, step }, wording);

export const date = (name: string, label: string, first: string, last: string, wording: Wording = {}): Column =>
  column(name, "TEXT", "date", label, { from: "date", first, last }, wording);

/** A year: later and earlier, never larger and smaller. */
export const year = (name: string, label: string, first: number, last: number, wording: Wording = {}): Column =>
  column(name, "INTEGER", "date", label, { from: "number", low: first, high: last, step: 1 }, wording);

export const refers = (
  name: string,
  table: string,
  of: string,
  rest: Omit<Reference, "table" | "of"> = {},
): Column => ({
  ...column(name, "INTEGER", "reference", name, { from: "reference", table }, {}),
  reference: { table, of, ...rest },
});

export function table(
  name: string,
  words: readonly [one: string, many: string],
  rows: number,
  columns: readonly Column[],
  more: { people?: boolean; links?: readonly Link[] } = {},
): Table {
  return { name, one: words[0], many: words[1], rows, columns, people: more.people ?? false, links: more.links ?? [] };
}

/** Every "a b" of two lists, in an order that mixes both: the first n of them use many entries of each. */
export function combine(first: readonly string[], second: readonly string[]): string[] {
  const out: string[] = [];
  for (let shift = 0; shift < second.length; shift++) {
    for (let i = 0; i < first.length; i++) out.push(`${first[i]} ${second[(i + shift) % second.length]}`);
  }
  return [...new Set(out)];
}
