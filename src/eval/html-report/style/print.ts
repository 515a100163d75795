/** On paper: no controls, black on white, every row that passes the filters. */
export const PRINT_STYLE = `
@media print {
  :root, :root[data-theme] { color-scheme: light; }
  body { font-size: 10pt; }
  body.covered { overflow: visible; }
  main, body > footer { padding: 0; max-width: none; }
  .plain, .finder, .keys { display: none; }
  .explorer { min-height: 0; }
  .explorer.open { display: block; }
  .detail { position: static; max-height: none; overflow: visible; padding: 16pt 0; break-before: page; }
  .scroll { max-height: none; overflow: visible; }
  .scroll th, .scroll td { white-space: normal; }
  .rows li, .result, .queries section { break-inside: avoid; }
  .row { padding: 4pt 0; }
  .bar .share, .badge, mark, .tokens span, .sql { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
