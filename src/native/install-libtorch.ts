import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { SqltuneError } from "../errors.js";
import { freeBytes } from "./free-bytes.js";
import {
  hasNvidiaCard,
  type Libtorch,
  pythonProgram,
  readTorchFolder,
  TORCH_VERSION,
  torchCacheFolder,
} from "./libtorch.js";
import { numberedFixes } from "./numbered-fixes.js";
import { type CommandOptions, runCommand } from "./run-command.js";

/** PyTorch's own index of CPU builds (https://pytorch.org/get-started/locally/): a tenth of the CUDA build's size. */
const CPU_INDEX = "https://download.pytorch.org/whl/cpu";

export interface InstallOptions {
  onLine: (line: string) => void;
  env?: NodeJS.ProcessEnv;
  signal?: AbortSignal;
}

/** One wheel that pip would install. */
interface Wheel {
  url: string;
  /** null when the server does not say. */
  bytes: number | null;
}

/**
 * Installs torch into sqltune's cache by pip: the CPU build where no NVIDIA card is seen. Says the size before it
 * downloads. Atomic: the folder appears whole or not at all.
 */
export async function installLibtorch({ onLine, env = process.env, signal }: InstallOptions): Promise<Libtorch> {
  const target = torchCacheFolder(env);
  const cuda = process.platform === "linux" && hasNvidiaCard();
  const python = pythonProgram(env);
  onLine(`libtorch: asking pip for torch ${TORCH_VERSION} (${cuda ? "NVIDIA card found: CUDA build" : "CPU build"})`);
  const { args, wheels } = await resolveTorch(python, cuda, { env, signal, onLine });
  sayPlan(wheels, target, onLine);

  mkdirSync(dirname(target), { recursive: true });
  const temporary = mkdtempSync(join(dirname(target), ".installing-"));
  try {
    const command = ["-m", "pip", "install", "--no-input", "--progress-bar", "off", "--target", temporary, ...args];
    const { code, output } = await runCommand(python, command, { env: quiet(env), signal, onLine: pipLine(onLine) });
    if (code !== 0) throw installFailed(output);
    const torch = readTorchFolder(join(temporary, "torch"));
    if (!torch) throw installFailed("pip ended well, but left no torch folder.");
    rmSync(target, { recursive: true, force: true });
    renameSync(temporary, target);
    onLine(`libtorch: torch ${torch.version} is in ${target}`);
    return { dir: join(target, "torch"), ...torch, source: "cache" };
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** The first way to name torch that pip can resolve, and the wheels it stands for. */
async function resolveTorch(
  python: string,
  cuda: boolean,
  options: CommandOptions & { onLine: (line: string) => void },
) {
  const pinned = `torch==${TORCH_VERSION}`;
  // The CUDA build needs NVIDIA's libraries, which are its dependencies; the CPU build is complete in itself.
  const plain = cuda ? [pinned] : ["--no-deps", pinned];
  const cpu = ["--no-deps", "--extra-index-url", CPU_INDEX, `${pinned}+cpu`];
  const ways = process.platform === "linux" && !cuda ? [cpu, plain] : [plain];
  // Only the libraries are used, so another Python's wheel does as well where this Python is too old or too new.
  const foreign = ["--python-version", "3.12", "--only-binary=:all:"];
  const attempts = [...ways, ...ways.map((way) => [...foreign, ...way])];
  const report = join(mkdtempSync(join(tmpdir(), "sqltune-pip-")), "report.json");
  let output = "";
  try {
    for (const args of attempts) {
      // Where an index keeps no metadata apart, pip has to download the wheel to know it (and keeps it for the
      // installation): its own lines then say the size first. --target: a foreign Python's wheel asks for it.
      const dry = ["-m", "pip", "install", "--dry-run", "--ignore-installed", "--no-input", "--progress-bar", "off"];
      const command = [
        ...dry,
        "--retries",
        "1",
        "--report",
        report,
        "--target",
        torchCacheFolder(options.env),
        ...args,
      ];
      const result = await runCommand(python, command, {
        ...options,
        env: quiet(options.env),
        onLine: pipLine(options.onLine),
      });
      const wheels = result.code === 0 ? await readReport(readFileSync(report, "utf8")) : [];
      if (wheels.length > 0) return { args, wheels };
      output = result.output;
    }
  } finally {
    rmSync(dirname(report), { recursive: true, force: true });
  }
  throw installFailed(output);
}

/** The wheels of pip's installation report (https://pip.pypa.io/en/stable/reference/installation-report/). */
async function readReport(report: string): Promise<Wheel[]> {
  const { install } = JSON.parse(report) as { install: { download_info: { url: string } }[] };
  return Promise.all(install.map(async ({ download_info: { url } }) => ({ url, bytes: await sizeOf(url) })));
}

async function sizeOf(url: string): Promise<number | null> {
  try {
    if (url.startsWith("file:")) return statSync(fileURLToPath(url)).size;
    const response = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(10_000) });
    return response.ok ? Number(response.headers.get("content-length")) || null : null;
  } catch {
    return null;
  }
}

function sayPlan(wheels: Wheel[], target: string, onLine: (line: string) => void): void {
  const total = wheels.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
  const unknown = wheels.some(({ bytes }) => bytes === null);
  const files =
    wheels.length === 1 ? decodeURIComponent(wheels[0]!.url.split("/").at(-1)!) : `${wheels.length} packages`;
  const size = total === 0 ? "size unknown" : `${unknown ? "more than " : ""}${megabytes(total)}`;
  onLine(`libtorch: downloading ${files} (${size}; unpacked about five times that) to ${target}`);
  const free = freeBytes(dirname(target));
  if (free !== null && free < total * 6) {
    throw new SqltuneError(
      numberedFixes(`${dirname(target)} has ${megabytes(free)} free; libtorch needs about ${megabytes(total * 6)}.`, [
        "Free some space",
        "Set SQLTUNE_CACHE to a folder on a larger disk",
        "Set SQLTUNE_TORCH_DIR to a torch that is already installed",
      ]),
      { code: "ERR_SQLTUNE_LIBTORCH" },
    );
  }
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;

/** pip's own lines, without those that say nothing to a user of sqltune. */
function pipLine(onLine: (line: string) => void) {
  return (line: string) => {
    if (/^\s*(Downloading|Installing|Using cached|Processing) \S/.test(line)) onLine(`libtorch: ${line.trim()}`);
  };
}

/** pip without its notice of a newer pip; a broken venv's PYTHONHOME must not reach it either. */
function quiet(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return { ...env, PIP_DISABLE_PIP_VERSION_CHECK: "1", PYTHONHOME: undefined };
}

function installFailed(output: string): SqltuneError {
  const errors = output.split("\n").filter((line) => /^ERROR|^pip|No space/.test(line.trim()));
  const reason = (errors.length > 0 ? errors : output.trim().split("\n")).slice(-4).join("\n");
  return new SqltuneError(
    numberedFixes(`libtorch cannot be installed. pip said:\n${reason}`, [
      "Check the network (a proxy: HTTPS_PROXY; an own package index: PIP_INDEX_URL) and run setup again",
      `Install it yourself (python3 -m pip install torch==${TORCH_VERSION}), and setup finds it in the current Python`,
      "Set SQLTUNE_TORCH_DIR to the torch folder of a Python that has it",
    ]),
    { code: "ERR_SQLTUNE_LIBTORCH" },
  );
}
