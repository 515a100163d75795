/**
 * NumPy's `default_rng(seed)`: SeedSequence feeding PCG64 (O'Neill 2014, XSL-RR 128/64), so that the seed project's
 * splits, which HuggingFace datasets draws with it, come out row for row. Tested against NumPy's own numbers.
 */
export class NumpyGenerator {
  private state: bigint;
  private readonly increment: bigint;
  /** PCG64 gives 64 bits; 32-bit draws use the low half first and keep the high half for the next draw. */
  private spare: number | null = null;

  /** @param seed a non-negative integer below 2^53. */
  constructor(seed: number) {
    const words = seedWords(seed);
    const word = (i: number) => (BigInt(words[2 * i + 1]!) << 32n) | BigInt(words[2 * i]!);
    const sequence = (word(2) << 64n) | word(3);
    this.increment = ((sequence << 1n) | 1n) & MASK_128;
    this.state = this.increment;
    this.state = (this.state + ((word(0) << 64n) | word(1))) & MASK_128;
    this.step();
  }

  /** `Generator.permutation(n)`: the numbers below n in random order. */
  permutation(n: number): number[] {
    const order = Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.upTo(i);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
  }

  /** A uniform integer in [0, max], max < 2^32, by masking and rejection: NumPy's random_interval, which its shuffle uses. */
  private upTo(max: number): number {
    const mask = 2 ** (32 - Math.clz32(max)) - 1;
    for (;;) {
      const value = (this.next32() & mask) >>> 0;
      if (value <= max) return value;
    }
  }

  private next32(): number {
    if (this.spare !== null) {
      const value = this.spare;
      this.spare = null;
      return value;
    }
    this.step();
    const folded = ((this.state >> 64n) ^ this.state) & MASK_64;
    const turn = this.state >> 122n;
    const value = ((folded >> turn) | (folded << ((64n - turn) & 63n))) & MASK_64;
    this.spare = Number(value >> 32n);
    return Number(value & MASK_32);
  }

  private step(): void {
    this.state = (this.state * MULTIPLIER + this.increment) & MASK_128;
  }
}

const MASK_32 = 2n ** 32n - 1n;
const MASK_64 = 2n ** 64n - 1n;
const MASK_128 = 2n ** 128n - 1n;
const MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n;

/** SeedSequence(seed).generate_state(4, uint64) as eight 32-bit words, the low one first. */
function seedWords(seed: number): number[] {
  const entropy = seed < 2 ** 32 ? [seed >>> 0] : [seed >>> 0, Math.floor(seed / 2 ** 32)];
  let hash = 0x43b0d7e5;
  const hashed = (value: number): number => {
    let mixed = value ^ hash;
    hash = Math.imul(hash, 0x931e8875);
    mixed = Math.imul(mixed, hash);
    return mixed ^ (mixed >>> 16);
  };
  const pool = [0, 1, 2, 3].map((i) => hashed(entropy[i] ?? 0));
  for (let source = 0; source < 4; source++) {
    for (let target = 0; target < 4; target++) {
      if (source === target) continue;
      const mixed = Math.imul(0xca01f9dd, pool[target]!) - Math.imul(0x4973f715, hashed(pool[source]!));
      pool[target] = (mixed ^ (mixed >>> 16)) >>> 0;
    }
  }
  hash = 0x8b51f9dd;
  return Array.from({ length: 8 }, (_, i) => {
    let mixed = pool[i % 4]! ^ hash;
    hash = Math.imul(hash, 0x58f38ded);
    mixed = Math.imul(mixed, hash);
    return (mixed ^ (mixed >>> 16)) >>> 0;
  });
}
