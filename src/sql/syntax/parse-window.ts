import { parseExpressions, parseOrdering } from "./parse-lists.js";
import type { TokenStream } from "./token-stream.js";
import type { Frame, FrameBound, Name, Window } from "./types.js";

/** What follows OVER: a name or a window in parentheses. */
export function parseOver(s: TokenStream): Window | Name {
  if (!s.isSymbol("(")) return s.takeName("a window's name or its definition");
  return parseWindow(s);
}

/** ([base] [PARTITION BY ..] [ORDER BY ..] [frame]) */
export function parseWindow(s: TokenStream): Window {
  const start = s.start;
  s.expectSymbol("(");
  const acts = ["PARTITION", "ORDER", "RANGE", "ROWS", "GROUPS"].includes(s.word()) || s.isSymbol(")");
  const base = acts ? null : s.takeName("PARTITION BY, ORDER BY, a frame or a window's name");
  let partitionBy: Window["partitionBy"] = [];
  if (s.takeWord("PARTITION")) {
    s.expectWord("BY");
    partitionBy = parseExpressions(s);
  }
  const orderBy = parseOrdering(s);
  const frame = parseFrame(s);
  s.expectSymbol(")");
  const window: Window = { type: "window", base, partitionBy, orderBy, frame, range: s.rangeFrom(start) };
  return s.over(window, partitionBy, orderBy, frame?.start.offset ?? null, frame?.end?.offset ?? null);
}

function parseFrame(s: TokenStream): Frame | null {
  const unit = s.word();
  if (unit !== "ROWS" && unit !== "RANGE" && unit !== "GROUPS") return null;
  const from = s.start;
  s.take();
  const between = s.takeWord("BETWEEN");
  const start = parseBound(s, between ? "start" : "only");
  let end: FrameBound | null = null;
  if (between) {
    s.expectWord("AND");
    end = parseBound(s, "end");
  }
  const exclude = s.takeWord("EXCLUDE") ? parseExclude(s) : null;
  return { unit, start, end, exclude, range: s.rangeFrom(from) };
}

function parseBound(s: TokenStream, place: "only" | "start" | "end"): FrameBound {
  if (s.takeWord("UNBOUNDED")) {
    const side = place === "end" ? "FOLLOWING" : "PRECEDING";
    s.expectWord(side);
    return { kind: `UNBOUNDED ${side}`, offset: null };
  }
  if (s.takeWord("CURRENT")) {
    s.expectWord("ROW");
    return { kind: "CURRENT ROW", offset: null };
  }
  const offset = s.expression(undefined, place === "start");
  if (s.takeWord("PRECEDING")) return { kind: "PRECEDING", offset };
  if (!s.takeWord("FOLLOWING")) s.fail("PRECEDING or FOLLOWING");
  return { kind: "FOLLOWING", offset };
}

function parseExclude(s: TokenStream): Frame["exclude"] {
  if (s.takeWord("NO")) {
    s.expectWord("OTHERS");
    return "NO OTHERS";
  }
  if (s.takeWord("CURRENT")) {
    s.expectWord("ROW");
    return "CURRENT ROW";
  }
  if (s.takeWord("GROUP")) return "GROUP";
  if (!s.takeWord("TIES")) s.fail("NO OTHERS, CURRENT ROW, GROUP or TIES");
  return "TIES";
}
