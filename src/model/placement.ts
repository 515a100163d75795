import { SqltuneError } from "../errors.js";
import type { DeviceName, DType, NativeInfo } from "../native/types.js";

export interface PlacementRequest {
  device?: DeviceName | "auto";
  dtype?: DType | "auto";
  computeDtype?: DType | "auto";
}

/** Where a model computes and in what precision. */
export interface Placement {
  device: DeviceName;
  /** Precision the frozen weights are held in. */
  dtype: DType;
  /** Precision of the matrix products; never float16 on a CPU. */
  computeDtype: DType;
  /** What was asked for and could not be had. */
  warnings: string[];
}

/**
 * Resolves "auto" on this machine. Device: cuda, else mps, else cpu. Precision: bfloat16 where its products are fast
 * (cuda; a CPU with avx512_bf16, amx or Arm's bf16), float32 elsewhere; compute follows dtype, but a CPU never computes
 * float16 (ten times slower there) nor, unless told to, slow bfloat16. Throws SqltuneError for a device that is not there.
 */
export function choosePlacement(request: PlacementRequest, info: NativeInfo): Placement {
  const { device: wanted = "auto", dtype: wantedDType = "auto", computeDtype: wantedCompute = "auto" } = request;
  const device = chooseDevice(wanted, info);
  const fastBfloat16 = device === "cuda" || (device === "cpu" && info.fastBfloat16);
  const fallback: DType = fastBfloat16 ? "bfloat16" : "float32";
  const dtype = wantedDType === "auto" ? fallback : wantedDType;
  const warnings: string[] = [];

  let computeDtype: DType;
  if (wantedCompute === "auto") {
    const halfOnCpu = device === "cpu" && dtype !== "float32";
    computeDtype = halfOnCpu ? fallback : dtype;
  } else if (wantedCompute === "float16" && device === "cpu") {
    computeDtype = fallback;
    warnings.push(`float16 is not computed on a CPU, where it is slow: products are in ${fallback} instead.`);
  } else {
    computeDtype = wantedCompute;
  }
  return { device, dtype, computeDtype, warnings };
}

function chooseDevice(wanted: DeviceName | "auto", info: NativeInfo): DeviceName {
  const present: DeviceName[] = ["cpu"];
  if (info.mps.available) present.unshift("mps");
  if (info.cuda.available) present.unshift("cuda");
  if (wanted === "auto") return present[0]!;
  if (present.includes(wanted)) return wanted;
  const hint =
    wanted === "cuda"
      ? "Check `nvidia-smi`, and that libtorch is a CUDA build (`npx sqltune doctor` shows both)."
      : wanted === "mps"
        ? "MPS needs a Mac with Apple silicon."
        : 'Devices are "auto", "cpu", "cuda" and "mps".';
  throw new SqltuneError(
    `device "${wanted}" is not available; found: ${present.join(", ")} (libtorch ${info.torchRuntime}). ${hint}`,
  );
}
