/** Peak memory by packed tokens of a micro-batch: bytes = base + perToken * tokens. */
export interface MemoryLine {
  base: number;
  perToken: number;
}

/** Least squares; null with fewer than two sizes, or where memory does not grow with them. */
export function fitMemoryLine(points: readonly { tokens: number; bytes: number }[]): MemoryLine | null {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [tokens, bytes] = [mean(points.map((it) => it.tokens)), mean(points.map((it) => it.bytes))];
  let [covariance, variance] = [0, 0];
  for (const point of points) {
    covariance += (point.tokens - tokens) * (point.bytes - bytes);
    variance += (point.tokens - tokens) ** 2;
  }
  if (!(variance > 0) || covariance <= 0) return null;
  const perToken = covariance / variance;
  return { base: bytes - perToken * tokens, perToken };
}

/** Bytes at `tokens`; null without a line. */
export function predictMemory(line: MemoryLine | null, tokens: number): number | null {
  return line && line.base + line.perToken * tokens;
}

/** The most tokens within `bytes`; null without a line or a limit. */
export function tokensWithin(line: MemoryLine | null, bytes: number | null): number | null {
  return line && bytes !== null ? Math.max(0, Math.floor((bytes - line.base) / line.perToken)) : null;
}
