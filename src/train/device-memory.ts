import { runCommand } from "../native/run-command.js";
import type { DeviceName } from "../native/types.js";

/** The CUDA context and the kernels take this much beside what libtorch allocates. */
const CONTEXT = 600e6;

/**
 * Bytes that libtorch may still allocate on the device, as nvidia-smi tells; null on a CPU, on MPS (it shares the
 * machine's memory) and where nvidia-smi does not answer: then only a probe that fails shows the limit.
 */
export async function availableDeviceMemory(device: DeviceName, env = process.env): Promise<number | null> {
  if (device !== "cuda") return null;
  const [first = "0"] = (env.CUDA_VISIBLE_DEVICES ?? "0").split(",");
  const words = ["--query-gpu=memory.free", "--format=csv,noheader,nounits", "-i", first.trim()];
  const { code, stdout } = await runCommand("nvidia-smi", words);
  return code === 0 ? freeDeviceBytes(stdout) : null;
}

/** nvidia-smi's answer: one line of MiB. */
export function freeDeviceBytes(stdout: string): number | null {
  const free = Number.parseInt(stdout, 10);
  return Number.isNaN(free) ? null : Math.max(0, free * 2 ** 20 - CONTEXT);
}
