/** Screen and paper. Every pair of text and ground has a contrast of at least 4.5 to 1; nothing is told by colour alone. */
export const REPORT_STYLE = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#fdfdfc, #15171a); --sunk: light-dark(#f4f4f1, #202429);
  --ink: light-dark(#1b1d20, #e9e8e4); --quiet: light-dark(#5d6268, #a2a7ae); --line: light-dark(#dcdcd6, #2e3339);
  --accent: light-dark(#2456b3, #8db4ff); --accent-ground: light-dark(#dfe9fb, #223a63);
  --second: light-dark(#b2541a, #ffab70); --third: light-dark(#176b43, #74d3a0); --fourth: light-dark(#7a3fa0, #cf9df0);
  --right: light-dark(#176b43, #74d3a0); --wrong: light-dark(#a32a20, #ff9d8f);
  --sans: "Inter", ui-sans-serif, system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif;
  --mono: ui-monospace, "SF Mono", "JetBrains Mono", Menlo, Consolas, "Liberation Mono", monospace;
}
*, ::before, ::after { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 var(--sans); overflow-wrap: break-word; }
main { max-width: 58rem; margin: 0 auto; padding: 48px 24px 72px; }
header { padding-bottom: 20px; border-bottom: 2px solid var(--ink); }
header p { margin: 6px 0 0; color: var(--quiet); }
h1 { font-size: 32px; line-height: 1.15; letter-spacing: -0.02em; font-weight: 650; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 21px; letter-spacing: -0.01em; font-weight: 650; margin: 0 0 12px; padding-top: 10px; border-top: 1px solid var(--line); }
h3 { font-size: 14px; font-weight: 650; margin: 20px 0 6px; }
section { margin-top: 36px; }
p { margin: 8px 0; }
.lead { font-size: 17px; line-height: 1.5; text-wrap: pretty; }
.overview { margin-top: 24px; }
.quiet { color: var(--quiet); font-size: 13px; }
p.bad, li.bad .why { color: var(--wrong); }
code.quiet { font-size: 0.87em; }
code, pre { font-family: var(--mono); font-size: 0.87em; font-variant-ligatures: none; }
.formula { white-space: nowrap; }
code { overflow-wrap: anywhere; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(12.5rem, 1fr)); gap: 10px 24px; margin: 14px 0; }
.facts dt { color: var(--quiet); font-size: 12px; }
.facts dd { margin: 0; font-weight: 550; font-variant-numeric: tabular-nums; }
.overview .facts dd { font-size: 18px; letter-spacing: -0.01em; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; }
th { text-align: left; color: var(--quiet); font-weight: 500; font-size: 12px; }
th, td { padding: 5px 12px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th:last-child, td:last-child { padding-right: 0; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
table.keys td:first-child { width: 30%; } table.keys td:nth-child(2), table.keys td:nth-child(3) { width: 14%; }
table.files td:first-child { width: 46%; } table.dropped td:first-child { width: 26%; }
.defaults { font-size: 12.5px; line-height: 1.6; color: var(--quiet); }
.defaults span { margin-right: 14px; } .defaults code { color: var(--ink); }
.notes, .steps { padding-left: 20px; margin: 6px 0; font-size: 14px; } .notes li, .steps li { margin: 4px 0; }
.share { display: inline-block; width: 90px; height: 9px; background: var(--sunk); vertical-align: 0; }
.share i { display: block; height: 100%; background: var(--accent); }
.split { display: flex; gap: 2px; height: 16px; margin: 8px 0 14px; }
.split span { min-width: 3px; background: var(--accent); }
.key { display: inline-block; width: 9px; height: 9px; margin-right: 7px; background: var(--accent); }
.key.validation, .key.adapter, .split .validation, .split .adapter { background: var(--second); } .key.test, .key.activations, .split .test, .split .activations { background: var(--third); }
.stack { display: flex; flex-wrap: wrap; align-items: center; gap: 10px; padding: 16px; background: var(--sunk); border-radius: 8px; font-size: 13px; }
.stack .block { position: relative; display: grid; gap: 8px; border: 1px solid var(--quiet); border-radius: 8px; padding: 12px 14px; background: var(--ground); }
.stack .block > div { display: flex; gap: 6px; align-items: center; } .stack .what { width: 5rem; color: var(--quiet); }
.stack .times { position: absolute; top: -10px; right: 10px; background: var(--ground); border-radius: 8px; padding: 0 6px; font-weight: 650; font-size: 12px; }
.part, .linear { border: 1px solid var(--quiet); border-radius: 6px; padding: 3px 9px; background: var(--ground); }
.linear.on, .part.on { background: var(--accent-ground); border-color: var(--accent); font-weight: 650; }
.chart { margin: 14px 0 0; } .chart figcaption { font-size: 13px; font-weight: 650; } .chart > svg { display: block; width: 100%; height: auto; margin-top: 6px; }
.charts { display: grid; grid-template-columns: 1fr 1fr; gap: 8px 28px; }
.legend { margin: 2px 0 0; font-size: 12.5px; color: var(--quiet); } .legend span { margin-right: 16px; } .legend svg { margin-right: 6px; }
.tick { font: 11px var(--sans); fill: var(--quiet); } .grid { stroke: var(--line); } .diagonal { stroke: var(--quiet); stroke-dasharray: 1 4; }
.series { fill: none; stroke-width: 2; stroke-linejoin: round; } .dashed { stroke-dasharray: 5 4; stroke-width: 1.5; }
.s0 { stroke: var(--accent); } .s1 { stroke: var(--second); } .s2 { stroke: var(--third); } .s3 { stroke: var(--fourth); } .s4 { stroke: var(--quiet); }
.dot { fill: var(--ground); stroke-width: 2; }
.samples ol { list-style: none; padding: 0; margin: 0; } .samples li { padding: 8px 0 8px 14px; border-left: 3px solid var(--right); margin: 0 0 12px; }
.samples li.bad { border-color: var(--wrong); } .samples .question { margin: 0 0 4px; font-weight: 550; }
.samples pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.45; padding-left: 4.4em; text-indent: -4.4em; } .samples pre b { color: var(--quiet); font-weight: 500; }
.samples .why { margin: 4px 0 0; font-size: 13px; }
@media (max-width: 40rem) { .charts { grid-template-columns: 1fr; } main { padding: 24px 16px; } table { display: block; overflow-x: auto; } h1 { font-size: 25px; } }
@page { size: A4; margin: 16mm 15mm 17mm; @bottom-right { content: counter(page) " / " counter(pages); font: 8pt sans-serif; color: #5d6268; } @bottom-left { content: "sqltune"; font: 8pt sans-serif; color: #5d6268; } }
@media print {
  :root { color-scheme: light; }
  body { font-size: 10pt; background: none; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  main { max-width: none; padding: 0; } section { margin-top: 22px; } h1 { font-size: 24pt; } h2 { font-size: 14pt; } .lead { font-size: 12pt; }
  table { font-size: 8.8pt; } .defaults { font-size: 8.2pt; } th { font-size: 8pt; }
  h2, h3, figcaption, .legend { break-after: avoid; } tr, .chart, .stack, .facts, .samples li, .packing, .split { break-inside: avoid; }
  table.whole { break-inside: avoid; } .samples > .quiet, .stack { break-after: avoid; } .overview .facts { grid-template-columns: repeat(4, auto); } .overview .facts dd { font-size: 11.5pt; }
  thead { display: table-header-group; } p { orphans: 3; widows: 3; }
}
`;
