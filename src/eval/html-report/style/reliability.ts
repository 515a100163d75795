/** The reliability diagram. The two series differ in their marks as well as in their colours. */
export const RELIABILITY_STYLE = `
.reliability { display: grid; grid-template-columns: minmax(11rem, 16rem) 1fr; gap: 8px 24px; align-items: start; }
.reliability svg { display: block; width: 100%; }
.reliability .grid { stroke: var(--line); stroke-width: 0.6; fill: none; }
.reliability .perfect { stroke: var(--strong-line); stroke-width: 1; stroke-dasharray: 3 3; fill: none; }
.reliability .tick { fill: var(--quiet); font-size: 9.5px; }
.reliability .curve { fill: none; stroke-width: 1.5; }
.reliability .raw .curve, .reliability .raw circle { stroke: var(--strong-line); }
.reliability .raw circle { fill: var(--ground); stroke-width: 1.5; }
.reliability .calibrated .curve { stroke: var(--accent); }
.reliability .calibrated circle { fill: var(--accent); }
.reliability .key { padding: 4px 0 4px 20px; position: relative; font-size: 13.5px; }
.reliability .key strong { display: block; font-weight: 550; }
.reliability .key::before { content: ""; position: absolute; left: 2px; top: 9px; width: 10px; height: 10px; border-radius: 50%; border: 2px solid var(--strong-line); }
.reliability .key.calibrated::before { border-color: var(--accent); background: var(--accent); }
.reliability summary { cursor: pointer; padding: 4px 0; }
.reliability table { width: 100%; }
.reliability tbody th { font-weight: 400; }
.reliability th, .reliability td { padding: 2px 8px 2px 0; border-bottom: 1px solid var(--line); }
@media (max-width: 40rem) { .reliability { grid-template-columns: minmax(0, 20rem); } }
`;
