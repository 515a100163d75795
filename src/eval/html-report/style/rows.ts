/** The filters and the list of rows. */
export const ROWS_STYLE = `
.finder { position: sticky; top: 0; z-index: 2; background: var(--ground); border-top: 1px solid var(--line); border-bottom: 1px solid var(--line); padding: 12px 24px; }
.filters { display: flex; flex-wrap: wrap; align-items: end; gap: 10px 12px; }
.field { display: flex; flex-direction: column; gap: 2px; min-width: 0; }
.field-q { flex: 1 1 11rem; }
.caption { font-size: 12px; color: var(--quiet); }
input, select { height: 34px; border: 1px solid var(--strong-line); border-radius: 8px; background: var(--raised); padding: 0 10px; font-size: 14px; width: 100%; }
.field .segments { height: 34px; align-items: stretch; border-color: var(--strong-line); }
select { padding-right: 4px; max-width: 9.5rem; }
select.set { border-color: var(--accent); background: var(--accent-ground); }
input::placeholder { color: var(--quiet); opacity: 1; }
.outcome { display: flex; flex-direction: column; justify-content: end; align-items: end; min-width: 7.5rem; min-height: 34px; margin-left: auto; }
.outcome .plain { padding-right: 0; }
.found { font-size: 13px; font-weight: 550; white-space: nowrap; }

.explorer { display: grid; grid-template-columns: 1fr; scroll-margin-top: calc(var(--finder) + 25px); min-height: calc(100vh - var(--finder) - 25px); align-content: start; }
.explorer.open { grid-template-columns: minmax(20rem, 5fr) minmax(0, 8fr); }
.list { min-width: 0; padding-bottom: 24px; }
.explorer.open .list { border-right: 1px solid var(--line); }
.list > .none { padding: 32px 24px; }
.more { margin: 12px 24px; }
.rows li { border-bottom: 1px solid var(--line); content-visibility: auto; contain-intrinsic-size: auto 66px; }
.row {
  display: grid; width: 100%; grid-template: "index question badges" auto "index about badges" auto / 2.6rem 1fr auto;
  gap: 1px 16px; padding: 10px 24px; text-align: left; scroll-margin: calc(var(--finder) + 40px) 0 40px;
}
.row:hover { background: var(--sunk); }
.row:focus-visible { outline-offset: -2px; }
.row[aria-current] { background: var(--accent-ground); box-shadow: inset 3px 0 var(--accent); }
.row .index { grid-area: index; color: var(--quiet); font-size: 12.5px; padding-top: 2px; text-align: right; }
.row .question { grid-area: question; overflow: hidden; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; }
.row .about { grid-area: about; display: flex; flex-wrap: wrap; color: var(--quiet); font-size: 12.5px; }
.row .about span + span::before { content: "·"; margin: 0 6px; }
.row .badges { grid-area: badges; align-self: center; flex-wrap: nowrap; }
.explorer.open .row { grid-template: "index question" auto "index about" auto "index badges" auto / 2.2rem 1fr; padding: 10px 16px 10px 8px; }
.explorer.open .row .badges { justify-self: start; margin-top: 3px; }

.badges { display: flex; flex-wrap: wrap; gap: 6px; }
.badge { position: relative; display: inline-flex; gap: 4px; align-items: center; font-size: 12px; line-height: 1; font-weight: 550; padding: 4px 7px; border-radius: 999px; white-space: nowrap; }
.badge.right { color: var(--right); background: var(--right-ground); }
.badge.wrong { color: var(--wrong); background: var(--wrong-ground); }
.badge.unjudged { color: var(--quiet); background: var(--sunk); }

@media (max-width: 64rem) {
  .explorer.open { grid-template-columns: 1fr; }
  .explorer.open .list { border: 0; }
}
@media (max-width: 40rem) {
  .finder { position: static; padding: 12px; }
  .filters { display: grid; grid-template-columns: 1fr 1fr; }
  .field-q, .field-metric, .filters > .field:has(.segments), .outcome { grid-column: 1 / -1; }
  .segments { display: flex; }
  .segments button { flex: 1; text-align: center; padding: 3px 4px; }
  input, select { height: 40px; max-width: none; font-size: 16px; }
  .outcome { flex-direction: row; justify-content: space-between; align-items: center; margin: 0; width: 100%; }
  .row, .explorer.open .row { grid-template: "index question" auto "index about" auto "index badges" auto / 2.2rem 1fr; gap: 2px 10px; padding: 10px 12px 10px 0; }
  .row .badges { justify-self: start; margin-top: 4px; flex-wrap: wrap; }
}
`;
