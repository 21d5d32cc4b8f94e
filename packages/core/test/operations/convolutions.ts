import fc from "fast-check";
import * as core from "../../src/index.ts";
import { type Tensor, tensor, tokens } from "../../src/index.ts";
import { Pattern } from "../../src/sparse/pattern.ts";
import { axis, callOf, distinctValuesOf, valuesOf } from "../../src/testing/index.ts";
import { firstChannels, lastChannels } from "./golden-images.ts";
import { as, grid, type Operation, row, trial } from "./operation.ts";
import { fullShape, lengthsFor } from "./shapes.ts";

const kernelAndInput = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    time: axis,
    channels: axis,
    filters: axis,
    width: fc.integer({ min: 1, max: 5 }),
  })
  .filter(({ time, width }) => time >= width)
  .chain(({ batch, time, channels, filters, width }) =>
    fc.tuple(valuesOf([batch, time, channels]), valuesOf([width, channels, filters])),
  );

/** Sizes of images, kernels, strides and paddings: any, those that are computed in tiles, or rows of windows that fill vectors. */
const anySizes = fc.record({
  image: fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })),
  kernel: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })),
  stride: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.tuple(axis, axis)),
  padding: fc.oneof(fc.nat(2), fc.tuple(fc.nat(2), fc.nat(2))),
});
const tileSizes = fc.record({
  image: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 4, max: 11 })),
  kernel: fc.constant([3, 3] as const),
  stride: fc.constant(1),
  padding: fc.oneof(fc.nat(3), fc.tuple(fc.nat(3), fc.nat(3))),
});
const rowSizes = fc.record({
  image: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 9, max: 19 })),
  kernel: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 5 })),
  stride: fc.tuple(fc.constant(1), fc.integer({ min: 1, max: 3 })),
  padding: fc.tuple(fc.nat(1), fc.nat(2)),
});
const convolutionSizes = fc.oneof(
  { arbitrary: anySizes, weight: 2 },
  { arbitrary: tileSizes, weight: 2 },
  { arbitrary: rowSizes, weight: 1 },
);

/** Images and kernels of all these sizes, the kernel whole or of which every second, fourth or seventh element is stored: written out, or multiplied by itself. */
const imagesAndKernels = fc
  .record({
    batch: fc.integer({ min: 1, max: 2 }),
    channels: fc.integer({ min: 1, max: 3 }),
    filters: fc.integer({ min: 1, max: 3 }),
    sizes: convolutionSizes,
    stored: fc.option(fc.record({ every: fc.constantFrom(2, 4, 7), from: fc.nat(1) }), { nil: undefined }),
  })
  .map(({ sizes, ...others }) => ({ ...sizes, ...others }))
  .filter(({ image, kernel, padding }) =>
    image.every((size, i) => size + 2 * (typeof padding === "number" ? padding : padding[i]!) >= kernel[i]!),
  )
  .chain(({ batch, channels, filters, image, kernel, stride, padding, stored }) => {
    const shape = [filters, channels, kernel[0], kernel[1]] as const;
    const all = Array.from({ length: shape.reduce((product, n) => product * n, 1) }, (_, i) => i);
    const positions = Int32Array.from(all.filter((i) => stored !== undefined && i % stored.every === stored.from));
    const pattern = stored === undefined ? undefined : new Pattern("conv2d", shape, positions);
    return fc.record({
      x: valuesOf([batch, channels, ...image]),
      weights: valuesOf(pattern === undefined ? shape : [positions.length]),
      options: fc.constant({ stride, padding }),
      kernelOf: fc.constant((weights: Tensor | undefined) =>
        pattern === undefined ? (weights as core.Tensor4) : new core.Sparse(shape, pattern, as.vector(weights)),
      ),
    });
  });

/** Golden kernels are [height, width, channels, filters]. */
const kernelOf = (kernel: Tensor | undefined) => core.transpose(as.images(kernel), [3, 2, 0, 1]);

