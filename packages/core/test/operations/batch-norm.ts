import fc from "fast-check";
import * as core from "../../src/index.ts";
import { type Tensor, tensor } from "../../src/index.ts";
import { axis, callOf, positiveEighths, type Values, valuesOf } from "../../src/testing/index.ts";
import { firstChannels, lastChannels } from "./golden-images.ts";
import { as, grid, type Operation, row, trial } from "./operation.ts";

/**
 * At least three values a channel, γ, β, and statistics. Trials take a large epsilon, so that differences see smooth functions, and square the result, so that the
 * gradient depends on β too.
 */
const normalisable = fc
  .oneof(
    fc.tuple(fc.integer({ min: 3, max: 9 }), axis),
    fc.tuple(
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom(3, 5),
      fc.constantFrom(1, 2, 4),
    ),
  )
  .chain((shape) => {
    const channels = shape[1]!;
    return fc.tuple(
      valuesOf(shape),
      valuesOf([channels]),
      valuesOf([channels]),
      valuesOf([channels]),
      valuesOf([channels], positiveEighths),
    );
  });

/**
 * The same with what follows. γ and β are quartered, which keeps results within ±3.4, and the residual is ±4, so that relu lets through whole elements, and differences stay
 * off its kink.
 */
const followed = fc
  .tuple(normalisable, fc.infiniteStream(fc.constantFrom(-4, 4)))
  .map(([[x, gamma, beta, ...statistics], signs]) => {
    const residual = { shape: x.shape, data: x.data.map(() => signs.next().value as number) };
    return [x, quarter(gamma), quarter(beta), residual, ...statistics] as const;
  });
const quarter = ({ shape, data }: Values): Values => ({ shape, data: data.map((value) => value / 4) });

const channelsFirst = (x: Tensor | undefined) => (x!.shape.length === 4 ? firstChannels(x) : (x as core.Tensor4));
const channelsLast = (y: core.Tensor4) => (y.shape.length === 4 ? lastChannels(y) : y);

