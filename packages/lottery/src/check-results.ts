import {
  check,
  count,
  finite,
  flag,
  floats,
  type Kind,
  type Kinds,
  list,
  object,
  oneOf,
  text,
} from "@ltt/core/arguments";
import { type EmptyParts, PARTS } from "./empty-parts.ts";
import { checkFields, nullable, optional, share } from "./kinds.ts";
import type { CurvePoint, LevelResult, PartMeasured, TensorCount } from "./result.ts";

/**
 * Checks those fields of results that a function reads; JSON, or another program, need not have brought the others.
 *
 * @throws {TypeError | RangeError} if one is missing or not of its kind:
 *   `judge: results[3].testAccuracy is undefined; it is a fraction in [0, 1]`
 */
export function checkResults<Name extends keyof LevelResult>(
  where: string,
  name: string,
  results: readonly Pick<LevelResult, Name>[],
  fields: readonly Name[],
): void {
  check(where, name, results, list);
  const kinds: Partial<Kinds<LevelResult>> = Object.fromEntries(fields.map((field) => [field, RESULT[field]]));
  for (let i = 0; i < results.length; i++) {
    const result: Partial<LevelResult> = results[i]!;
    checkFields(where, `${name}[${i}]`, result, kinds);
    if ("tensors" in kinds) checkRows(where, `${name}[${i}].tensors`, result.tensors!, TENSOR);
    if ("curve" in kinds) checkCurve(where, `${name}[${i}].curve`, result.curve!);
  }
}

/** @throws {TypeError | RangeError} unless it is the validations of a network. */
export function checkCurve(where: string, name: string, curve: readonly CurvePoint[]): void {
  check(where, name, curve, list);
  checkRows(where, name, curve, POINT);
  for (const [i, { training }] of curve.entries())
    if (training !== undefined) checkFields(where, `${name}[${i}].training`, training, PART);
}

function checkRows<T extends object>(where: string, name: string, rows: readonly T[], kinds: Kinds<T>): void {
  for (const [i, row] of rows.entries()) checkFields(where, `${name}[${i}]`, row, kinds);
}

const numbers: Kind = {
  words: "an object of finite numbers",
  accepts: (value) => object.accepts(value) && Object.values(value as object).every(finite.accepts),
};

const sizes: Kind = {
  words: "an array of integers from 0",
  accepts: (value) => Array.isArray(value) && value.every(count.accepts),
};

const parts: Kind = {
  words: "an array of { part, empty, of }",
  accepts: (value) => Array.isArray(value) && value.every(isPart),
};

function isPart(value: Partial<EmptyParts> | null | undefined): boolean {
  return PARTS.some((part) => part === value?.part) && count.accepts(value?.empty) && count.accepts(value?.of);
}

const RESULT: Kinds<LevelResult> = {
  arm: text,
  seed: count,
  round: count,
  sparsity: share,
  groups: numbers,
  trainLoss: nullable(finite),
  validationLoss: finite,
  validationAccuracy: share,
  testLoss: finite,
  testAccuracy: share,
  measures: numbers,
  end: optional(numbers),
  earlyStopStep: count,
  censored: flag,
  firstStep: count,
  steps: count,
  searchedSteps: optional(count),
  collapsed: nullable(oneOf("layer", "constant", "chance")),
  seconds: finite,
  node: optional(text),
  rewoundTo: optional(text),
  testScores: optional(floats),
  tensors: list,
  curve: list,
};

const TENSOR: Kinds<TensorCount> = {
  name: text,
  group: text,
  shape: sizes,
  size: count,
  kept: count,
  parts,
  frozen: optional({ words: "true", accepts: (value) => value === true }),
};

const POINT: Kinds<CurvePoint> = {
  step: count,
  trainLoss: nullable(finite),
  validationLoss: finite,
  validationAccuracy: share,
  measures: optional(numbers),
  training: optional(object),
};

const PART: Kinds<PartMeasured> = { loss: finite, accuracy: share, measures: numbers };
