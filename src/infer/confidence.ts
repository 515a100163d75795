/**
 * How sure the model was of an answer, in [0, 1]: 0.8 x the geometric mean of the tokens' probabilities + 0.2 x their
 * minimum. The mean alone hides the one doubtful name in a long query. 0 for an answer without tokens.
 */
export function confidence(probabilities: ArrayLike<number>): number {
  if (probabilities.length === 0) return 0;
  let sum = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < probabilities.length; i++) {
    const logProbability = Math.log(probabilities[i]!);
    sum += logProbability;
    least = Math.min(least, logProbability);
  }
  const value = 0.8 * Math.exp(sum / probabilities.length) + 0.2 * Math.exp(least);
  return Math.min(1, Math.max(0, value));
}
