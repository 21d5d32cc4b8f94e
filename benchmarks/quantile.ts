/**
 * The `p`-quantile of values, `p` in [0, 1], on the straight line between the two nearest: type 7 of Hyndman & Fan, “Sample quantiles in statistical packages”, The American Statistician
 * 50 (1996). NumPy's and R's default.
 */
export function quantile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = p * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  return low + (at - Math.floor(at)) * (high - low);
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function quartiles(values: readonly number[]): readonly [number, number] {
  return [quantile(values, 0.25), quantile(values, 0.75)];
}
