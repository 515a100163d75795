/** The panel of the open row: beside the list where there is room, over the page where there is not. */
export const DETAIL_STYLE = `
.detail { padding: 0 24px 40px 32px; align-self: start; position: sticky; top: calc(var(--finder) + 25px); max-height: calc(100vh - var(--finder) - 25px); overflow-y: auto; background: var(--ground); }
.detail-bar { display: flex; align-items: center; gap: 2px; position: sticky; top: 0; background: inherit; padding: 12px 0 8px; z-index: 1; }
.place { flex: 1; color: var(--quiet); font-size: 13px; }
.detail > h2 { font-size: 21px; line-height: 1.35; font-weight: 600; letter-spacing: -0.012em; padding-bottom: 14px; text-wrap: pretty; }
.detail-body { display: grid; gap: 24px; grid-template-columns: minmax(0, 1fr); }
.detail h3 { font-size: 13px; font-weight: 600; padding-bottom: 6px; display: flex; justify-content: space-between; align-items: center; min-height: 30px; }
.detail h4 { font-size: 12.5px; font-weight: 550; padding-bottom: 6px; display: flex; gap: 10px; align-items: baseline; }
.detail h3 .plain { font-weight: 400; }
.why { border-left: 3px solid var(--wrong); padding: 2px 0 2px 14px; display: grid; gap: 4px; font-size: 14.5px; }
.why strong { font-weight: 650; color: var(--wrong); margin-right: 4px; }
.why .error { font-family: var(--mono); font-size: 13px; }
.invented { color: var(--wrong); background: var(--wrong-ground); padding: 1px 6px; border-radius: 4px; margin-right: 6px; }

.queries { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 12px 16px; }
.queries section { display: flex; flex-direction: column; }
.queries .legend { grid-column: 1 / -1; }
.sql, .tokens { white-space: pre-wrap; background: var(--sunk); border-radius: 10px; padding: 14px 16px; font-size: 13px; line-height: 1.65; flex: 1; }
.sql .k { color: var(--accent); }
.sql .s { color: light-dark(#7a4b00, #e5c07b); }
.sql .n { color: light-dark(#8a3b6b, #e0a3c8); }
.sql .c { color: var(--quiet); font-style: italic; }
.sql .x { text-decoration: wavy underline var(--wrong); }
mark { color: inherit; border-radius: 3px; padding: 1px 2px; box-decoration-break: clone; -webkit-box-decoration-break: clone; }
.sql mark .k, .sql mark .s, .sql mark .n { color: inherit; }
mark.missing { background: var(--right-ground); box-shadow: inset 0 -2px var(--right); color: var(--right); }
mark.added { background: var(--wrong-ground); box-shadow: inset 0 -2px var(--wrong); color: var(--wrong); }

.results { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 16px; }
.result { min-width: 0; }
.scroll { overflow: auto; max-height: 22rem; border: 1px solid var(--line); border-radius: 10px; }
.scroll table { min-width: 100%; }
.scroll th { position: sticky; top: 0; background: var(--sunk); font-size: 12px; }
.scroll th, .scroll td { padding: 5px 12px; white-space: nowrap; max-width: 24rem; overflow: hidden; text-overflow: ellipsis; overflow-wrap: normal; }
.scroll td { border-top: 1px solid var(--line); }
.null { color: var(--quiet); font-style: italic; }
.blob { font-family: var(--mono); font-size: 12px; }
.blob .quiet { margin-left: 8px; font-size: 12px; }
tr.alone td { background: var(--wrong-ground); }
tr.alone td:first-child { box-shadow: inset 2px 0 var(--wrong); }

.tokens span { background: color-mix(in oklab, var(--wrong) calc(var(--doubt) * 45%), transparent); border-radius: 3px; }
.tokens + p { padding-top: 6px; }
.detail .facts { border-top: 1px solid var(--line); padding-top: 16px; gap: 10px 28px; }
.detail .facts dd { font-weight: 450; font-size: 13.5px; }

@media (max-width: 64rem) {
  .detail { position: fixed; inset: 0; z-index: 5; align-self: stretch; height: 100%; max-height: none; padding: 0 24px 40px; }
  body.covered { overflow: hidden; }
}
@media (max-width: 40rem) {
  .detail { padding: 0 16px 32px; }
  .detail > h2 { font-size: 19px; }
  .detail-bar .place { font-size: 12px; }
}
`;
