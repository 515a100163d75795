/** Drawn on 16 by 16, with a line of 1.5. */
const PATHS = {
  alert: "M8 2.2 14.3 13H1.7L8 2.2ZM8 6.4v3.2M8 11.4v.1",
  chart: "M2.5 13.5h11M4.5 11V8M8 11V3.5M11.5 11V6",
  check: "m3 8.5 3.2 3.2L13 5",
  chevron: "m4.5 6.5 3.5 3.5 3.5-3.5",
  clock: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 4.8V8l2.2 1.6",
  close: "m4 4 8 8M12 4l-8 8",
  code: "m5.5 4.5-3.5 3.5 3.5 3.5M10.5 4.5l3.5 3.5-3.5 3.5",
  copy: "M6 5.5h7v8H6zM10.5 5.5v-3h-7.5v8H6",
  database:
    "M3 4c0-1.1 2.2-2 5-2s5 .9 5 2-2.2 2-5 2-5-.9-5-2Zm0 0v8c0 1.1 2.2 2 5 2s5-.9 5-2V4M3 8c0 1.1 2.2 2 5 2s5-.9 5-2",
  download: "M8 2.5v7.5m-3-3 3 3 3-3M2.5 13.5h11",
  edit: "m3 13 .6-2.8 7.3-7.3 2.2 2.2-7.3 7.3L3 13Z",
  fit: "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10",
  key: "M9.5 8.5a3.3 3.3 0 1 0-2-2L2.5 11.5v2h2.2v-1.6h1.6v-1.6h1.4l1.8-1.8ZM10.8 5.2v.1",
  list: "M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4v.1M2.5 8v.1M2.5 12v.1",
  minus: "M3.5 8h9",
  moon: "M13.3 9.6A5.7 5.7 0 0 1 6.4 2.7a5.7 5.7 0 1 0 6.9 6.9Z",
  play: "M5 3.2v9.6L12.8 8 5 3.2Z",
  plus: "M8 3.5v9M3.5 8h9",
  question: "M5.9 6.1a2.2 2.2 0 1 1 3.3 1.9c-.8.5-1.2.9-1.2 1.8M8 12v.1",
  redo: "M13 3v3.5H9.5M12.7 6.3A5.2 5.2 0 1 0 13.2 9",
  search: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.4 10.4 13.5 13.5",
  stop: "M4 4h8v8H4z",
  sun: "M8 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6ZM8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9",
  table: "M2.5 3h11v10h-11zM2.5 6.4h11M2.5 9.7h11M6.5 6.4V13",
  trash: "M2.8 4.5h10.4M6 4.3V2.8h4v1.5M4.2 4.5l.6 9h6.4l.6-9M6.8 7v4M9.2 7v4",
  upload: "M8 10V2.5m-3 3 3-3 3 3M2.5 13.5h11",
} as const;

export type IconName = keyof typeof PATHS;

/** An ornament beside a text, or in a button that has a name of its own. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
