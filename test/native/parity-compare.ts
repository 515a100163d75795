import { readSafetensors } from "../unit/adapter-safetensors.js";

/** Largest absolute difference of two arrays of one length. */
export function maxDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`lengths differ: ${a.length} and ${b.length}`);
  let most = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    // NaN compares false with everything: it must not pass as no difference.
    if (!(difference <= most)) most = difference;
  }
  return most;
}

/** |a - b| / |b| in the Euclidean norm. */
export function relativeDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`lengths differ: ${a.length} and ${b.length}`);
  let difference = 0;
  let size = 0;
  for (let i = 0; i < a.length; i++) {
    difference += (a[i]! - b[i]!) ** 2;
    size += b[i]! ** 2;
  }
  return Math.sqrt(difference / size);
}

/** The largest relative difference over all tensors of a safetensors file, which must have the same names. */
export function worstRelativeDifference(
  found: Record<string, Float32Array>,
  referenceFile: string,
): { name: string; difference: number } {
  const reference = readSafetensors(referenceFile);
  const names = [...reference.keys()].sort();
  if (JSON.stringify(Object.keys(found).sort()) !== JSON.stringify(names)) {
    throw new Error(`tensors differ: ${Object.keys(found).slice(0, 4)}... and ${names.slice(0, 4)}...`);
  }
  let worst = { name: "", difference: -1 };
  for (const name of names) {
    const difference = relativeDifference(found[name]!, reference.get(name)!.data);
    if (!(difference <= worst.difference)) worst = { name, difference };
  }
  return worst;
}
