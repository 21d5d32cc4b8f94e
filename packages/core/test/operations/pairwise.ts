import fc from "fast-check";
import * as core from "../../src/index.ts";
import { tensor } from "../../src/index.ts";
import { eighths, positiveEighths, valuesOf } from "../../src/testing/index.ts";
import { grid, type Operation, row, trial } from "./operation.ts";
import { besideEighths, broadcastable } from "./shapes.ts";

type Pairwise = "add" | "sub" | "mul" | "div" | "pow" | "maximum" | "minimum" | Comparison;
type Comparison = "equal" | "notEqual" | "less" | "lessEqual" | "greater" | "greaterEqual";

function binary(
  name: Pairwise,
  examples: Operation["examples"],
  second: fc.Arbitrary<number> = eighths,
  first: fc.Arbitrary<number> = eighths,
): Operation {
  const of = core[name];
  return {
    name,
    trials: broadcastable
      .chain(([a, b]) => fc.tuple(valuesOf(a, first), valuesOf(b, second)))
      .map((inputs) => trial(name, inputs, ([a, b]) => of(a!, b!))),
    examples,
    errors: [
      [() => of(grid([2, 3]), grid([2])), `${name}: [2,3] and [2] do not broadcast: sizes 3 and 2 on axis -1`],
      [
        () => of(grid([2, 3, 4]), grid([5, 1, 1])),
        `${name}: [2,3,4] and [5,1,1] do not broadcast: sizes 2 and 5 on axis -3`,
      ],
    ],
    twice: true,
  };
}

/** Operations of tensors that broadcast to one shape, element by element. */
export const pairwise: readonly Operation[] = [
  binary("add", [
    [() => core.add(row(1, 2), row(10, 20)), [11, 22]],
    [() => core.add(tensor([[1], [2]]), row(10, 20)), [11, 21, 12, 22]],
    [() => core.add(row(1, 2), 0.5), [1.5, 2.5]],
  ]),
  binary("sub", [
    [() => core.sub(row(1, 2), row(10, 30)), [-9, -28]],
    [() => core.sub(1, row(1, 2)), [0, -1]],
  ]),
  binary("mul", [[() => core.mul(tensor([[1, 2]]), tensor([[3], [4]])), [3, 6, 4, 8]]]),
  binary(
    "div",
    [
      [() => core.div(row(1, 3), row(2, 4)), [0.5, 0.75]],
      [() => core.div(row(1, -1, 0), 0), [Infinity, -Infinity, Number.NaN]],
    ],
    positiveEighths.map((x) => x + 0.5), // 1/x³ is too steep near 0 for differences
  ),
  binary(
    "pow",
    [
      [() => core.pow(row(-2, 3, 0), 3), [-8, 27, 0]],
      [() => core.pow(row(2, -4), -1), [0.5, -0.25]],
      [() => core.pow(row(4, 0, -1), 0.5), [2, 0, Number.NaN]],
      [() => core.pow(2, row(-1, 0, 3)), [0.5, 1, 8]],
      [() => core.pow(row(-2, -2, -2, 0, 0, 0), row(3, 2, 0.5, 0, 2, -1)), [-8, 4, Number.NaN, 1, 0, Infinity]],
      [
        () => core.pow(row(1, -1, Number.NaN, 2, 0.5), row(Number.NaN, Infinity, 0, Infinity, Infinity)),
        [1, 1, 1, Infinity, 0],
      ],
      [() => core.pow(row(-Infinity, Infinity, -Infinity), row(3, -1, -2)), [-Infinity, 0, 0]],
    ],
    eighths,
    positiveEighths.map((x) => x / 2 + 0.5),
  ),
  // first operands are off those of the second, eighths, by a sixteenth: off the kink
  binary(
    "maximum",
    [[() => core.maximum(row(1, 5, Number.NaN, 0), row(3, 2, 0, Number.NaN)), [3, 5, Number.NaN, Number.NaN]]],
    eighths,
    besideEighths,
  ),
  binary(
    "minimum",
    [[() => core.minimum(row(1, 5, Number.NaN, 0), row(3, 2, 0, Number.NaN)), [1, 2, Number.NaN, Number.NaN]]],
    eighths,
    besideEighths,
  ),
  ...Object.entries({
    equal: [0, 1, 0, 0],
    notEqual: [1, 0, 1, 1],
    less: [1, 0, 0, 0],
    lessEqual: [1, 1, 0, 0],
    greater: [0, 0, 1, 0],
    greaterEqual: [0, 1, 1, 0],
  }).map(([name, values]) => ({
    ...binary(
      name as Comparison,
      [
        [() => core[name as Comparison](row(1, 2, 3, Number.NaN), row(2, 2, 2, Number.NaN)), values],
        [() => core[name as Comparison](row(1, 2, 3), 2), values.slice(0, 3)],
      ],
      eighths,
      besideEighths,
    ),
  })),
  {
    name: "where",
    trials: broadcastable.chain(([a, b]) =>
      fc
        .tuple(valuesOf(a), valuesOf(b))
        .chain((both) =>
          valuesOf(a, fc.constantFrom(0, 1, -2)).map((mask) =>
            trial(`where ${mask.data}`, both, ([a, b]) => core.where(tensor(mask.data, mask.shape), a!, b!)),
          ),
        ),
    ),
    examples: [
      [() => core.where(row(1, 0, Number.NaN), row(1, 2, 3), row(10, Number.NaN, 30)), [1, Number.NaN, 3]],
      [() => core.where(core.less(row(1, 2), 2), Infinity, tensor([[1], [2]])), [Infinity, 1, Infinity, 2]],
    ],
    errors: [
      [() => core.where(grid([2, 3]), grid([2]), 0), "where: [2,3] and [2] do not broadcast: sizes 3 and 2 on axis -1"],
    ],
    twice: true,
  },
];