/** Batch normalisation, with given statistics and with the batch's own. */
export const batchNorm: readonly Operation[] = [
  {
    name: "batchNorm",
    trials: fc.oneof(
      normalisable.map(([x, gamma, beta, mean, variance]) =>
        trial("batchNorm", [x, gamma, beta], ([x, gamma, beta]) =>
          core.square(
            core.batchNorm(x as core.Tensor4, as.vector(gamma), as.vector(beta), {
              mean: row(...mean!.data),
              variance: row(...variance!.data),
              epsilon: 0.25,
            }),
          ),
        ),
      ),
      followed.map(([x, gamma, beta, residual, mean, variance]) =>
        trial("batchNorm", [x, gamma, beta, residual], ([x, gamma, beta, residual]) =>
          core.square(
            core.batchNorm(x as core.Tensor4, as.vector(gamma), as.vector(beta), {
              mean: row(...quarter(mean!).data),
              variance: row(...variance!.data),
              epsilon: 1,
              residual,
              relu: true,
            }),
          ),
        ),
      ),
    ),
    examples: [
      [
        () => core.batchNorm(grid([2, 2]), row(1, 2), row(0, 10), { mean: row(1, 2), variance: row(3, 0), epsilon: 1 }),
        [0, 10, 1, 14],
      ],
      [
        () =>
          core.batchNorm(grid([2, 2]), row(1, 2), row(0, 10), {
            ...{ mean: row(1, 2), variance: row(3, 0), epsilon: 1 },
            ...{ residual: tensor([-1, -10, -2, 1], [2, 2]), relu: true },
          }),
        [0, 0, 0, 15],
      ],
      [
        () => core.batchNorm(grid([1, 1, 1, 2]), row(1), row(0), { mean: row(0), variance: row(1) }),
        [1 / Math.sqrt(1 + 1e-5), 2 / Math.sqrt(1 + 1e-5)],
      ],
    ],
    errors: [
      [
        () => core.batchNorm(grid([2, 3]), row(1, 2), row(1, 2, 3), { mean: row(0, 0, 0), variance: row(1, 1, 1) }),
        "batchNorm: gamma is [2]; x, [2,3], has 3 channels",
      ],
      [
        () => core.batchNorm(row(1, 2) as never, row(1), row(1), { mean: row(0), variance: row(1) }),
        "batchNorm: x is [2]; it is [batch, channels, …]",
      ],
      [
        () => core.batchNorm(grid([2, 1]), row(1), row(1), { mean: row(0), variance: row(1), residual: row(1, 2) }),
        "batchNorm: residual is [2]; x, to which it is added, is [2,1]",
      ],
      [
        () => core.batchNorm(grid([2, 1]), row(1), row(1), { mean: row(0), variance: row(1), epsilon: 0 }),
        "batchNorm: epsilon is 0; it is above 0",
      ],
    ],
    twice: true,
    calls: [() => callOf(core.batchNorm, grid([2, 1]), row(1), row(1), { mean: row(0), variance: row(1), epsilon: 1 })],
    golden: {
      batchNorm: (
        { x, gamma, beta, runningMean, runningVar },
        { training, epsilon }: { training: boolean; epsilon: number },
      ) => {
        const [scale, shift] = [as.vector(gamma), as.vector(beta)];
        if (training) return channelsLast(core.batchNormTraining(channelsFirst(x), scale, shift, { epsilon }).y);
        const [mean, variance] = [as.vector(runningMean), as.vector(runningVar)];
        return channelsLast(core.batchNorm(channelsFirst(x), scale, shift, { mean, variance, epsilon }));
      },
    },
  },
  {
    name: "batchNormTraining",
    trials: fc.oneof(
      normalisable.map(([x, gamma, beta]) =>
        trial("batchNormTraining", [x, gamma, beta], ([x, gamma, beta]) =>
          core.square(core.batchNormTraining(x as core.Tensor4, as.vector(gamma), as.vector(beta), { epsilon: 0.5 }).y),
        ),
      ),
      followed.map(([x, gamma, beta, residual]) =>
        trial("batchNormTraining", [x, gamma, beta, residual], ([x, gamma, beta, residual]) => {
          const after = { epsilon: 0.5, residual, relu: true };
          return core.square(core.batchNormTraining(x as core.Tensor4, as.vector(gamma), as.vector(beta), after).y);
        }),
      ),
    ),
    examples: [
      [
        () =>
          core.batchNormTraining(
            tensor([
              [1, 5],
              [3, 5],
            ]),
            row(2, 1),
            row(0, 7),
            { epsilon: 3 },
          ).y,
        [-1, 7, 1, 7],
      ],
      [
        () =>
          core.batchNormTraining(
            tensor([
              [1, 5],
              [3, 5],
            ]),
            row(2, 1),
            row(0, 7),
            { epsilon: 3, residual: tensor([0, -8, 2, 1], [2, 2]), relu: true },
          ).y,
        [0, 0, 3, 8],
      ],
      [
        () =>
          core.batchNormTraining(
            tensor([
              [1, 5],
              [4, 5],
            ]),
            row(1, 1),
            row(0, 0),
          ).mean,
        [2.5, 5],
      ],
      [() => core.batchNormTraining(grid([2, 1, 1, 2]), row(1), row(0)).variance, [5 / 3]],
    ],
    errors: [
      [
        () => core.batchNormTraining(grid([1, 3]), row(1, 1, 1), row(1, 2, 3)),
        "batchNormTraining: [1,3] has 1 value a channel; a variance takes two",
      ],
      [
        () => core.batchNormTraining(grid([2, 3]), row(1, 1, 1), row(1, 2)),
        "batchNormTraining: beta is [2]; x, [2,3], has 3 channels",
      ],
      [
        () => core.batchNormTraining(grid([2, 1]), row(1), row(1), { residual: row(1, 2) }),
        "batchNormTraining: residual is [2]; x, to which it is added, is [2,1]",
      ],
    ],
    twice: true,
    calls: [() => callOf(core.batchNormTraining, grid([2, 1]), row(1), row(1), { epsilon: 1 })],
  },
];
