/** MurmurHash3's 32-bit finaliser: every input bit reaches every output bit. */
function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * One 32-bit seed out of several integers, e.g. (project seed, optimizer step, micro-batch). Everything random in a
 * run is seeded by what it is for and not by how much was drawn before, so that a resumed run needs no RNG state.
 */
export function deriveSeed(...parts: number[]): number {
  let hash = 0x9e3779b9;
  for (const part of parts) {
    for (const word of [part >>> 0, Math.floor(Math.abs(part) / 2 ** 32) >>> 0]) {
      hash = mix((Math.imul(hash, 31) + word + 0x9e3779b9) | 0);
    }
  }
  return hash;
}

/** Uniform numbers in [0, 1) with 32 bits each: a Weyl sequence through the mixer (SplitMix, Steele et al. 2014). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    return mix(state) / 2 ** 32;
  };
}

/** Shuffles in place (Fisher and Yates) and returns the array. */
export function shuffle<T>(items: T[], random: () => number): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [items[i], items[j]] = [items[j] as T, items[i] as T];
  }
  return items;
}