/** Convolutions, and the maxima that follow them. */
export const convolutions: readonly Operation[] = [
  {
    name: "conv1d",
    trials: kernelAndInput.map((inputs) => trial("conv1d", inputs, ([x, k]) => core.conv1d(as.cube(x), as.cube(k)))),
    examples: [
      // one channel, one filter: windows (1,2), (2,3) of weights (10,1)
      [() => core.conv1d(tensor([[[1], [2], [3]]]), tensor([[[10]], [[1]]])), [12, 23]],
    ],
    errors: [
      [
        () => core.conv1d(core.zeros([32, 3, 50]), core.zeros([5, 50, 100])),
        "conv1d: [32,3,50] * [5,50,100]: 3 time steps are fewer than the kernel's width, 5",
      ],
      [
        () => core.conv1d(core.zeros([1, 3, 2]), core.zeros([1, 3, 1])),
        "conv1d: [1,3,2] * [1,3,1]: channels 2 and 3 differ",
      ],
      [
        () => core.conv1d(core.zeros([1, 3, 2]), core.zeros([0, 2, 1])),
        "conv1d: [1,3,2] * [0,2,1]: a kernel is at least one step wide",
      ],
    ],
    twice: true,
  },
  {
    name: "conv2d",
    trials: imagesAndKernels.map(({ x, weights, options, kernelOf }) =>
      trial(`conv2d ${JSON.stringify(options)}`, [x, weights], ([x, weights]) => {
        if (!(weights instanceof core.Tensor)) return core.conv2d(as.images(x), weights as never, options);
        return core.conv2d(as.images(x), kernelOf(weights), options);
      }),
    ),
    examples: [
      [() => core.conv2d(grid([1, 1, 3, 3]), grid([1, 1, 2, 2])), [37, 47, 67, 77]],
      [() => core.conv2d(grid([1, 2, 1, 2]), grid([2, 2, 1, 1])), [7, 10, 15, 22]],
      [() => core.conv2d(grid([1, 1, 2, 2]), grid([1, 1, 2, 2]), { stride: 2, padding: 1 }), [4, 6, 6, 4]],
      [
        () => core.conv2d(grid([1, 1, 2, 3]), core.ones([1, 1, 1, 2]), { stride: [1, 2], padding: [1, 0] }),
        [0, 3, 9, 0],
      ],
      [
        () => core.conv2d(grid([1, 1, 3, 3]), new core.Sparse([1, 1, 2, 2], Int32Array.of(1, 2), row(10, 1))),
        [24, 35, 57, 68],
      ],
    ],
    errors: [
      [
        () => core.conv2d(grid([1, 2, 3, 3]), grid([4, 3, 2, 2])),
        "conv2d: [1,2,3,3] * [4,3,2,2]: channels 2 and 3 differ",
      ],
      [
        () => core.conv2d(grid([1, 1, 3, 1]), grid([1, 1, 2, 4]), { padding: 1 }),
        "conv2d: [1,1,3,1] * [1,1,2,4]: an image of [5,3] with its padding is smaller than the kernel, [2,4]",
      ],
      [
        () => core.conv2d(grid([1, 1, 3, 3]), grid([1, 1, 0, 1])),
        "conv2d: [1,1,3,3] * [1,1,0,1]: a kernel has at least one pixel",
      ],
      [
        () => core.conv2d(grid([1, 1, 3, 3]), grid([1, 1, 2, 2]), { stride: 0 }),
        "conv2d: stride is 0; it is an integer from 1, or two of them: down and across",
      ],
      [() => core.conv2d(grid([3, 3]) as never, grid([1, 1, 2, 2])), "conv2d: x is [3,3]; it has 4 axes"],
    ],
    twice: true,
    calls: [
      () => callOf(core.conv2d, grid([1, 2, 3, 3]), grid([2, 2, 2, 2]), { stride: [1, 2], padding: 1 }),
      () => callOf(core.conv2d, grid([1, 1, 2, 2]), new core.Sparse([1, 1, 1, 1], Int32Array.of(0), row(2))),
    ],
    golden: {
      conv2d: ({ x, kernel }, options) => lastChannels(core.conv2d(firstChannels(x), kernelOf(kernel), options)),
      "conv2d+bias": ({ x, kernel, bias }, options) =>
        core.add(lastChannels(core.conv2d(firstChannels(x), kernelOf(kernel), options)), bias!),
    },
  },
  {
    name: "maxOverTime",
    trials: fullShape.chain(([batch, time, filters]) =>
      fc
        .tuple(distinctValuesOf([batch, time, filters]), lengthsFor(batch, time))
        .map(([x, lengths]) =>
          trial(`maxOverTime of lengths ${lengths}`, [x], ([x]) =>
            core.maxOverTime(as.cube(x), lengths && tokens(lengths, [batch])),
          ),
        ),
    ),
    examples: [
      [
        () =>
          core.maxOverTime(
            tensor([
              [
                [1, 5],
                [3, 2],
              ],
            ]),
          ),
        [3, 5],
      ],
      [
        () =>
          core.maxOverTime(
            tensor([
              [
                [1, 5],
                [3, 2],
              ],
            ]),
            tokens([1], [1]),
          ),
        [1, 5],
      ],
    ],
    errors: [
      [() => core.maxOverTime(core.zeros([2, 0, 3])), "maxOverTime: [2,0,3] has no time steps"],
      [() => core.maxOverTime(core.zeros([2, 4, 3]), tokens([1], [1])), "maxOverTime: 1 lengths for a batch of 2"],
      [
        () => core.maxOverTime(core.zeros([2, 4, 3]), tokens([4, 5], [2])),
        "maxOverTime: length 1 is 5; sequences have 1–4 steps",
      ],
      [
        () => core.maxOverTime(core.zeros([2, 4, 3]), tokens([0, 1], [2])),
        "maxOverTime: length 0 is 0; sequences have 1–4 steps",
      ],
    ],
    twice: true,
  },
];
