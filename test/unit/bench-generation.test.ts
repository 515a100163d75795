import { describe, expect, it } from "vitest";
import { spreadRows } from "../../bench/generation/dev-rows.js";
import { differences } from "../../bench/generation/differences.js";
import { parseGenerateOptions } from "../../bench/generation/options.js";

describe("spreadRows", () => {
  it("gives runs of neighbours over the whole file, each row once", () => {
    const rows = spreadRows(1034, 64);
    expect(rows).toHaveLength(64);
    expect(new Set(rows).size).toBe(64);
    expect(rows[0]).toBe(0);
    expect(rows.at(-1)).toBe(1033);
    expect(rows[1]! - rows[0]!).toBe(1);
  });

  it("gives as many as were asked for, and all where there are no more", () => {
    expect(spreadRows(1034, 5)).toEqual([0, 1, 2, 3, 4]);
    expect(spreadRows(1034, 40)).toHaveLength(40);
    expect(spreadRows(20, 64)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });
});

describe("differences", () => {
  it("finds the first token at which answers part, a shorter answer at its end", () => {
    const a = [[1, 2, 3], [4, 5], [6], [7, 8]];
    const b = [[1, 2, 3], [4, 9], [6, 1], [7]];
    expect(differences(a, b)).toEqual({
      rows: 4,
      equal: 1,
      partings: [
        { row: 1, at: 1 },
        { row: 2, at: 1 },
        { row: 3, at: 1 },
      ],
    });
  });
});

describe("options of bench:generate", () => {
  it("names what cannot be meant", async () => {
    await expect(parseGenerateOptions(["--peers", "vllm"])).rejects.toThrow(
      '--peers has "vllm", expected transformers or llama.cpp.',
    );
    await expect(parseGenerateOptions(["--questions", "0"])).rejects.toThrow(
      '--questions is "0", expected a whole number of at least 1.',
    );
  });

  it("runs sqltune alone without peers", async () => {
    expect((await parseGenerateOptions(["--peers", ""])).peers).toEqual([]);
  });
});
