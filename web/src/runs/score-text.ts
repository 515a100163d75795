/** Metrics that are shares of questions or tokens, and shown in percent. */
const SHARES = new Set(["em", "ex", "ts", "exact_match", "token_accuracy"]);

export function isShare(metric: string): boolean {
  return SHARES.has(metric);
}

export function percentText(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

export function scoreText(metric: string, value: number): string {
  return isShare(metric) ? percentText(value) : value.toFixed(4);
}
