import { SingleBar } from "cli-progress";
import { formatBytes } from "../hub/index.js";
import type { DownloadProgress } from "../hub/types.js";
import type { CliIo } from "./io.js";

/** Progress of one thing after another: a bar on a terminal, on a pipe a line for each tenth. */
export interface ProgressReporter {
  update(label: string, done: number, total: number, text: string): void;
  close(): void;
}

export function createProgress(stream: CliIo["stderr"]): ProgressReporter {
  return stream.isTTY ? barProgress(stream) : lineProgress(stream);
}

/** A download as `loadModel` and `pull` tell it. */
export function downloadProgress(progress: ProgressReporter): (download: DownloadProgress) => void {
  return ({ file, received, total }) =>
    progress.update("downloading", received, total, `${formatBytes(received)} of ${formatBytes(total)}, ${file}`);
}

function barProgress(stream: CliIo["stderr"]): ProgressReporter {
  let bar: SingleBar | null = null;
  let shown = "";
  const close = () => {
    bar?.stop();
    bar = null;
  };
  return {
    update(label, done, total, text) {
      if (label !== shown) close();
      shown = label;
      if (!bar) {
        const format = "{label} {bar} {percentage}% | {text}";
        // Ctrl-C is the command's to handle.
        bar = new SingleBar({ stream, format, barsize: 24, clearOnComplete: true, gracefulExit: false });
        bar.start(total, done, { label, text });
      }
      bar.update(done, { label, text });
      if (done >= total) close();
    },
    close,
  };
}

function lineProgress(stream: CliIo["stderr"]): ProgressReporter {
  let shown = "";
  let tenths = 0;
  return {
    update(label, done, total, text) {
      if (label !== shown) tenths = 0;
      shown = label;
      const now = total === 0 ? 10 : Math.floor((10 * done) / total);
      if (now <= tenths) return;
      tenths = now;
      stream.write(`${label} ${10 * now} % | ${text}\n`);
    },
    close() {},
  };
}
