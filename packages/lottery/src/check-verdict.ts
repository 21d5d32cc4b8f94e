import { anyNumber, count, finite, flag, type Kind, type Kinds, list, object, oneOf, text } from "@ltt/core/arguments";
import { checkAudit } from "./check-audit.ts";
import { checkEach, checkFields, optional, share } from "./kinds.ts";
import type { Comparison, LevelVerdict, Speed, Verdict } from "./verdict.ts";

/**
 * Checks a verdict that may come from JSON, where an interval without bounds (`halfWidth` Infinity) has become `null`.
 *
 * @throws {TypeError | RangeError} if a field is missing or not of its kind.
 */
export function checkVerdict(where: string, name: string, verdict: Verdict): void {
  checkFields(where, name, verdict, VERDICT);
  for (const field of ["seeds", "leftOut", "denseCensored"] as const)
    checkEach(where, `${name}.${field}`, verdict[field], count);
  checkEach(where, `${name}.controls`, verdict.controls, text);
  checkAudit(where, `${name}.failedChecks`, verdict.failedChecks);
  for (const field of ["levels", "lateRewinding"] as const) {
    for (const [i, level] of verdict[field].entries()) checkLevel(where, `${name}.${field}[${i}]`, level);
  }
  if (verdict.winner !== undefined) checkLevel(where, `${name}.winner`, verdict.winner);
}

/** @throws {TypeError | RangeError} unless it is what is said of a level. */
export function checkLevel(where: string, name: string, level: LevelVerdict): void {
  checkFields(where, name, level, LEVEL);
  checkEach(where, `${name}.collapsed`, level.collapsed, count);
  checkComparison(where, `${name}.dense`, level.dense);
  for (const [i, control] of level.controls.entries()) checkComparison(where, `${name}.controls[${i}]`, control);
  checkFields(where, `${name}.speed`, level.speed, SPEED);
}

function checkComparison(where: string, name: string, comparison: Comparison): void {
  checkFields(where, name, comparison, COMPARISON);
  checkFields(where, `${name}.difference`, comparison.difference, { mean: finite, halfWidth: anyNumber });
}

const standing: Kind = oneOf("supported", "refuted", "undecided");

const VERDICT: Kinds<Verdict> = {
  basis: oneOf("seeds", "one run", "none"),
  reason: optional(text),
  margin: share,
  measure: optional(text),
  seeds: list,
  leftOut: list,
  controls: list,
  levels: list,
  lateRewinding: list,
  winner: optional(object),
  chosenBy: oneOf("intervals", "test accuracy"),
  failedChecks: list,
  denseCensored: list,
  denseVariesMore: flag,
};

const LEVEL: Kinds<LevelVerdict> = {
  arm: text,
  round: count,
  sparsity: share,
  testAccuracy: share,
  denseTestAccuracy: share,
  standing,
  collapsed: list,
  dense: object,
  controls: list,
  speed: object,
};

const COMPARISON: Kinds<Comparison> = { arm: text, difference: object, standing };

const SPEED: Kinds<Speed> = { step: finite, denseStep: finite, noLater: flag, earlier: flag, censored: count };
