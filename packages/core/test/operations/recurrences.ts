import fc from "fast-check";
import * as core from "../../src/index.ts";
import { type Tensor, tensor, tokens } from "../../src/index.ts";
import { eighths, idsOf, type Values, valuesOf } from "../../src/testing/index.ts";
import { as, grid, type Operation, trial } from "./operation.ts";
import { lengthsFor } from "./shapes.ts";

const lstmSizes = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  time: fc.integer({ min: 1, max: 5 }),
  input: fc.integer({ min: 1, max: 5 }),
  hidden: fc.integer({ min: 1, max: 5 }),
  layers: fc.integer({ min: 1, max: 2 }),
  directions: fc.integer({ min: 1, max: 2 }),
  recompute: fc.boolean(),
});

/** Small weights, as trained networks have: large ones saturate the gates, whose differences are then all rounding. */
const small = eighths.map((x) => x / 4);

function lstmWeights(hidden: number, input: number): fc.Arbitrary<readonly Values[]> {
  return fc.tuple(
    valuesOf([4 * hidden, input], small),
    valuesOf([4 * hidden, hidden], small),
    valuesOf([4 * hidden], small),
    valuesOf([4 * hidden], small),
  );
}

const asLstm = (weights: readonly Tensor[]): core.LstmWeights => ({
  weightIh: as.matrix(weights[0]),
  weightHh: as.matrix(weights[1]),
  biasIh: as.vector(weights[2]),
  biasHh: as.vector(weights[3]),
});

const zeroLstm = (input: number, hidden: number) =>
  asLstm([[4 * hidden, input], [4 * hidden, hidden], [4 * hidden], [4 * hidden]].map((shape) => core.zeros(shape)));

