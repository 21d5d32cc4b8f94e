import { check, floats } from "@ltt/core/arguments";

/** Two networks on the same examples. */
export interface McNemar {
  /** Examples that only the first one gets right, and that only the second one does. */
  readonly onlyFirst: number;
  readonly onlySecond: number;
  /** The probability of a difference as large or larger, were both as likely to be the one that is right. */
  readonly p: number;
}

/**
 * McNemar's exact test of two networks, from their scores on the same examples: `p = min(1, 2 · P(X ≤ min(b, c)))` with
 * `X ~ Bin(b + c, ½)`, b and c the examples that only one of them gets right. Dietterich (Neural Computation 10, 1998)
 * recommends it where a network is trained once. McNemar, Psychometrika 12 (1947).
 *
 * @param first - 1 for each example that is right, 0 for each that is wrong; `second` likewise.
 * @throws {RangeError} if the numbers of examples differ, there are none, or a score is neither 0 nor 1.
 */
export function mcnemar(first: Float32Array, second: Float32Array): McNemar {
  check("mcnemar", "first", first, floats);
  check("mcnemar", "second", second, floats);
  if (first.length !== second.length || first.length === 0) {
    throw new RangeError(
      `mcnemar: there are ${first.length} and ${second.length} scores; each example has one of both`,
    );
  }
  let [onlyFirst, onlySecond] = [0, 0];
  for (let i = 0; i < first.length; i++) {
    checkScore("first", i, first[i]!);
    checkScore("second", i, second[i]!);
    if (first[i]! > second[i]!) onlyFirst++;
    if (first[i]! < second[i]!) onlySecond++;
  }
  const tail = lowerTail(onlyFirst + onlySecond, Math.min(onlyFirst, onlySecond));
  return { onlyFirst, onlySecond, p: Math.min(1, 2 * tail) };
}

/** `P(X ≤ k)` for `X ~ Bin(n, ½)` and `k ≤ n/2`: the term of k, times the sum of the others' ratios to it. */
function lowerTail(n: number, k: number): number {
  let [term, halvings] = [1, n];
  for (let i = 1; i <= k; i++) {
    term *= (n - k + i) / i;
    for (; term > 1 && halvings > 0; halvings--) term /= 2;
  }
  for (; halvings > 0 && term > 0; halvings--) term /= 2;
  let [sum, ratio] = [1, 1];
  for (let j = k; j > 0; j--) {
    ratio *= j / (n - j + 1);
    sum += ratio;
  }
  return term * sum;
}

function checkScore(name: string, i: number, score: number): void {
  if (score !== 0 && score !== 1) throw new RangeError(`mcnemar: ${name}[${i}] is ${score}; a score is 0 or 1`);
}
