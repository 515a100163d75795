import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Split } from "../../scripts/sample-data/domain.js";
import { domains } from "../../scripts/sample-data/domains/index.js";
import { test } from "../../scripts/sample-data/phrasing/test.js";
import { train } from "../../scripts/sample-data/phrasing/train.js";
import { validation } from "../../scripts/sample-data/phrasing/validation.js";
import type { Question } from "../../scripts/sample-data/questions.js";

const SPLITS: readonly Split[] = ["train", "validation", "test"];
const SAMPLE = join(import.meta.dirname, "../../data/sample");
const questions = Object.fromEntries(
  SPLITS.map((split) => [split, JSON.parse(readFileSync(join(SAMPLE, `${split}.json`), "utf8")) as Question[]]),
) as Record<Split, Question[]>;

/** A question without what names its database: labels, schema names, values and numbers become "_". */
function skeleton({ question, query, db_id }: Question): string {
  const domain = domains.find(({ id }) => id === db_id)!;
  const literals = [...query.matchAll(/'%?((?:[^'%]|'')+)%?'/g)].map((match) => match[1]!.replaceAll("''", "'"));
  const columns = domain.tables.flatMap((table) => table.columns);
  const words = [
    ...literals,
    ...domain.tables.flatMap((table) => [table.name, table.one, table.many]),
    ...columns.flatMap((column) => [
      column.name,
      column.label,
      column.labels,
      column.noun ?? "",
      column.most ?? "",
      column.least ?? "",
    ]),
    ...columns.flatMap((column) => (column.reference ? [column.reference.of, column.reference.has ?? ""] : [])),
  ];
  let text = question.toLowerCase();
  for (const word of words.filter(Boolean).sort((a, b) => b.length - a.length)) {
    text = text.replaceAll(
      new RegExp(`(?<![a-z0-9])${word.toLowerCase().replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![a-z0-9])`, "g"),
      "_",
    );
  }
  return text
    .replace(/[\d.-]*\d/g, "_")
    .replace(/[^a-z_ ]/g, " ")
    .replace(/\b(an|a)\b/g, "a")
    .replace(/(_ ?(and )?)+/g, "_ ")
    .replace(/ +/g, " ")
    .trim();
}

/** A bank's frames with every choice taken and every slot blank. */
function expanded(frames: Readonly<Record<string, readonly string[]>>): Set<string> {
  const expand = (frame: string): string[] => {
    const match = /\(([^()]*\|[^()]*)\)/.exec(frame);
    return match ? match[1]!.split("|").flatMap((option) => expand(frame.replace(match[0], option))) : [frame];
  };
  const blank = (frame: string) =>
    frame
      .replace(/\{\w+\}/g, "_")
      .toLowerCase()
      .replace(/[^a-z_ ]/g, " ")
      .replace(/(_ ?)+/g, "_ ")
      .replace(/ +/g, " ")
      .trim();
  return new Set(Object.values(frames).flat().flatMap(expand).map(blank));
}

describe("the splits", () => {
  it("hold out databases and questions", () => {
    const ids = SPLITS.map((split) => new Set(questions[split].map(({ db_id }) => db_id)));
    expect(new Set(ids.flatMap((set) => [...set])).size).toBe(ids.reduce((sum, set) => sum + set.size, 0));
    expect(ids[2]!.size).toBeGreaterThanOrEqual(3);
    expect(questions.test.length).toBeGreaterThanOrEqual(150);
    expect(questions.train.length).toBeGreaterThanOrEqual(1300);
    for (const split of SPLITS) {
      expect(new Set(questions[split].map(({ question, db_id }) => `${db_id} ${question}`)).size).toBe(
        questions[split].length,
      );
    }
  });

  it("share no wording: no masked question of one split stands in another", () => {
    const skeletons = SPLITS.map((split) => new Set(questions[split].map(skeleton)));
    for (const [one, other] of [
      [0, 2],
      [0, 1],
      [1, 2],
    ] as const) {
      expect([...skeletons[one]!].filter((text) => skeletons[other]!.has(text))).toEqual([]);
    }
  });

  it("share no frame, whichever of its choices is taken", () => {
    const banks = [train, validation, test].map((bank) => expanded(bank.frames));
    for (const [one, other] of [
      [0, 2],
      [0, 1],
      [1, 2],
    ] as const) {
      expect([...banks[one]!].filter((frame) => banks[other]!.has(frame))).toEqual([]);
    }
    for (const split of SPLITS)
      expect(questions[split].every(({ template }) => template.startsWith(`${split}/`))).toBe(true);
  });

  it("read as sentences: no slot left open, no doubled word, one mark at the end", () => {
    for (const { question } of SPLITS.flatMap((split) => questions[split])) {
      expect(question).toMatch(/^[A-Z].*[^ ][.?]$/);
      expect(question).not.toMatch(/[{}|]| {2}|\b([a-z]+) \1\b| [.,?:]|\ba [aeio][a-z]/);
    }
  });
});