/** LSTM cells and layers. */
export const recurrences: readonly Operation[] = [
  {
    name: "lstmCell",
    trials: lstmSizes
      .chain(({ batch, input, hidden }) =>
        fc.tuple(
          valuesOf([batch, input]),
          valuesOf([batch, hidden]),
          valuesOf([batch, hidden]),
          lstmWeights(hidden, input),
        ),
      )
      .map(([x, h, c, weights]) =>
        trial("lstmCell", [x, h, c, ...weights], ([x, h, c, ...weights]) => {
          const next = core.lstmCell(as.matrix(x), { h: as.matrix(h), c: as.matrix(c) }, asLstm(weights));
          return core.concat([next.h, next.c], { axis: 1 });
        }),
      ),
    examples: [
      // all weights 0: i = f = o = ½, g = 0, so c′ = c/2 and h′ = tanh(c/2)/2
      [
        () => core.lstmCell(tensor([[7]]), { h: tensor([[3]]), c: tensor([[2]]) }, zeroLstm(1, 1)).h,
        [0.7615941559557649 / 2],
      ],
    ],
    errors: [
      [
        () => core.lstmCell(core.zeros([2, 3]), { h: core.zeros([2, 4]), c: core.zeros([1, 4]) }, zeroLstm(3, 4)),
        "lstmCell: the state c is [1,4]; x [2,3] and the weights want [2,4]",
      ],
      [
        () => core.lstmCell(core.zeros([2, 5]), { h: core.zeros([2, 4]), c: core.zeros([2, 4]) }, zeroLstm(3, 4)),
        "lstmCell: weight_ih [16,3], weight_hh [16,4], bias_ih [16], bias_hh [16]: 5 inputs and 4 hidden units want [16,5], [16,4], [16], [16]",
      ],
    ],
    twice: true,
  },
  {
    name: "lstm",
    trials: lstmSizes.chain(({ batch, time, input, hidden, layers, directions, recompute }) => {
      const below = (layer: number) => (layer === 0 ? input : directions * hidden);
      const weights = Array.from({ length: layers * directions }, (_, i) =>
        lstmWeights(hidden, below(Math.floor(i / directions))),
      );
      return fc
        .tuple(valuesOf([batch, time, input]), lengthsFor(batch, time), ...weights)
        .map(([x, lengths, ...weights]) =>
          trial(
            `lstm of ${layers} layers, ${directions} directions, lengths ${lengths}${recompute ? ", recomputed" : ""}`,
            [x, ...weights.flat()],
            ([x, ...flat]) => {
              const stack = Array.from({ length: layers }, (_, layer) =>
                Array.from({ length: directions }, (_, direction) => {
                  const at = 4 * (layer * directions + direction);
                  return asLstm(flat.slice(at, at + 4));
                }),
              );
              const { output, h, c } = core.lstm(as.cube(x), stack, {
                lengths: lengths && tokens(lengths, [batch]),
                recompute,
              });
              return core.concat([output, h, c].map((part) => core.reshape(part, [-1])));
            },
          ),
        );
    }),
    examples: [
      // all weights 0 keep the state at 0
      [() => core.lstm(core.ones([1, 2, 1]), [[zeroLstm(1, 1)]]).output, [0, 0]],
    ],
    errors: [
      [() => core.lstm(core.zeros([1, 2, 3]), []), "lstm: there are no layers"],
      [() => core.lstm(core.zeros([1, 0, 3]), [[zeroLstm(3, 1)]]), "lstm: [1,0,3] has no steps"],
      [() => core.lstm(core.zeros([1, 2, 3]), [[]]), "lstm: layer 0 has 0 directions; there are one or two"],
      [
        () => core.lstm(core.zeros([2, 2, 3]), [[zeroLstm(3, 1)]], { lengths: tokens([2, 3], [2]) }),
        "lstm: length 1 is 3; sequences have 1–2 steps",
      ],
      [
        () => core.lstm(core.zeros([1, 2, 3]), [[zeroLstm(2, 1)]]),
        "lstm: weight_ih [4,2], weight_hh [4,1], bias_ih [4], bias_hh [4]: 3 inputs and 1 hidden units want [4,3], [4,1], [4], [4]",
      ],
    ],
    twice: false,
  },
  {
    name: "textLstm",
    trials: lstmSizes.chain(({ batch, time, input, hidden, directions, recompute }) =>
      fc
        .tuple(
          valuesOf([4, input]),
          idsOf([batch, time], 4),
          lengthsFor(batch, time),
          ...Array.from({ length: directions }, () => lstmWeights(hidden, input)),
        )
        .map(([table, ids, lengths, ...weights]) =>
          trial(
            `textLstm of ${ids.data}, ${directions} directions, lengths ${lengths}${recompute ? ", recomputed" : ""}`,
            [table, ...weights.flat()],
            ([table, ...flat]) => {
              const layer = weights.map((_, d) => asLstm(flat.slice(4 * d, 4 * d + 4)));
              const texts = tokens(ids.data, [batch, time]);
              const { h, c } = core.textLstm(as.matrix(table), texts, [layer], {
                lengths: lengths && tokens(lengths, [batch]),
                recompute,
              });
              return core.concat([h, c].map((part) => core.reshape(part, [-1])));
            },
          ),
        ),
    ),
    examples: [
      // all weights 0 keep the state at 0
      [() => core.textLstm(core.ones([3, 1]), tokens([2, 0], [1, 2]), [[zeroLstm(1, 1)]]).h, [0]],
    ],
    errors: [
      [() => core.textLstm(grid([3, 2]), tokens([], [1, 0]), [[zeroLstm(2, 1)]]), "textLstm: [1,0] has no steps"],
      [() => core.textLstm(grid([3, 2]), tokens([1], [1, 1]), []), "textLstm: there are no layers"],
      [
        () => core.textLstm(grid([3, 2]), tokens([1, 3], [1, 2]), [[zeroLstm(2, 1)]]),
        "textLstm: token 1 is 3; the table [3,2] has rows 0–2",
      ],
      [
        () => core.textLstm(grid([3, 2]), tokens([1, 2], [1, 2]), [[zeroLstm(2, 1)]], { lengths: tokens([0], [1]) }),
        "textLstm: length 0 is 0; sequences have 1–2 steps",
      ],
      [
        () => core.textLstm(grid([3, 2]), tokens([1, 2], [1, 2]), [[zeroLstm(2, 1), zeroLstm(2, 3)]]),
        "textLstm: layer 0 has 1 hidden units forward and 3 backward",
      ],
    ],
    twice: false,
  },
];
