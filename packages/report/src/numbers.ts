import type { Estimate, Interval } from "@ltt/lottery";
import { check, finite } from "@ltt/lottery/arguments";

/** A fraction as a percentage with `digits` decimals: `0.8712` → `87.12 %`. */
export function percent(fraction: number, digits = 2): string {
  return `${(100 * fraction).toFixed(digits)} %`;
}

/** A sparsity as it is usually quoted, one decimal at most: `0.488` → `48.8 %`, `0.2` → `20 %`; see `sharePercent`. */
export function sparsityPercent(fraction: number): string {
  check("sparsityPercent", "fraction", fraction, finite);
  return `${sharePercent(fraction)} %`;
}

/**
 * A share in percent, with as many decimals as it takes to tell almost all from all, and almost nothing from nothing: `0.99996` → `99.996`.
 */
export function sharePercent(fraction: number): string {
  const text = trim(100 * fraction);
  const isRounded = (text === "100" && fraction < 1) || (text === "0" && fraction > 0);
  if (!isRounded) return text;
  const rest = fraction < 0.5 ? fraction : 1 - fraction;
  let digits = 0;
  while (digits < 9 && 100 * rest * 10 ** digits < 1) digits++;
  return (100 * fraction).toFixed(digits).replace(/0+$/, "");
}

/** Whether an interval tells anything: neither one run bounds a mean, nor do runs that gave the same by chance. */
export function isBound({ halfWidth }: Estimate): boolean {
  return Number.isFinite(halfWidth) && halfWidth > 1e-12; // equal values differ from their mean by a rounding at most
}

/** Mean and half-width in percent: `87.12 ± 0.45 %`; without `±` where that tells nothing. */
export function percentEstimate(estimate: Estimate): string {
  const { mean, halfWidth } = estimate;
  if (!isBound(estimate)) return percent(mean);
  return `${(100 * mean).toFixed(2)} ± ${(100 * halfWidth).toFixed(2)} %`;
}

/** A difference of fractions in percentage points, with its sign: `+0.24 ± 0.31 points`. */
export function pointsEstimate({ mean, halfWidth }: Interval): string {
  const points = (100 * mean).toFixed(2);
  const sign = Number(points) > 0 ? "+" : "";
  const width = Number.isFinite(halfWidth) ? ` ± ${(100 * halfWidth).toFixed(2)}` : "";
  return `${sign}${points.replace(/^-(?=0\.0+$)/, "").replace("-", "−")}${width} points`;
}

/** A mean of steps, whole: `1,250`. */
export function count(value: number): string {
  return Number.isFinite(value) ? Math.round(value).toLocaleString("en-US") : String(value);
}

/** One decimal, none if it is 0; two below 10 where one would round too coarsely: `51.2`, `80`, `1.15`. */
export function trim(value: number): string {
  const digits = Math.abs(value) < 2 ? 2 : 1;
  return String(Number(value.toFixed(digits)));
}
