import { Pattern } from "../../sparse/pattern.ts";
import { dense, type Weight, type WeightMatrix } from "../../sparse/sparse.ts";
import { operandOf, WeightOperand } from "../../sparse/weight-operand.ts";
import type { Shape } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { concat } from "../concat.ts";

// The weights of both directions of an LSTM layer as one matrix. Those of a single direction are taken as they are: nothing is copied.

/** `weight_ih` of all directions, one below the other: `[directions·4h, input]`. */
export function inputWeight(weights: readonly WeightMatrix[]): WeightOperand {
  const [first, second] = weights as readonly [WeightMatrix, WeightMatrix | undefined];
  const { size } = first;
  const [rows, inputs] = first.shape;
  return joined(below, first, second, [2 * rows, inputs], (at, d) => at + d * size);
}

/**
 * `weight_hh` of all directions: one below the other, `[directions·4h, h]`; sparse ones as a block-diagonal matrix,
 * `[directions·4h, directions·h]`.
 */
export function recurrentWeight(weights: readonly WeightMatrix[]): WeightOperand {
  const [first, second] = weights as readonly [WeightMatrix, WeightMatrix | undefined];
  const [gates, hidden] = first.shape;
  return joined(beside, first, second, [2 * gates, 2 * hidden], (at, d) => {
    const row = Math.floor(at / hidden) + d * gates;
    return (row * 2 + d) * hidden + (at % hidden);
  });
}

/** One below the other. */
export function stacked<S extends Shape>(weights: readonly Weight<S>[]): Tensor<S> {
  const [first, ...others] = weights.map((one) => dense(one)) as [Tensor<S>, ...Tensor<S>[]];
  return others.length === 0 ? first : concat([first, ...others]);
}

/** Cache of joined patterns, by the first and the second. An entry lives as long as both. */
type Joined = WeakMap<Pattern, WeakMap<Pattern, Pattern>>;
const below: Joined = new WeakMap();
const beside: Joined = new WeakMap();

/** @param to - Where a position of one of the two weights is in the joined one; ascending. */
function joined(
  known: Joined,
  first: WeightMatrix,
  second: WeightMatrix | undefined,
  shape: readonly [number, number],
  to: (position: number, part: number) => number,
): WeightOperand {
  if (second === undefined) return operandOf(first);
  const [a, b] = [operandOf(first), operandOf(second)];
  if (a.pattern === undefined || b.pattern === undefined) return operandOf(stacked([first, second]));
  const pattern = joinedPattern(known, [a.pattern, b.pattern], shape, to);
  return new WeightOperand(concat([a.trained, b.trained]), pattern);
}

function joinedPattern(
  known: Joined,
  [first, second]: readonly [Pattern, Pattern],
  shape: readonly [number, number],
  to: (position: number, part: number) => number,
): Pattern {
  const bySecond = known.get(first) ?? new WeakMap<Pattern, Pattern>();
  known.set(first, bySecond);
  let pattern = bySecond.get(second);
  if (pattern === undefined) {
    const positions = [first, second].flatMap((part, d) => Array.from(part.positions, (at) => to(at, d)));
    pattern = new Pattern("lstm", shape, Int32Array.from(positions));
    bySecond.set(second, pattern);
  }
  return pattern;
}
