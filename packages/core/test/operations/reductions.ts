import fc from "fast-check";
import * as core from "../../src/index.ts";
import { type Tensor, tensor } from "../../src/index.ts";
import { distinctValuesOf, valuesOf } from "../../src/testing/index.ts";
import { grid, type Operation, row, trial } from "./operation.ts";
import { fullShape } from "./shapes.ts";

const someAxis = fc.option(
  fc.oneof(fc.integer({ min: -3, max: 2 }), fc.shuffledSubarray([0, 1, -1], { minLength: 1 })),
  { nil: undefined },
);
const reductionOptions = fc.record({ axis: someAxis, keepDims: fc.boolean() }).map(({ axis, keepDims }) => ({
  ...(axis === undefined ? {} : { axis }),
  keepDims,
}));

function reduction(
  name: "sum" | "mean" | "max" | "min",
  examples: Operation["examples"],
  errors: readonly (readonly [() => unknown, string])[],
): Operation {
  const of: (x: Tensor, options: core.Reduction) => Tensor = core[name];
  return {
    name,
    trials: fc
      .tuple(
        fullShape.chain((shape) => (name === "max" || name === "min" ? distinctValuesOf(shape) : valuesOf(shape))),
        reductionOptions,
      )
      .map(([x, options]) => trial(`${name} ${JSON.stringify(options)}`, [x], ([x]) => of(x!, options))),
    examples,
    errors: [
      [() => of(grid([2, 3]), { axis: 2 }), `${name}: [2,3] has no axis 2: it has axes -2…1`],
      [() => of(tensor(1), { axis: 0 }), `${name}: [] has no axis 0: a scalar has none`],
      [() => of(grid([2, 3]), { axis: [0, -2] }), `${name}: axis [0,-2] names an axis of [2,3] twice`],
      [
        () => of(grid([2, 3]), { axis: [] }),
        `${name}: axis is []; name an axis, or leave it out to reduce all of them`,
      ],
      [() => of(grid([2, 3]), { axis: 0.5 }), `${name}: [2,3] has no axis 0.5: it has axes -2…1`],
      ...errors,
    ],
    twice: true,
  };
}

/** Operations along axes. */
export const reductions: readonly Operation[] = [
  reduction(
    "sum",
    [
      [() => core.sum(grid([2, 3])), [21]],
      [() => core.sum(grid([2, 3]), { axis: 0 }), [5, 7, 9]],
      [() => core.sum(grid([2, 3]), { axis: -1, keepDims: true }), [6, 15]],
      [() => core.sum(core.zeros([0, 2]), { axis: 0 }), [0, 0]],
      [() => core.sum(grid([2, 2, 2]), { axis: [0, -1] }), [14, 22]],
      [() => core.sum(grid([2, 2, 2]), { axis: [0, 1] }), [16, 20]],
    ],
    [],
  ),
  reduction(
    "mean",
    [[() => core.mean(grid([2, 3]), { axis: 1 }), [2, 5]]],
    [
      [() => core.mean(core.zeros([0])), "mean: [0] has nothing to take the mean of"],
      [() => core.mean(core.zeros([2, 0]), { axis: 1 }), "mean: [2,0] has nothing to take the mean of"],
    ],
  ),
  reduction(
    "max",
    [
      [
        () =>
          core.max(
            tensor([
              [1, 5, 3],
              [4, 2, 6],
            ]),
            { axis: 0 },
          ),
        [4, 5, 6],
      ],
      [() => core.max(row(1, Number.NaN, 3)), [Number.NaN]],
    ],
    [[() => core.max(core.zeros([0, 3]), { axis: 0 }), "max: [0,3] has nothing to take the maximum of"]],
  ),
  reduction(
    "min",
    [
      [() => core.min(grid([2, 3]), { axis: [0, 1], keepDims: true }), [1]],
      [() => core.min(core.neg(grid([2, 2, 2])), { axis: [0, 2] }), [-6, -8]],
      [() => core.min(row(1, Number.NaN, 0)), [Number.NaN]],
    ],
    [[() => core.min(core.zeros([0, 3]), { axis: 0 }), "min: [0,3] has nothing to take the minimum of"]],
  ),
  ...(["variance", "std"] as const).map((name): Operation => {
    const of: (x: Tensor, options?: core.VarianceOptions) => Tensor = core[name];
    return {
      name,
      // powers of two, whose means of eighths are exact; distinct, for √ is steep near 0
      trials: fc
        .tuple(distinctValuesOf([4, 2, 4]), reductionOptions, fc.constantFrom(0, 1))
        .map(([x, options, correction]) =>
          trial(`${name} ${JSON.stringify(options)} ${correction}`, [x], ([x]) => of(x!, { ...options, correction })),
        ),
      examples: [
        name === "std" ? [() => of(row(1, 3)), [Math.SQRT2]] : [() => of(row(1, 2, 3, 6)), [14 / 3]],
        [() => of(grid([2, 1, 2]), { axis: [0, 2], correction: 0 }), [name === "std" ? Math.sqrt(1.25) : 1.25]],
        [() => of(row(0.1, 0.1)), [0]],
      ],
      errors: [
        [() => of(row(1)), `${name}: [1] has 1 element to a value, and the correction is 1`],
        [
          () => of(core.zeros([2, 0]), { correction: 0 }),
          `${name}: [2,0] has 0 elements to a value, and the correction is 0`,
        ],
        [() => of(grid([2, 3]), { axis: 2 }), `${name}: [2,3] has no axis 2: it has axes -2…1`],
      ],
      twice: true,
    };
  }),
  ...(["softmax", "logSoftmax"] as const).map(
    (name): Operation => ({
      name,
      trials: fc
        .tuple(
          fullShape.chain((shape) => valuesOf(shape)),
          fc.integer({ min: -3, max: 2 }),
        )
        .map(([x, axis]) => trial(`${name} axis ${axis}`, [x], ([x]) => core[name](x!, { axis }))),
      examples: [
        name === "softmax"
          ? [() => core.softmax(row(0, Math.log(3), -Infinity)), [0.25, 0.75, 0]]
          : [() => core.logSoftmax(row(1000, 1000)), [-Math.LN2, -Math.LN2]],
      ],
      errors: [
        [() => core[name](grid([2, 3]), { axis: 2 }), `${name}: [2,3] has no axis 2: it has axes -2…1`],
        [() => core[name](core.zeros([2, 0])), `${name}: [2,0] has nothing along axis -1`],
      ],
      twice: true,
    }),
  ),
  {
    name: "cumsum",
    trials: fc
      .tuple(
        fullShape.chain((shape) => valuesOf(shape)),
        fc.integer({ min: -3, max: 2 }),
      )
      .map(([x, axis]) => trial(`cumsum axis ${axis}`, [x], ([x]) => core.cumsum(x!, { axis }))),
    examples: [
      [() => core.cumsum(grid([2, 3])), [1, 3, 6, 4, 9, 15]],
      [() => core.cumsum(grid([2, 3]), { axis: 0 }), [1, 2, 3, 5, 7, 9]],
    ],
    errors: [[() => core.cumsum(grid([2, 3]), { axis: 2 }), "cumsum: [2,3] has no axis 2: it has axes -2…1"]],
    twice: true,
  },
];
