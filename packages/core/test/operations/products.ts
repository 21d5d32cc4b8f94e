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
];
