/**
 * McNemar's exact test, two-sided: how likely the rows on which two systems part would fall at least as unevenly if each
 * system were as likely as the other to win one. The binomial test with p = 1/2, as statsmodels' `mcnemar(exact=True)`.
 *
 * @param won rows that one system alone has right
 * @param lost rows that the other alone has right
 * @returns p in (0, 1]; 1 when they never part
 */
export function mcnemarExact(won: number, lost: number): number {
  const parted = won + lost;
  const fewer = Math.min(won, lost);
  // P(X <= fewer), as a multiple of P(X = fewer): each term is the one above times i / (parted - i + 1).
  let sum = 1;
  let term = 1;
  for (let i = fewer; i > 0; i--) {
    term *= i / (parted - i + 1);
    sum += term;
  }
  let logTerm = -parted * Math.LN2;
  for (let i = 1; i <= fewer; i++) logTerm += Math.log((parted - fewer + i) / i);
  return Math.min(1, 2 * sum * Math.exp(logTerm));
}
