import fc from "fast-check";
import type { Tensor } from "../../src/index.ts";
import * as core from "../../src/index.ts";
import type * as operations_ from "../../src/ops/index.ts";
import { eighths, nonZeroEighths, positiveEighths, valuesOf } from "../../src/testing/index.ts";
import { type Operation, row, trial } from "./operation.ts";
import { shapeUpTo3 } from "./shapes.ts";

/** An operation of one tensor, element by element, with any shape. */
function unary(
  name: keyof typeof operations_,
  of: (x: Tensor) => Tensor,
  examples: Operation["examples"],
  element: fc.Arbitrary<number> = eighths,
): Operation {
  const trials = shapeUpTo3.chain((shape) => valuesOf(shape, element)).map((x) => trial(name, [x], ([x]) => of(x!)));
  return { name, trials, examples, errors: "nothing to refuse", twice: true };
}

/** Operations of one tensor, element by element. */
export const elementwise: readonly Operation[] = [
  unary("neg", core.neg, [[() => core.neg(row(1, -2)), [-1, 2]]]),
  unary("square", core.square, [[() => core.square(row(3, -4)), [9, 16]]]),
  unary("exp", core.exp, [
    [() => core.exp(row(0, 1, -1, Number.NEGATIVE_INFINITY, -100, 100)), [1, Math.E, 1 / Math.E, 0, 0, Infinity]],
  ]),
  unary("log", core.log, [[() => core.log(row(1, Math.E, 0, -1)), [0, 1, -Infinity, Number.NaN]]], positiveEighths),
  unary("sqrt", core.sqrt, [[() => core.sqrt(row(4, 2, 0, -1)), [2, Math.SQRT2, 0, Number.NaN]]], positiveEighths),
  unary("abs", core.abs, [[() => core.abs(row(-3, 0, 2)), [3, 0, 2]]], nonZeroEighths),
  unary("sign", core.sign, [[() => core.sign(row(-3, 0, 2)), [-1, 0, 1]]], nonZeroEighths),
  unary("tanh", core.tanh, [
    [() => core.tanh(row(0, 1, -1, 100, -100)), [0, 0.7615941559557649, -0.7615941559557649, 1, -1]],
  ]),
  unary("sigmoid", core.sigmoid, [
    [() => core.sigmoid(row(0, 2, -2, 100, -100)), [0.5, 0.8807970779778823, 0.11920292202211755, 1, 0]],
  ]),
  unary("relu", core.relu, [[() => core.relu(row(-1, 0, 2, Number.NaN)), [0, 0, 2, Number.NaN]]], nonZeroEighths),
  {
    name: "clip",
    trials: shapeUpTo3
      .chain((shape) => valuesOf(shape))
      .map((x) => trial("clip", [x], ([x]) => core.clip(x!, { min: -17 / 16, max: 9 / 16 }))),
    examples: [
      [() => core.clip(row(-2, 0, 2, Number.NaN), { min: -1, max: 1 }), [-1, 0, 1, Number.NaN]],
      [() => core.clip(row(-2, 2), { min: 0 }), [0, 2]],
    ],
    errors: [
      [() => core.clip(row(1), { low: 0 } as never), 'clip: unknown option "low"; options are min, max'],
      [() => core.clip(row(1), { min: "0" } as never), 'clip: min is "0" (string); it is a number'],
    ],
    twice: true,
  },
  {
    name: "dropout",
    trials: fc
      .tuple(
        shapeUpTo3.chain((shape) => valuesOf(shape)),
        fc.integer({ min: 0, max: 7 }),
        fc.nat(),
      )
      .map(([x, p, seed]) =>
        trial(`dropout ${p}/8, seed ${seed}`, [x], ([x]) => core.dropout(x!, p / 8, core.stream(seed))),
      ),
    examples: [
      [() => core.dropout(row(1, 2, 3), 0, core.stream(1)), [1, 2, 3]],
      // half of the elements are doubled; which, is the stream's first fork: see `Rng.fork`
      [
        () => core.dropout(row(1, 2, 3, 4, 5), 0.5, core.stream(1)),
        Array.from(
          { length: 5 },
          (
            (draws) => (_, i) =>
              draws.uint32() < 2 ** 31 ? 0 : 2 * (i + 1)
          )(core.stream(1).fork()),
        ),
      ],
    ],
    errors: [
      [() => core.dropout(row(1), 1, core.stream(1)), "dropout: p is 1; it is a probability in [0, 1)"],
      [() => core.dropout(row(1), Number.NaN, core.stream(1)), "dropout: p is NaN; it is a probability in [0, 1)"],
    ],
    twice: true,
  },
];
