/** HTML that is written as it stands; every other text is escaped. */
export class Markup {
  constructor(readonly text: string) {}
}

type Piece = string | number | Markup | null | false | readonly Piece[];

/** Escapes what is put in, but for other markup: html`<p>${text}</p>`. Null and false are left out, lists are joined. */
export function html(parts: TemplateStringsArray, ...pieces: Piece[]): Markup {
  return new Markup(parts.reduce((text, part, i) => text + write(pieces[i - 1] ?? null) + part));
}

function write(piece: Piece): string {
  if (piece === null || piece === false) return "";
  if (piece instanceof Markup) return piece.text;
  if (Array.isArray(piece)) return piece.map(write).join("");
  return escapeText(String(piece));
}

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character]!);
}

/** Name and value side by side. Values that are null are left out. */
export function factList(facts: readonly (readonly [name: Piece, value: Piece])[]): Markup {
  const shown = facts.filter(([, value]) => value !== null && value !== false);
  return html`<dl class="facts">${shown.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

const MOST_ON_ONE_PAGE = 14;

/** A table; the first column is text, the others are numbers where `numbers` says so. */
export function table(
  head: readonly string[],
  rows: readonly (readonly Piece[])[],
  { numbers = true, kind = "" }: { numbers?: boolean; kind?: string } = {},
): Markup {
  const number = (i: number) => (numbers && i > 0 ? new Markup(' class="number"') : null);
  const cells = (row: readonly Piece[]) => row.map((cell, i) => html`<td${number(i)}>${cell}</td>`);
  // A short table stays on one page when it is printed.
  const whole = rows.length <= MOST_ON_ONE_PAGE ? "whole" : "";
  return html`<table class="${[kind, whole].join(" ").trim()}"><thead><tr>${head.map((name, i) => html`<th scope="col"${number(i)}>${name}</th>`)}</tr></thead><tbody>${rows.map((row) => html`<tr>${cells(row)}</tr>`)}</tbody></table>`;
}

export function count(value: number): string {
  return value.toLocaleString("en-US");
}

export function bytes(value: number): string {
  return value < 2 ** 30
    ? `${(value / 2 ** 20).toFixed(value < 10 * 2 ** 20 ? 1 : 0)} MiB`
    : `${(value / 2 ** 30).toFixed(2)} GiB`;
}

/** 0.3133 as "31.3 %"; a dash for what was not judged. */
export function percent(share: number | null | undefined): string {
  return typeof share === "number" ? `${(100 * share).toFixed(1)} %` : "–";
}

/** Four digits that count: 0.43566, 2.0e-4, 1,234. */
export function short(value: number): string {
  if (value === 0) return "0";
  if (Math.abs(value) >= 1000) return count(Math.round(value));
  return Math.abs(value) < 0.001 ? value.toExponential(1) : String(Number(value.toPrecision(4)));
}
