import fc from "fast-check";
import * as core from "../../src/index.ts";
import { tokens } from "../../src/index.ts";
import { axis, idsOf, valuesOf } from "../../src/testing/index.ts";
import { as, grid, type Operation, trial } from "./operation.ts";
import { fullShape } from "./shapes.ts";

/** Operations that read rows or elements by ids. */
export const lookups: readonly Operation[] = [
  {
    name: "embedding",
    trials: fc
      .record({ rows: axis, dim: axis, ids: fc.tuple(axis, fc.integer({ min: 1, max: 4 })) })
      .chain(({ rows, dim, ids }) => fc.tuple(valuesOf([rows, dim]), idsOf(ids, rows)))
      .map(([table, ids]) =>
        trial(`embedding of ids ${ids.data}`, [table], ([table]) =>
          core.embedding(as.matrix(table), tokens(ids.data, ids.shape)),
        ),
      ),
    examples: [[() => core.embedding(grid([2, 2]), tokens([1, 0, 1], [3])), [3, 4, 1, 2, 3, 4]]],
    errors: [
      [
        () => core.embedding(core.zeros([20000, 1]), tokens([...new Array(17).fill(0), 20000], [18])),
        "embedding: token 17 is 20000; the table [20000,1] has rows 0–19999",
      ],
      [
        () => core.embedding(core.zeros([3, 1]), tokens([-1], [1])),
        "embedding: token 0 is -1; the table [3,1] has rows 0–2",
      ],
      [
        () => core.embedding(core.zeros([0, 1]), tokens([0], [1])),
        "embedding: token 0 is 0; the table [0,1] has no rows",
      ],
    ],
    twice: true,
  },
  {
    name: "gather",
    trials: fc.tuple(fullShape, fc.nat(2), axis).chain(([shape, at, length]) =>
      fc
        .tuple(
          valuesOf(shape),
          idsOf(
            shape.map((size, i) => (i === at ? length : Math.ceil(size / 2))),
            shape[at]!,
          ),
        )
        .map(([x, indices]) =>
          trial(`gather ${indices.data} along ${at}`, [x], ([x]) =>
            core.gather(x!, tokens(indices.data, indices.shape), { axis: at }),
          ),
        ),
    ),
    examples: [
      [() => core.gather(grid([2, 3]), tokens([2, 0, 1, 1], [2, 2])), [3, 1, 5, 5]],
      [() => core.gather(grid([2, 3]), tokens([1, 0, 1], [1, 3]), { axis: 0 }), [4, 2, 6]],
    ],
    errors: [
      [() => core.gather(grid([2, 3]), tokens([0], [1]) as never), "gather: indices is [1]; it has 2 axes"],
      [
        () => core.gather(grid([2, 3]), tokens([0, 0, 0], [3, 1])),
        "gather: indices [3,1] are longer than [2,3] elsewhere than on axis 1",
      ],
      [() => core.gather(grid([2, 3]), tokens([3], [1, 1])), "gather: index 0 is 3; axis 1 of [2,3] has 0–2"],
    ],
    twice: true,
  },
];
