import { existsSync } from "node:fs";
import { availableParallelism, freemem, totalmem } from "node:os";
import { SqltuneError } from "../errors.js";
import { freeBytes } from "./free-bytes.js";
import { hasNvidiaCard, type Libtorch, searchLibtorch, torchCacheFolder } from "./libtorch.js";
import { checkBuild } from "./load.js";
import { addonFile } from "./package-root.js";
import { checkPrerequisites, type Prerequisite } from "./prerequisites.js";
import { sqliteProblem } from "./sqlite-binding.js";
import { tryAddon } from "./try-addon.js";
import type { NativeInfo } from "./types.js";

/** What this machine has, as `sqltune doctor` prints it. */
export interface Diagnosis {
  node: string;
  /** e.g. "linux x64". */
  platform: string;
  libtorch: Libtorch | null;
  addon: { file: string; built: boolean; loads: boolean; problem: string | null };
  /** null while the addon does not load. */
  native: NativeInfo | null;
  /** Bytes. */
  memory: { total: number; free: number };
  /** Free bytes where sqltune keeps its downloads. */
  cache: { folder: string; free: number | null };
  processors: number;
  sqlite: { ok: boolean; problem: string | null };
  /** What building needs. Not asked for once the addon loads. */
  prerequisites: Prerequisite[];
  /** What must be done before sqltune can train; empty when it can. */
  fixes: string[];
  /** What works, but could be better. */
  hints: string[];
}

/** Looks at everything and changes nothing. Works when nothing is installed or built. */
export async function diagnose(env: NodeJS.ProcessEnv = process.env): Promise<Diagnosis> {
  const { torch, torchProblem } = findTorch(env);
  const { native, problem } = await tryLoad(env);
  const prerequisites = native ? [] : await checkPrerequisites(env);
  const sqlite = await sqliteProblem();
  const cache = torchCacheFolder(env);
  const fixes = [
    ...(torchProblem ? [torchProblem] : []),
    ...prerequisites.filter(({ ok }) => !ok).map(({ fix }) => fix),
    ...(native && sqlite === null ? [] : ["Run: npx sqltune setup"]),
  ];
  return {
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    libtorch: torch,
    addon: { file: addonFile, built: existsSync(addonFile), loads: native !== null, problem },
    native,
    memory: { total: totalmem(), free: freemem() },
    cache: { folder: cache, free: freeBytes(cache) },
    processors: availableParallelism(),
    sqlite: { ok: sqlite === null, problem: sqlite },
    prerequisites,
    fixes,
    hints: hintsOf(torch, native),
  };
}

function findTorch(env: NodeJS.ProcessEnv): { torch: Libtorch | null; torchProblem: string | null } {
  try {
    return { torch: searchLibtorch(env).found, torchProblem: null };
  } catch (error) {
    if (!(error instanceof SqltuneError)) throw error;
    return { torch: null, torchProblem: error.message.split("\n")[0]! };
  }
}

async function tryLoad(env: NodeJS.ProcessEnv): Promise<{ native: NativeInfo | null; problem: string | null }> {
  try {
    checkBuild(addonFile, env);
  } catch (error) {
    if (!(error instanceof SqltuneError)) throw error;
    return { native: null, problem: error.message.split("\n")[0]! };
  }
  const tried = await tryAddon(addonFile);
  return "info" in tried ? { native: tried.info, problem: null } : { native: null, problem: tried.problem };
}

function hintsOf(torch: Libtorch | null, native: NativeInfo | null): string[] {
  const hints: string[] = [];
  if (hasNvidiaCard() && torch?.cuda === null) {
    hints.push(
      "There is an NVIDIA card, but this libtorch is a CPU build: install a CUDA build of torch and run setup.",
    );
  }
  if (torch?.cuda && native && !native.cuda.available && hasNvidiaCard()) {
    hints.push(`libtorch is built for CUDA ${torch.cuda}, but finds no card: is the driver new enough for it?`);
  }
  if (native && !native.fastBfloat16 && !native.cuda.available && !native.mps.available) {
    hints.push("This processor has no fast bfloat16: training runs in float32.");
  }
  return hints;
}
