import { describe, expect, it } from "vitest";
import { checkAnswerFlags, engineFromFlags, needsDatabase } from "../../src/cli/answer-flags.js";
import type { Printer } from "../../src/cli/io.js";
import { showAnswer } from "../../src/cli/show-answer.js";
import { type ConfigInput, resolveConfig } from "../../src/config/index.js";
import { engineAnswer } from "./engine-answer.js";

const config = (inference: ConfigInput["inference"] = {}) => resolveConfig({ project: { seed: 7 }, inference });

describe("flags that choose and check answers", () => {
  it("stand before the config's keys, and leave what they do not name", () => {
    const set = config({ select: "logprob", candidates: 3, repair: 1, constrain: "lex", abstain_below: 0.2 });
    expect(engineFromFlags({}, set)).toMatchObject({
      ...{ seed: 7, repair: 1, constrain: "lex", abstainBelow: 0.2 },
      select: { by: "logprob", n: 3, temperature: 0.7 },
    });
    const flags = { select: "vote", samples: 9, repair: 0, constrain: "off", abstainBelow: "0.5" };
    expect(engineFromFlags(flags, set)).toMatchObject({
      ...{ repair: 0, constrain: "off", abstainBelow: 0.5 },
      select: { by: "vote", n: 9, temperature: 0.7 },
    });
    expect(engineFromFlags({ select: "greedy" }, set).select).toBeNull();
    expect(engineFromFlags({}, config())).toMatchObject({
      select: null,
      repair: 0,
      constrain: "off",
      abstainBelow: null,
    });
  });

  it("are refused all at once, before a model is loaded", () => {
    expect(() => checkAnswerFlags({ select: "best", constrain: "sql", abstainBelow: "80" })).toThrow(
      '--select is "best", expected one of greedy, first-executable, vote, logprob.\n' +
        '--constrain is "sql", expected one of off, lex, schema.\n' +
        '--abstain-below is "80", expected a number from 0 to 1.',
    );
    expect(() => checkAnswerFlags({ abstainBelow: " " })).toThrow("--abstain-below");
    expect(() => engineFromFlags({ samples: 4 }, config())).toThrow("--samples N is for --select");
    expect(engineFromFlags({ samples: 4 }, config({ select: "vote" })).select).toMatchObject({ n: 4 });
  });

  it("say what needs a database", () => {
    expect(needsDatabase({ select: { by: "first-executable" } })).toMatch(/^--select first-executable runs/);
    expect(needsDatabase({ repair: 1 })).toMatch(/^--repair runs/);
    expect(needsDatabase({ select: { by: "vote" } })).toBeNull();
    expect(needsDatabase({})).toBeNull();
  });
});

describe("an answer on the terminal", () => {
  const shown = (...change: Parameters<typeof engineAnswer>) => {
    const out = { text: "", record: {} };
    const print: Printer = {
      json: false,
      note: () => {},
      text: (lines) => {
        out.text += lines;
      },
      record: (value) => Object.assign(out.record, value),
    };
    showAnswer(print, "How many?", engineAnswer(...change));
    return out;
  };

  it("is short where there is nothing to say", () => {
    expect(shown("SELECT 1").text).toBe(
      "Question:   How many?\nSQL:        SELECT 1\nConfidence: 0.500\nLatency:    3 ms (1 tokens)\n",
    );
  });

  it("says what is wrong with it, what was tried, and how far it can be trusted", () => {
    const { text, record } = shown("SELECT x", {
      ...{ abstained: true, calibratedConfidence: 0.125, executable: false, executionError: "no such column: x" },
      ...{ repairs: 2, votes: 1, finishReason: "length", truncated: true },
      alternatives: [{ sql: "SELECT y", confidence: 0.25, executable: false, votes: 1 }],
    });
    expect(text.split("\n")).toEqual([
      "Question:   How many?",
      "Abstained:  the confidence is too low to stand by this answer",
      "SQL:        SELECT x",
      "Error:      no such column: x",
      "Repair:     asked again 2 times",
      "  or:       SELECT y (0.250, 1 vote, does not run)",
      "Confidence: 0.500, calibrated 0.125, 1 vote",
      "Latency:    3 ms (1 tokens, length)",
      "",
    ]);
    expect(record).toMatchObject({
      ...{ sql: "SELECT x", calibrated_confidence: 0.125, abstained: true, executable: false, votes: 1, repairs: 2 },
      ...{ execution_error: "no such column: x", truncated: true, cached_tokens: 0, prompt_tokens: 1 },
      alternatives: [{ sql: "SELECT y", confidence: 0.25, executable: false, votes: 1 }],
    });
  });
});
