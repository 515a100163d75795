import { expect, it } from "vitest";
import { chooseQuestions } from "../../src/train/choose-questions.js";

const rows = ["a", "a", "a", "a", "a", "a", "b", "b", "c", null].map((dbId, i) => ({
  ...{ id: `rows.json:${i}`, question: `Question ${i}`, sql: "SELECT 1", dbId },
}));
const ids = (chosen: typeof rows) => chosen.map(({ id }) => id);

it("takes from each database in turn, and keeps the rows' order", () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const four = chooseQuestions(rows, 4, seed);
    expect(new Set(four.map(({ dbId }) => dbId))).toEqual(new Set(["a", "b", "c", null]));
    const seven = chooseQuestions(rows, 7, seed).map(({ dbId }) => dbId);
    expect(seven).toEqual(["a", "a", "a", "b", "b", "c", null]);
    expect(ids(four)).toEqual([...ids(four)].sort());
  }
});

it("is the same for one seed, and another for others", () => {
  const chosen = [1, 2, 3, 4, 5, 6].map((seed) => ids(chooseQuestions(rows, 5, seed)).join());
  expect([1, 2, 3, 4, 5, 6].map((seed) => ids(chooseQuestions(rows, 5, seed)).join())).toEqual(chosen);
  expect(new Set(chosen).size).toBeGreaterThan(1);
});

it.each([null, 10, 11])("takes all rows for %s", (count) => {
  expect(chooseQuestions(rows, count, 1)).toEqual(rows);
});
