import fc from "fast-check";
import * as core from "../../src/index.ts";
import { type Shape, tensor } from "../../src/index.ts";
import { axis, callOf, distinctValuesOf, type Values, valuesOf } from "../../src/testing/index.ts";
import { firstChannels, lastChannels } from "./golden-images.ts";
import { as, grid, type Operation, trial } from "./operation.ts";

/** Images and windows of every size, stride and padding that pooling takes. */
const imagesAndPools = (values: (shape: Shape) => fc.Arbitrary<Values>) =>
  fc
    .record({
      batch: fc.integer({ min: 1, max: 2 }),
      channels: fc.integer({ min: 1, max: 3 }),
      image: fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 })),
      size: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.tuple(axis, fc.integer({ min: 1, max: 4 }))),
      stride: fc.option(fc.oneof(fc.integer({ min: 1, max: 3 }), fc.tuple(axis, fc.integer({ min: 1, max: 3 }))), {
        nil: undefined,
      }),
      padding: fc.oneof(fc.nat(2), fc.tuple(fc.nat(4), fc.nat(2))),
    })
    .filter(({ image, size, padding }) =>
      image.every((pixels, i) => {
        const [window, margin] = [size, padding].map((pair) => (typeof pair === "number" ? pair : pair[i]!));
        return 2 * margin! <= window! && pixels + 2 * margin! >= window!;
      }),
    )
    .chain(({ batch, channels, image, size, stride, padding }) =>
      fc.record({
        x: values([batch, channels, ...image]),
        size: fc.constant(size),
        options: fc.constant({ ...(stride === undefined ? {} : { stride }), padding }),
      }),
    );

type Pool = "maxPool2d" | "avgPool2d";

function pool(name: Pool, values: (shape: Shape) => fc.Arbitrary<Values>, examples: Operation["examples"]): Operation {
  const of = core[name];
  return {
    name,
    trials: imagesAndPools(values).map(({ x, size, options }) =>
      trial(`${name} ${JSON.stringify(size)} ${JSON.stringify(options)}`, [x], ([x]) =>
        of(as.images(x), size, options),
      ),
    ),
    examples,
    errors: [
      [
        () => of(grid([1, 1, 2, 3]), [3, 1]),
        `${name}: [1,1,2,3]: an image of [2,3] with its padding is smaller than the window, [3,1]`,
      ],
      [
        () => of(grid([1, 1, 0, 0]), 2, { padding: 1 }),
        `${name}: [1,1,0,0]: the images have no pixels; only the batch or the channels may be empty`,
      ],
      [
        () => of(grid([1, 1, 2, 0]), 2, { padding: 1 }),
        `${name}: [1,1,2,0]: the images have no pixels; only the batch or the channels may be empty`,
      ],
      [
        () => of(grid([1, 1, 3, 3]), 2, { padding: [0, 2] }),
        `${name}: padding [0,2] is more than half a window of [2,2]: a window could lie outside the image`,
      ],
      [() => of(grid([1, 1, 3, 3]), 0), `${name}: size is 0; it is an integer from 1, or two of them: down and across`],
      [() => of(grid([3, 3]) as never, 2), `${name}: x is [3,3]; it has 4 axes`],
    ],
    twice: true,
    calls: [() => callOf(of, grid([1, 2, 3, 3]), [2, 2], { stride: [1, 2], padding: [1, 0] })],
    golden: {
      [name]: ({ x }, { size, ...options }: { size: readonly [number, number]; ties?: boolean }) => {
        const { ties: _, ...pool } = options;
        return lastChannels(of(firstChannels(x), size, pool));
      },
    },
  };
}

/** The largest and the mean value of every window of images. */
export const pooling: readonly Operation[] = [
  pool("maxPool2d", distinctValuesOf, [
    [() => core.maxPool2d(grid([1, 1, 4, 4]), 2), [6, 8, 14, 16]],
    [() => core.maxPool2d(grid([1, 2, 2, 3]), [1, 2], { stride: [1, 1] }), [2, 3, 5, 6, 8, 9, 11, 12]],
    [() => core.maxPool2d(core.neg(grid([1, 1, 2, 2])), 2, { padding: 1 }), [-1, -2, -3, -4]],
    [() => core.maxPool2d(tensor([[[[1, Number.NaN, 3]]]]), [1, 2], { stride: 1 }), [Number.NaN, Number.NaN]],
  ]),
  pool("avgPool2d", valuesOf, [
    [() => core.avgPool2d(grid([1, 1, 4, 4]), 2), [3.5, 5.5, 11.5, 13.5]],
    [() => core.avgPool2d(grid([1, 2, 2, 2]), [2, 1]), [2, 3, 6, 7]],
    [() => core.avgPool2d(grid([1, 1, 2, 2]), 2, { padding: 1 }), [0.25, 0.5, 0.75, 1]],
  ]),
];
