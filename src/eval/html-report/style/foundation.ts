/** Colours, type and the frame of the page. Every pair of text and ground has a contrast of at least 4.5 to 1. */
export const FOUNDATION_STYLE = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#fdfdfc, #15171a);
  --raised: light-dark(#ffffff, #1b1e22);
  --sunk: light-dark(#f4f4f1, #202429);
  --ink: light-dark(#1b1d20, #e9e8e4);
  --quiet: light-dark(#5d6268, #a2a7ae);
  --line: light-dark(#e3e3de, #2e3339);
  --strong-line: light-dark(#8b9096, #747b84);
  --accent: light-dark(#2456b3, #8db4ff);
  --accent-ground: light-dark(#e9effa, #222d42);
  --right: light-dark(#176b43, #74d3a0);
  --right-ground: light-dark(#e6f3ec, #1b3127);
  --wrong: light-dark(#a32a20, #ff9d8f);
  --wrong-ground: light-dark(#fbeae7, #3d2320);
  --bar: light-dark(#6f8fc9, #4d6ea8);
  --finder: 60px;
  --sans: "Inter", ui-sans-serif, system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif;
  --mono: ui-monospace, "SF Mono", "JetBrains Mono", "Cascadia Code", Menlo, Consolas, "Liberation Mono", monospace;
}
:root[data-theme="light"] { color-scheme: light; }
:root[data-theme="dark"] { color-scheme: dark; }
*, ::before, ::after { box-sizing: border-box; }
[hidden] { display: none !important; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0;
  background: var(--ground);
  color: var(--ink);
  font: 15px/1.5 var(--sans);
  font-feature-settings: "tnum", "cv11";
  overflow-wrap: anywhere;
}
h1, h2, h3, h4, p, ol, ul, dl, dd, pre { margin: 0; padding: 0; }
ol, ul { list-style: none; }
button, input, select { font: inherit; color: inherit; }
button { cursor: pointer; background: none; border: 0; padding: 0; text-align: inherit; }
code, pre, kbd { font-family: var(--mono); font-size: 0.92em; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
h2:focus-visible { outline: none; }
.quiet { color: var(--quiet); font-size: 13px; }
.none { color: var(--quiet); font-style: italic; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.plain { color: var(--accent); font-size: 13px; padding: 4px 6px; border-radius: 6px; white-space: nowrap; }
.plain:hover { background: var(--accent-ground); }

main, body > footer { max-width: 88rem; margin: 0 auto; padding: 0 40px; }
.top { display: flex; align-items: start; justify-content: space-between; gap: 24px; padding: 44px 0 32px; }
.kicker { font-size: 12px; letter-spacing: 0.08em; text-transform: uppercase; color: var(--quiet); font-weight: 600; }
h1 { font-size: 30px; line-height: 1.2; font-weight: 650; letter-spacing: -0.021em; margin-top: 4px; text-wrap: balance; }
.theme { border: 1px solid var(--line); padding: 4px 12px; border-radius: 999px; color: var(--ink); }

.facts { display: flex; flex-wrap: wrap; gap: 12px 36px; }
.facts dt { color: var(--quiet); font-size: 12px; }
.facts dd { font-size: 14px; font-weight: 550; }

.segments { display: inline-flex; border: 1px solid var(--line); border-radius: 8px; padding: 2px; background: var(--raised); }
.segments button { padding: 3px 10px; border-radius: 6px; font-size: 13px; white-space: nowrap; color: var(--quiet); }
.segments button:hover { color: var(--ink); }
.segments button[aria-pressed="true"] { background: var(--accent-ground); color: var(--accent); font-weight: 600; }

body > footer { padding-top: 32px; padding-bottom: 56px; }
body > footer details { border-top: 1px solid var(--line); padding: 16px 0; }
summary { cursor: pointer; font-weight: 600; font-size: 14px; }
.method { display: grid; grid-template-columns: minmax(9rem, 14rem) 1fr; gap: 8px 24px; padding: 16px 0; font-size: 13px; }
.method dt { color: var(--quiet); }
.method dd { max-width: 46rem; }
kbd { border: 1px solid var(--line); border-bottom-width: 2px; border-radius: 4px; padding: 0 5px; background: var(--raised); }
.keys { white-space: pre-wrap; }

@media (max-width: 40rem) {
  main, body > footer { padding-left: 16px; padding-right: 16px; }
  .top { padding: 24px 0 20px; gap: 12px; }
  h1 { font-size: 23px; }
  .facts { gap: 10px 24px; }
  .method { grid-template-columns: 1fr; gap: 2px; }
  .method dd { margin-bottom: 10px; }
  .keys { display: none; }
}
`;
