/** A number with the 15 significant digits that its computation has: 0.36 for 1 − 0.8². */
export function decimal(value: number): number {
  return Number(value.toPrecision(15));
}
