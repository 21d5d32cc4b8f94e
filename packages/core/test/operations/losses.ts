import fc from "fast-check";
import * as core from "../../src/index.ts";
import { tensor, tokens } from "../../src/index.ts";
import { axis, idsOf, valuesOf } from "../../src/testing/index.ts";
import { as, type Operation, row, trial } from "./operation.ts";

/** Losses. */
export const losses: readonly Operation[] = [
  {
    name: "crossEntropy",
    trials: fc.tuple(axis, axis).chain(([batch, classes]) =>
      fc.oneof(
        fc
          .tuple(valuesOf([batch, classes]), idsOf([batch], classes))
          .map(([x, ids]) =>
            trial(`crossEntropy with targets ${ids.data}`, [x], ([x]) =>
              core.crossEntropy(as.matrix(x), tokens(ids.data, [ids.data.length])),
            ),
          ),
        fc
          .tuple(valuesOf([batch, classes]), valuesOf([batch, classes]))
          .map((both) =>
            trial("crossEntropy with soft targets", both, ([x, targets]) =>
              core.crossEntropy(as.matrix(x), as.matrix(targets)),
            ),
          ),
      ),
    ),
    examples: [
      [
        () =>
          core.crossEntropy(
            tensor([
              [0, 0],
              [Math.log(3), 0],
            ]),
            tokens([1, 0], [2]),
          ),
        [(Math.LN2 - Math.log(0.75)) / 2],
      ],
      [() => core.crossEntropy(tensor([[0, -Infinity]]), tokens([0], [1])), [0]],
      // −(0.25·ln 0.75 + 0.75·ln 0.25)
      [
        () => core.crossEntropy(tensor([[Math.log(3), 0]]), tensor([[0.25, 0.75]])),
        [-(0.25 * Math.log(0.75) + 0.75 * Math.log(0.25))],
      ],
    ],
    errors: [
      [
        () => core.crossEntropy(core.zeros([2, 3]), tokens([0], [1])),
        "crossEntropy: logits [2,3] want 2 targets; 1 came",
      ],
      [
        () => core.crossEntropy(core.zeros([2, 3]), core.zeros([2, 2])),
        "crossEntropy: soft targets are [2,2]; logits are [2,3]",
      ],
      [
        () => core.crossEntropy(core.zeros([0, 3]), tokens([], [0])),
        "crossEntropy: logits [0,3] want at least one targets; 0 came",
      ],
      [
        () => core.crossEntropy(core.zeros([2, 3]), tokens([0, 3], [2])),
        "crossEntropy: target 1 is 3; logits [2,3] have classes 0–2",
      ],
    ],
    twice: true,
  },
  {
    name: "binaryCrossEntropyWithLogits",
    trials: axis.chain((n) =>
      fc.oneof(
        fc
          .tuple(valuesOf([n]), idsOf([n], 2))
          .map(([x, ids]) =>
            trial(`binaryCrossEntropyWithLogits with targets ${ids.data}`, [x], ([x]) =>
              core.binaryCrossEntropyWithLogits(as.vector(x), tokens(ids.data, [ids.data.length])),
            ),
          ),
        fc
          .tuple(valuesOf([n]), valuesOf([n]))
          .map((both) =>
            trial("binaryCrossEntropyWithLogits with soft targets", both, ([x, targets]) =>
              core.binaryCrossEntropyWithLogits(as.vector(x), as.vector(targets)),
            ),
          ),
      ),
    ),
    examples: [
      [
        () => core.binaryCrossEntropyWithLogits(row(0, Math.log(3)), tokens([1, 1], [2])),
        [(Math.LN2 - Math.log(0.75)) / 2],
      ],
      [() => core.binaryCrossEntropyWithLogits(row(100, -100), tokens([0, 0], [2])), [50]],
      // −(0.25·ln 0.75 + 0.75·ln 0.25)
      [
        () => core.binaryCrossEntropyWithLogits(row(Math.log(3)), row(0.25)),
        [-(0.25 * Math.log(0.75) + 0.75 * Math.log(0.25))],
      ],
    ],
    errors: [
      [
        () => core.binaryCrossEntropyWithLogits(row(0, 0), tokens([1], [1])),
        "binaryCrossEntropyWithLogits: logits [2] want 2 targets; 1 came",
      ],
      [
        () => core.binaryCrossEntropyWithLogits(row(0, 0), row(1)),
        "binaryCrossEntropyWithLogits: logits [2] want 2 targets; 1 came",
      ],
      [
        () => core.binaryCrossEntropyWithLogits(row(0, 0), tokens([1, 2], [2])),
        "binaryCrossEntropyWithLogits: target 1 is 2, neither 0 nor 1",
      ],
    ],
    twice: true,
  },
];
