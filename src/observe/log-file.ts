import { appendFileSync, closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { describeEvent } from "./event-text.js";
import type { EventSink } from "./metrics-file.js";

/** logs/train.log: what the terminal showed, each line with its time (ISO, UTC). */
export function openLogFile(path: string): EventSink {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, "a");
  let open = true;
  return {
    onEvent: (event) => {
      const line = describeEvent(event);
      if (line !== null && open) appendFileSync(file, `${new Date().toISOString()} ${line}\n`);
    },
    close: () => {
      if (open) closeSync(file);
      open = false;
    },
  };
}
