import fc from "fast-check";
import * as core from "../../src/index.ts";
import { tensor, tokens } from "../../src/index.ts";
import { eighths, idsOf, type Values, valuesOf } from "../../src/testing/index.ts";
import { as, grid, type Operation, row, trial } from "./operation.ts";

/** Values far apart for their size, so that few maxima are near a tie: halves in [−8, 8], exact like eighths. */
const halves = eighths.map((x) => 4 * x);

/** Texts, an embedding, and filters of one or two widths, each a kernel and a bias, none of whose maxima is near a kink. */
const textsAndFilters = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    time: fc.integer({ min: 1, max: 6 }),
    words: fc.integer({ min: 1, max: 5 }),
    channels: fc.integer({ min: 1, max: 3 }),
    widths: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 2 }),
    filters: fc.integer({ min: 1, max: 3 }),
  })
  .filter(({ time, widths }) => widths.every((width) => width <= time))
  .chain(({ batch, time, words, channels, widths, filters }) =>
    fc.record({
      texts: idsOf([batch, time], words),
      lengths: fc.option(fc.array(fc.nat(time), { minLength: batch, maxLength: batch }), { nil: undefined }),
      table: valuesOf([words, channels], halves),
      kernels: fc.tuple(...widths.map((width) => valuesOf([width, channels, filters], halves))),
      biases: fc.tuple(...widths.map(() => valuesOf([filters], halves))),
    }),
  )
  .filter(({ texts, lengths, table, kernels, biases }) =>
    kernels.every((kernel, i) => offKinks(texts, lengths, table, kernel, biases[i]!.data)),
  );

/** Whether moving all elements of an operand by 1/32 leaves every winner the winner, and its feature on the same side of 0. */
function offKinks(
  texts: Values,
  lengths: readonly number[] | undefined,
  table: Values,
  kernel: Values,
  bias: readonly number[],
): boolean {
  const [batch, time] = texts.shape as [number, number];
  const [width, channels, filters] = kernel.shape as [number, number, number];
  for (let b = 0; b < batch; b++) {
    const count = Math.max(1, (lengths?.[b] ?? time) - width + 1);
    const windows = Array.from({ length: count }, (_, t) => texts.data.slice(b * time + t, b * time + t + width));
    for (let f = 0; f < filters; f++) {
      const weights = kernel.data.filter((_, i) => i % filters === f);
      const reach = (values: readonly number[]) => values.reduce((sum, x) => sum + Math.abs(x), 1) / 16;
      const found = windows.map((ids) => {
        const x = ids.flatMap((id) => table.data.slice(id * channels, (id + 1) * channels));
        return {
          ids,
          value: x.reduce((sum, value, i) => sum + value * weights[i]!, 0),
          margin: reach(x) + reach(weights),
        };
      });
      const winner = found.reduce((best, one) => (one.value > best.value ? one : best));
      if (Math.abs(winner.value + bias[f]!) <= winner.margin) return false;
      for (const { ids, value, margin } of found) {
        const other = ids.some((id, i) => id !== winner.ids[i]);
        if (other && winner.value - value <= winner.margin + margin) return false;
      }
    }
  }
  return true;
}

/** The fused text convolution. */
export const textConvolution: Operation = {
  name: "textConvolution",
  trials: textsAndFilters.map(({ texts, lengths, table, kernels, biases }) =>
    trial(
      `textConvolution of texts [${texts.shape}] ${texts.data}, lengths ${lengths}`,
      [table, ...kernels, ...biases],
      ([table, ...weights]) =>
        core.textConvolution(
          as.matrix(table),
          tokens(texts.data, texts.shape as [number, number]),
          kernels.map((_, i) => ({ kernel: as.cube(weights[i]), bias: as.vector(weights[kernels.length + i]) })),
          { lengths: lengths && tokens(lengths, [lengths.length]) },
        ),
    ),
  ),
  examples: [
    [
      () =>
        core.textConvolution(tensor([[1], [2], [3]]), tokens([0, 2, 1], [1, 3]), [
          { kernel: tensor([[[1]], [[10]]]), bias: row(-1) }, // windows 1 + 30 and 3 + 20
          { kernel: tensor([[[-1, 2]]]) }, // −1, −3, −2 and 2, 6, 4
        ]),
      [30, 0, 6],
    ],
    [
      () =>
        core.textConvolution(
          tensor([[1], [2], [3]]),
          tokens([1, 2, 0, 2], [2, 2]),
          [{ kernel: tensor([[[1]]]) }, { kernel: tensor([[[1]], [[1]]]) }],
          { lengths: tokens([1, 0], [2]) },
        ),
      [2, 5, 1, 4], // a text has at least one window
    ],
  ],
  errors: [
    [() => core.textConvolution(grid([3, 2]), tokens([0], [1, 1]), []), "textConvolution: there are no filters"],
    [
      () => core.textConvolution(grid([3, 2]), tokens([0], [1, 1]), [{ kernel: grid([1, 3, 4]) }]),
      "textConvolution: [1,1] words of [3,2] * [1,3,4]: channels 2 and 3 differ",
    ],
    [
      () => core.textConvolution(grid([3, 2]), tokens([0], [1, 1]), [{ kernel: grid([0, 2, 4]) }]),
      "textConvolution: [1,1] words of [3,2] * [0,2,4]: a kernel is at least one step wide",
    ],
    [
      () => core.textConvolution(grid([3, 2]), tokens([0], [1, 1]), [{ kernel: grid([2, 2, 4]) }]),
      "textConvolution: [1,1] words of [3,2] * [2,2,4]: 1 time steps are fewer than the kernel's width, 2",
    ],
    [
      () => core.textConvolution(grid([3, 2]), tokens([0], [1, 1]), [{ kernel: grid([1, 2, 4]), bias: grid([1]) }]),
      "textConvolution: [1,1] words of [3,2] * [1,2,4]: the bias is [1], not one for each of 4 filters",
    ],
    [
      () =>
        core.textConvolution(grid([3, 2]), tokens([0], [1, 1]), [{ kernel: grid([1, 2, 4]) }], {
          lengths: tokens([1, 1], [2]),
        }),
      "textConvolution: 2 lengths for a batch of 1",
    ],
    [
      () =>
        core.textConvolution(grid([3, 2]), tokens([0], [1, 1]), [{ kernel: grid([1, 2, 4]) }], {
          lengths: tokens([2], [1]),
        }),
      "textConvolution: length 0 is 2; texts have 0–1 words",
    ],
    [
      () => core.textConvolution(grid([3, 2]), tokens([0, 3], [1, 2]), [{ kernel: grid([1, 2, 4]) }]),
      "textConvolution: token 1 is 3; the table [3,2] has rows 0–2",
    ],
  ],
  twice: false,
};
