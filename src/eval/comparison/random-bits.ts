/**
 * xoshiro128** (Blackman and Vigna 2018): uniform 32-bit integers, the same for a seed on every machine. Ten million of
 * them are drawn for one comparison, and 32-bit arithmetic is what JavaScript does fast.
 */
export function randomBits(seed: number): () => number {
  // SplitMix32 spreads the seed over the state, which must not be all zeros.
  let spread = seed >>> 0;
  const word = (): number => {
    spread = (spread + 0x9e3779b9) | 0;
    let mixed = Math.imul(spread ^ (spread >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  let [a, b, c, d] = [word(), word(), word(), word() | 1];
  return () => {
    const product = Math.imul(b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result;
  };
}
