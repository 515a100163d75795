/** The headline scores and the charts below them. */
export const CHART_STYLE = `
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr)); gap: 0; border-top: 1px solid var(--line); border-bottom: 1px solid var(--line); }
.card { display: flex; flex-direction: column; gap: 2px; padding: 20px 24px 18px; position: relative; border-left: 1px solid var(--line); }
.card:first-child { border-left-color: transparent; }
.card::after { content: ""; position: absolute; left: 0; right: 0; top: -1px; height: 3px; background: transparent; }
.card:hover { background: var(--raised); }
.card[aria-pressed="true"]::after { background: var(--accent); }
.card .name { display: flex; justify-content: space-between; gap: 8px; font-size: 13px; font-weight: 550; }
.card abbr { color: var(--quiet); font-weight: 500; }
.card[aria-pressed="true"] abbr { color: var(--accent); }
.score { font-size: 46px; line-height: 1.15; font-weight: 600; letter-spacing: -0.035em; }
.score small { font-size: 20px; font-weight: 500; letter-spacing: 0; margin-left: 4px; color: var(--quiet); }
.interval { white-space: nowrap; }
.bar { display: block; width: 100%; height: 14px; }
.card .bar { height: 18px; }
.bar .track { fill: var(--sunk); }
.bar .share { fill: var(--bar); }
.card[aria-pressed="true"] .share { fill: var(--accent); }
.bar .spread { stroke: var(--ink); stroke-width: 1.25; fill: none; vector-effect: non-scaling-stroke; }
.card[aria-pressed="true"] .spread { stroke: var(--ink); }
.bar.misses .share { fill: color-mix(in oklab, var(--wrong) 55%, var(--ground)); }

.overview > .facts { padding: 20px 24px; border-bottom: 1px solid var(--line); }
.charts { columns: 2; column-gap: 56px; padding: 32px 24px 8px; }
.chart { break-inside: avoid; padding-bottom: 32px; }
.chart h2 { display: flex; justify-content: space-between; align-items: baseline; gap: 12px; font-size: 14px; font-weight: 600; padding-bottom: 8px; }
.chart h2 .quiet { font-weight: 400; font-size: 12px; }
.line {
  display: grid; grid-template-columns: minmax(6rem, 11rem) 1fr 3rem 3rem; align-items: center; gap: 12px;
  width: calc(100% + 16px); margin: 0 -8px; padding: 3px 8px; border-radius: 6px; font-size: 13.5px;
}
.line:hover { background: var(--sunk); }
.line[aria-pressed="true"] { background: var(--accent-ground); box-shadow: inset 2px 0 var(--accent); }
.line .label { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.line .value { text-align: right; font-weight: 550; }
.line .size { text-align: right; color: var(--quiet); font-size: 12.5px; }
.line[aria-pressed="true"] .share { fill: var(--accent); }

table { border-collapse: collapse; font-size: 13px; }
th { font-weight: 550; text-align: left; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
.components table { width: 100%; margin-top: 8px; }
.components thead th { color: var(--quiet); font-weight: 400; font-size: 12px; }
.components th:not(:first-child) { text-align: right; }
.components th, .components td { padding: 3px 0; border-bottom: 1px solid var(--line); }
.components tbody th { font-weight: 400; }

@media (max-width: 60rem) {
  .cards { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .card:nth-child(odd) { border-left-color: transparent; }
  .card:nth-child(n + 3) { border-top: 1px solid var(--line); }
  .charts { columns: 1; }
}
@media (max-width: 40rem) {
  .card { padding: 12px; }
  .interval { white-space: normal; }
  .score { font-size: 32px; }
  .score small { font-size: 15px; }
  .overview > .facts { padding: 14px 12px; }
  .charts { padding: 24px 12px 0; }
  .card .name { flex-direction: column-reverse; gap: 0; }
  .line { grid-template-columns: minmax(6rem, 8.5rem) 1fr 2.6rem 2.4rem; gap: 8px; min-height: 32px; }
}
`;
