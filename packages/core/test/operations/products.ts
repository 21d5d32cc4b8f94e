import fc from "fast-check";
import * as core from "../../src/index.ts";
import { type Shape, tensor } from "../../src/index.ts";
import { axis, axisOrNone, valuesOf } from "../../src/testing/index.ts";
import { as, grid, type Operation, row, trial } from "./operation.ts";
import { broadcastable } from "./shapes.ts";

/** Matrix products. */
export const products: readonly Operation[] = [
  {
    name: "matmul",
    trials: fc
      .record({
        m: axisOrNone,
        k: axisOrNone,
        n: axisOrNone,
        leads: fc.oneof(
          fc.option(axis).map((batch): [Shape, Shape] => (batch === null ? [[], []] : [[batch], [batch]])),
          broadcastable,
        ),
        transposeA: fc.boolean(),
        transposeB: fc.boolean(),
      })
      .chain(({ m, k, n, leads, transposeA, transposeB }) => {
        const a = valuesOf([...leads[0], ...(transposeA ? [k, m] : [m, k])]);
        const b = valuesOf([...leads[1], ...(transposeB ? [n, k] : [k, n])]);
        return fc
          .tuple(a, b)
          .map((inputs) =>
            trial(`matmul ${transposeA ? "T" : "N"}${transposeB ? "T" : "N"}`, inputs, ([a, b]) =>
              core.matmul(as.matrix(a), as.matrix(b), { transposeA, transposeB }),
            ),
          );
      }),
    examples: [
      [
        () =>
          core.matmul(
            grid([2, 2]),
            tensor([
              [5, 6],
              [7, 8],
            ]),
          ),
        [19, 22, 43, 50],
      ],
      [
        () =>
          core.matmul(
            grid([2, 2]),
            tensor([
              [5, 6],
              [7, 8],
            ]),
            { transposeA: true },
          ),
        [26, 30, 38, 44],
      ],
      [
        () =>
          core.matmul(
            grid([2, 2]),
            tensor([
              [5, 6],
              [7, 8],
            ]),
            { transposeB: true },
          ),
        [17, 23, 39, 53],
      ],
      [
        () =>
          core.matmul(
            tensor([[[1, 2]], [[3, 4]]]),
            tensor([
              [[1], [1]],
              [[2], [2]],
            ]),
          ),
        [3, 14],
      ],
      [() => core.matmul(grid([2, 1, 2]), tensor([[1], [10]])), [21, 43]],
      [
        () =>
          core.matmul(
            grid([1, 2]),
            tensor([
              [[1], [10]],
              [[2], [20]],
            ]),
          ),
        [21, 42],
      ],
    ],
    errors: [
      [
        () => core.matmul(grid([64, 100]), grid([128, 512])),
        "matmul: [64,100] × [128,512]: inner dimensions 100 and 128 differ",
      ],
      [
        () => core.matmul(grid([2, 3]), grid([3, 4]), { transposeA: true, transposeB: true }),
        "matmul: [2,3]ᵀ × [3,4]ᵀ: inner dimensions 2 and 4 differ",
      ],
      [
        () => core.matmul(grid([2, 3, 4]), grid([3, 4, 5])),
        "matmul: [2] and [3] do not broadcast: sizes 2 and 3 on axis -1",
      ],
      [
        () => core.matmul(as.matrix(row(1)), grid([1, 2])),
        "matmul: [1] × [1,2]: takes matrices, or batches of matrices",
      ],
    ],
    twice: true,
  },
  {
    name: "linear",
    trials: fc
      .record({ leads: fc.array(axisOrNone, { maxLength: 3 }), k: axisOrNone, n: axisOrNone, hasBias: fc.boolean() })
      // squared, for the gradient of a gradient must depend on the bias too
      .chain(({ leads, k, n, hasBias }) =>
        fc
          .tuple(valuesOf([...leads, k]), valuesOf([n, k]), ...(hasBias ? [valuesOf([n])] : []))
          .map((inputs) =>
            trial("linear", inputs, ([x, weight, bias]) =>
              core.square(core.linear(x!, as.matrix(weight!), bias && as.vector(bias))),
            ),
          ),
      ),
    examples: [
      [() => core.linear(grid([2, 2]), grid([1, 2]), row(10)), [15, 21]],
      [() => core.linear(grid([2, 1, 2]), grid([2, 2])), [5, 11, 11, 25]],
      [() => core.linear(as.vector(row(1, 2)), grid([2, 2]), row(1, 0)), [6, 11]],
    ],
    errors: [
      [
        () => core.linear(grid([2, 3]), grid([4, 2])),
        "linear: [2,3] × [4,2]ᵀ: the last axis of x has the 2 inputs of the weight",
      ],
      [
        () => core.linear(tensor(1), grid([4, 2])),
        "linear: [] × [4,2]ᵀ: the last axis of x has the 2 inputs of the weight",
      ],
      [
        () => core.linear(grid([2, 2]), grid([4, 2]), row(1, 2)),
        "linear: the bias is [2]; it has the 4 outputs of the weight [4,2]",
      ],
    ],
    twice: true,
  },
];
