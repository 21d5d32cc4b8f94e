import fc from "fast-check";
import * as core from "../src/index.ts";
import { type Cube, type Matrix, type Shape, type Tensor, tensor, tokens, type Vector } from "../src/index.ts";
import type * as operations_ from "../src/ops/index.ts";
import { Pattern } from "../src/sparse/pattern.ts";
import {
  axis,
  axisOrNone,
  type Call,
  callOf,
  distinctValuesOf,
  eighths,
  idsOf,
  nonZeroEighths,
  positiveEighths,
  type Values,
  valuesOf,
} from "../src/testing/index.ts";

/** One way to call an operation: differentiable operands as data, and the call. */
export interface Trial {
  readonly inputs: readonly Values[];
  readonly run: (inputs: readonly Tensor[]) => Tensor;
  /** What the call was, for fast-check's report. */
  readonly toString: () => string;
}

/** Everything that is tested of an operation. All of it must be given: see the completeness test. */
export interface Operation {
  readonly name: keyof typeof operations_;
  readonly trials: fc.Arbitrary<Trial>;
  /** Worked by hand: the call and the values it must give, exactly or to a few ulp. */
  readonly examples: readonly (readonly [call: () => Tensor, values: readonly number[]])[];
  /** Calls that must fail, and the message. An operation that takes any tensor has none: it says so by "nothing to refuse". */
  readonly errors: readonly (readonly [call: () => unknown, message: string])[] | "nothing to refuse";
  /** Whether the gradient can be differentiated again. */
  readonly twice: boolean;
  /** Right calls, of which a test makes one argument at a time wrong. Of the others they are in `calls.ts`. */
  readonly calls?: readonly (() => Call)[];
  /** How PyTorch's golden cases are computed, by their name. Of the others it is in `golden-suite.ts`. */
  readonly golden?: Readonly<Record<string, (x: Readonly<Record<string, Tensor>>, options: never) => Tensor>>;
}

const trial = (call: string, inputs: readonly Values[], run: (inputs: readonly Tensor[]) => Tensor): Trial => ({
  inputs,
  run,
  toString: () => `${call} of ${inputs.map(({ shape, data }) => `[${shape}] ${data.join(" ")}`).join("; ")}`,
});

const as = {
  vector: (x: Tensor | undefined) => x as Vector,
  matrix: (x: Tensor | undefined) => x as Matrix,
  cube: (x: Tensor | undefined) => x as Cube,
  images: (x: Tensor | undefined) => x as core.Tensor4,
};
/** Between eighths, so at least a sixteenth from each. */
const besideEighths = eighths.map((x) => x + 1 / 16);
const shapeUpTo3: fc.Arbitrary<Shape> = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 3 });
const fullShape: fc.Arbitrary<readonly [number, number, number]> = fc.tuple(axis, axis, fc.integer({ min: 1, max: 4 }));
const row = (...values: number[]) => tensor(values, [values.length]);
const grid = <const S extends Shape>(shape: S) =>
  tensor(
    Array.from({ length: shape.reduce((p, n) => p * n, 1) }, (_, i) => i + 1),
    shape,
  );

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

/** Two shapes that broadcast together, in every manner: missing axes, axes of 1, either operand. */
const broadcastable: fc.Arbitrary<readonly [Shape, Shape]> = fc
  .tuple(fc.array(fc.tuple(axisOrNone, fc.nat(2)), { maxLength: 3 }), fc.nat(3), fc.boolean())
  .map(([axes, missing, swap]) => {
    const a = axes.map(([size, one]) => (one === 1 ? 1 : size));
    const b = axes.map(([size, one]) => (one === 2 ? 1 : size)).slice(Math.min(missing, axes.length));
    return swap ? [b, a] : [a, b];
  });

type Pairwise = "add" | "sub" | "mul" | "div" | "pow" | "maximum" | "minimum" | Comparison;
type Comparison = "equal" | "notEqual" | "less" | "lessEqual" | "greater" | "greaterEqual";

function binary(
  name: Pairwise,
  examples: Operation["examples"],
  second: fc.Arbitrary<number> = eighths,
  first: fc.Arbitrary<number> = eighths,
): Operation {
  const of = core[name];
  return {
    name,
    trials: broadcastable
      .chain(([a, b]) => fc.tuple(valuesOf(a, first), valuesOf(b, second)))
      .map((inputs) => trial(name, inputs, ([a, b]) => of(a!, b!))),
    examples,
    errors: [
      [() => of(grid([2, 3]), grid([2])), `${name}: [2,3] and [2] do not broadcast: sizes 3 and 2 on axis -1`],
      [
        () => of(grid([2, 3, 4]), grid([5, 1, 1])),
        `${name}: [2,3,4] and [5,1,1] do not broadcast: sizes 2 and 5 on axis -3`,
      ],
    ],
    twice: true,
  };
}

const someAxis = fc.option(
  fc.oneof(fc.integer({ min: -3, max: 2 }), fc.shuffledSubarray([0, 1, -1], { minLength: 1 })),
  { nil: undefined },
);
const reductions = fc.record({ axis: someAxis, keepDims: fc.boolean() }).map(({ axis, keepDims }) => ({
  ...(axis === undefined ? {} : { axis }),
  keepDims,
}));

function reduction(
  name: "sum" | "mean" | "max" | "min",
  examples: Operation["examples"],
  errors: readonly (readonly [() => unknown, string])[],
): Operation {
  const of: (x: Tensor, options: core.Reduction) => Tensor = core[name];
  return {
    name,
    trials: fc
      .tuple(
        fullShape.chain((shape) => (name === "max" || name === "min" ? distinctValuesOf(shape) : valuesOf(shape))),
        reductions,
      )
      .map(([x, options]) => trial(`${name} ${JSON.stringify(options)}`, [x], ([x]) => of(x!, options))),
    examples,
    errors: [
      [() => of(grid([2, 3]), { axis: 2 }), `${name}: [2,3] has no axis 2: it has axes -2…1`],
      [() => of(tensor(1), { axis: 0 }), `${name}: [] has no axis 0: a scalar has none`],
      [() => of(grid([2, 3]), { axis: [0, -2] }), `${name}: axis [0,-2] names an axis of [2,3] twice`],
      [
        () => of(grid([2, 3]), { axis: [] }),
        `${name}: axis is []; name an axis, or leave it out to reduce all of them`,
      ],
      [() => of(grid([2, 3]), { axis: 0.5 }), `${name}: [2,3] has no axis 0.5: it has axes -2…1`],
      ...errors,
    ],
    twice: true,
  };
}

const lengthsFor = (batch: number, time: number) =>
  fc.option(fc.array(fc.integer({ min: 1, max: time }), { minLength: batch, maxLength: batch }), { nil: undefined });

const lstmSizes = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  time: fc.integer({ min: 1, max: 5 }),
  input: fc.integer({ min: 1, max: 5 }),
  hidden: fc.integer({ min: 1, max: 5 }),
  layers: fc.integer({ min: 1, max: 2 }),
  directions: fc.integer({ min: 1, max: 2 }),
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

/** Sizes of images, kernels, strides and paddings: any, or those that are computed in tiles. */
const convolutions = fc.oneof(
  fc.record({
    image: fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })),
    kernel: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })),
    stride: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.tuple(axis, axis)),
    padding: fc.oneof(fc.nat(2), fc.tuple(fc.nat(2), fc.nat(2))),
  }),
  fc.record({
    image: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 4, max: 11 })),
    kernel: fc.constant([3, 3] as const),
    stride: fc.constant(1),
    padding: fc.oneof(fc.nat(3), fc.tuple(fc.nat(3), fc.nat(3))),
  }),
);

/** Images and kernels of all these sizes, the kernel whole or of which every third element is stored, or every second. */
const imagesAndKernels = fc
  .record({
    batch: fc.integer({ min: 1, max: 2 }),
    channels: fc.integer({ min: 1, max: 3 }),
    filters: fc.integer({ min: 1, max: 3 }),
    sizes: convolutions,
    stored: fc.option(fc.record({ every: fc.constantFrom(2, 3), from: fc.nat(1) }), { nil: undefined }),
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

const channelsFirst = (x: Tensor | undefined) => (x!.shape.length === 4 ? firstChannels(x) : (x as core.Tensor4));
const channelsLast = (y: core.Tensor4) => (y.shape.length === 4 ? lastChannels(y) : y);

// Golden images are [batch, height, width, channels], golden kernels [height, width, channels, filters].
const firstChannels = (x: Tensor | undefined) => core.transpose(as.images(x), [0, 3, 1, 2]);
const lastChannels = (y: core.Tensor4) => core.transpose(y, [0, 2, 3, 1]);
const kernelOf = (kernel: Tensor | undefined) => core.transpose(as.images(kernel), [3, 2, 0, 1]);

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

/** Every operation that `ops/index.ts` exports, with operands to try it on. A new operation is one more entry here. */
export const operations: readonly Operation[] = [
  binary("add", [
    [() => core.add(row(1, 2), row(10, 20)), [11, 22]],
    [() => core.add(tensor([[1], [2]]), row(10, 20)), [11, 21, 12, 22]],
    [() => core.add(row(1, 2), 0.5), [1.5, 2.5]],
  ]),
  binary("sub", [
    [() => core.sub(row(1, 2), row(10, 30)), [-9, -28]],
    [() => core.sub(1, row(1, 2)), [0, -1]],
  ]),
  binary("mul", [[() => core.mul(tensor([[1, 2]]), tensor([[3], [4]])), [3, 6, 4, 8]]]),
  binary(
    "div",
    [
      [() => core.div(row(1, 3), row(2, 4)), [0.5, 0.75]],
      [() => core.div(row(1, -1, 0), 0), [Infinity, -Infinity, Number.NaN]],
    ],
    positiveEighths.map((x) => x + 0.5), // 1/x³ is too steep near 0 for differences
  ),
  binary(
    "pow",
    [
      [() => core.pow(row(-2, 3, 0), 3), [-8, 27, 0]],
      [() => core.pow(row(2, -4), -1), [0.5, -0.25]],
      [() => core.pow(row(4, 0, -1), 0.5), [2, 0, Number.NaN]],
      [() => core.pow(2, row(-1, 0, 3)), [0.5, 1, 8]],
      [() => core.pow(row(-2, -2, -2, 0, 0, 0), row(3, 2, 0.5, 0, 2, -1)), [-8, 4, Number.NaN, 1, 0, Infinity]],
      [
        () => core.pow(row(1, -1, Number.NaN, 2, 0.5), row(Number.NaN, Infinity, 0, Infinity, Infinity)),
        [1, 1, 1, Infinity, 0],
      ],
      [() => core.pow(row(-Infinity, Infinity, -Infinity), row(3, -1, -2)), [-Infinity, 0, 0]],
    ],
    eighths,
    positiveEighths.map((x) => x / 2 + 0.5),
  ),
  // first operands are off those of the second, eighths, by a sixteenth: off the kink
  binary(
    "maximum",
    [[() => core.maximum(row(1, 5, Number.NaN, 0), row(3, 2, 0, Number.NaN)), [3, 5, Number.NaN, Number.NaN]]],
    eighths,
    besideEighths,
  ),
  binary(
    "minimum",
    [[() => core.minimum(row(1, 5, Number.NaN, 0), row(3, 2, 0, Number.NaN)), [1, 2, Number.NaN, Number.NaN]]],
    eighths,
    besideEighths,
  ),
  ...Object.entries({
    equal: [0, 1, 0, 0],
    notEqual: [1, 0, 1, 1],
    less: [1, 0, 0, 0],
    lessEqual: [1, 1, 0, 0],
    greater: [0, 0, 1, 0],
    greaterEqual: [0, 1, 1, 0],
  }).map(([name, values]) => ({
    ...binary(
      name as Comparison,
      [
        [() => core[name as Comparison](row(1, 2, 3, Number.NaN), row(2, 2, 2, Number.NaN)), values],
        [() => core[name as Comparison](row(1, 2, 3), 2), values.slice(0, 3)],
      ],
      eighths,
      besideEighths,
    ),
  })),
  {
    name: "where",
    trials: broadcastable.chain(([a, b]) =>
      fc
        .tuple(valuesOf(a), valuesOf(b))
        .chain((both) =>
          valuesOf(a, fc.constantFrom(0, 1, -2)).map((mask) =>
            trial(`where ${mask.data}`, both, ([a, b]) => core.where(tensor(mask.data, mask.shape), a!, b!)),
          ),
        ),
    ),
    examples: [
      [() => core.where(row(1, 0, Number.NaN), row(1, 2, 3), row(10, Number.NaN, 30)), [1, Number.NaN, 3]],
      [() => core.where(core.less(row(1, 2), 2), Infinity, tensor([[1], [2]])), [Infinity, 1, Infinity, 2]],
    ],
    errors: [
      [() => core.where(grid([2, 3]), grid([2]), 0), "where: [2,3] and [2] do not broadcast: sizes 3 and 2 on axis -1"],
    ],
    twice: true,
  },
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
    name: "cumsum",
    trials: fc
      .tuple(
        fullShape.chain((shape) => valuesOf(shape)),
        fc.integer({ min: -3, max: 2 }),
      )
      .map(([x, axis]) => trial(`cumsum axis ${axis}`, [x], ([x]) => core.cumsum(x!, { axis }))),
    examples: [
      [() => core.cumsum(grid([2, 3])), [1, 3, 6, 4, 9, 15]],
      [() => core.cumsum(grid([2, 3]), { axis: 0 }), [1, 2, 3, 5, 7, 9]],
    ],
    errors: [[() => core.cumsum(grid([2, 3]), { axis: 2 }), "cumsum: [2,3] has no axis 2: it has axes -2…1"]],
    twice: true,
  },
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
  reduction(
    "sum",
    [
      [
        () =>
          core.sum(
            tensor([
              [1, 2, 3],
              [4, 5, 6],
            ]),
          ),
        [21],
      ],
      [
        () =>
          core.sum(
            tensor([
              [1, 2, 3],
              [4, 5, 6],
            ]),
            { axis: 0 },
          ),
        [5, 7, 9],
      ],
      [
        () =>
          core.sum(
            tensor([
              [1, 2, 3],
              [4, 5, 6],
            ]),
            { axis: -1, keepDims: true },
          ),
        [6, 15],
      ],
      [() => core.sum(core.zeros([0, 2]), { axis: 0 }), [0, 0]],
      [() => core.sum(grid([2, 2, 2]), { axis: [0, -1] }), [14, 22]],
      [() => core.sum(grid([2, 2, 2]), { axis: [0, 1] }), [16, 20]],
    ],
    [],
  ),
  reduction(
    "mean",
    [
      [
        () =>
          core.mean(
            tensor([
              [1, 2, 3],
              [4, 5, 6],
            ]),
            { axis: 1 },
          ),
        [2, 5],
      ],
    ],
    [
      [() => core.mean(core.zeros([0])), "mean: [0] has nothing to take the mean of"],
      [() => core.mean(core.zeros([2, 0]), { axis: 1 }), "mean: [2,0] has nothing to take the mean of"],
    ],
  ),
  reduction(
    "max",
    [
      [
        () =>
          core.max(
            tensor([
              [1, 5, 3],
              [4, 2, 6],
            ]),
            { axis: 0 },
          ),
        [4, 5, 6],
      ],
      [() => core.max(row(1, Number.NaN, 3)), [Number.NaN]],
    ],
    [[() => core.max(core.zeros([0, 3]), { axis: 0 }), "max: [0,3] has nothing to take the maximum of"]],
  ),
  reduction(
    "min",
    [
      [() => core.min(grid([2, 3]), { axis: [0, 1], keepDims: true }), [1]],
      [() => core.min(core.neg(grid([2, 2, 2])), { axis: [0, 2] }), [-6, -8]],
      [() => core.min(row(1, Number.NaN, 0)), [Number.NaN]],
    ],
    [[() => core.min(core.zeros([0, 3]), { axis: 0 }), "min: [0,3] has nothing to take the minimum of"]],
  ),
  ...(["variance", "std"] as const).map((name): Operation => {
    const of: (x: Tensor, options?: core.VarianceOptions) => Tensor = core[name];
    return {
      name,
      // powers of two, whose means of eighths are exact; distinct, for √ is steep near 0
      trials: fc
        .tuple(distinctValuesOf([4, 2, 4]), reductions, fc.constantFrom(0, 1))
        .map(([x, options, correction]) =>
          trial(`${name} ${JSON.stringify(options)} ${correction}`, [x], ([x]) => of(x!, { ...options, correction })),
        ),
      examples: [
        name === "std" ? [() => of(row(1, 3)), [Math.SQRT2]] : [() => of(row(1, 2, 3, 6)), [14 / 3]],
        [() => of(grid([2, 1, 2]), { axis: [0, 2], correction: 0 }), [name === "std" ? Math.sqrt(1.25) : 1.25]],
        [() => of(row(0.1, 0.1)), [0]],
      ],
      errors: [
        [() => of(row(1)), `${name}: [1] has 1 element to a value, and the correction is 1`],
        [
          () => of(core.zeros([2, 0]), { correction: 0 }),
          `${name}: [2,0] has 0 elements to a value, and the correction is 0`,
        ],
        [() => of(grid([2, 3]), { axis: 2 }), `${name}: [2,3] has no axis 2: it has axes -2…1`],
      ],
      twice: true,
    };
  }),
  ...(["softmax", "logSoftmax"] as const).map(
    (name): Operation => ({
      name,
      trials: fc
        .tuple(
          fullShape.chain((shape) => valuesOf(shape)),
          fc.integer({ min: -3, max: 2 }),
        )
        .map(([x, axis]) => trial(`${name} axis ${axis}`, [x], ([x]) => core[name](x!, { axis }))),
      examples: [
        name === "softmax"
          ? [() => core.softmax(row(0, Math.log(3), -Infinity)), [0.25, 0.75, 0]]
          : [() => core.logSoftmax(row(1000, 1000)), [-Math.LN2, -Math.LN2]],
      ],
      errors: [
        [() => core[name](grid([2, 3]), { axis: 2 }), `${name}: [2,3] has no axis 2: it has axes -2…1`],
        [() => core[name](core.zeros([2, 0])), `${name}: [2,0] has nothing along axis -1`],
      ],
      twice: true,
    }),
  ),
  {
    name: "broadcastTo",
    trials: broadcastable
      .filter(([a, b]) => a.length <= b.length)
      .chain(([a, b]) => {
        const shape = b.map((size, i) => (size === 1 ? (a[i - b.length + a.length] ?? 1) : size));
        return valuesOf(a).map((x) => trial(`broadcastTo [${shape}]`, [x], ([x]) => core.broadcastTo(x!, shape)));
      }),
    examples: [[() => core.broadcastTo(tensor([[1], [2]]), [2, 2]), [1, 1, 2, 2]]],
    errors: [
      [() => core.broadcastTo(grid([2, 3]), [3]), "broadcastTo: [2,3] does not broadcast to [3]"],
      [() => core.broadcastTo(grid([2]), [3]), "broadcastTo: [2] and [3] do not broadcast: sizes 2 and 3 on axis -1"],
    ],
    twice: true,
  },
  {
    name: "reshape",
    trials: fullShape
      .chain((shape) => valuesOf(shape))
      .map((x) => trial("reshape", [x], ([t]) => core.reshape(t!, [x.shape[1]!, -1, x.shape[0]!]))),
    examples: [
      [() => core.reshape(grid([2, 3]), [3, 2]), [1, 2, 3, 4, 5, 6]],
      [() => core.reshape(grid([2, 3]), [-1]), [1, 2, 3, 4, 5, 6]],
    ],
    errors: [
      [() => core.reshape(grid([2, 3]), [4]), "reshape: [2,3] → [4]: 6 elements do not fill 4"],
      [
        () => core.reshape(grid([2, 3]), [-1, 4]),
        "reshape: [2,3] → [-1,4]: the size −1 cannot be told from 6 elements",
      ],
      [
        () => core.reshape(grid([2, 3]), [-1, -1]),
        "reshape: [2,3] → [-1,-1]: the size −1 cannot be told from 6 elements",
      ],
      [() => core.reshape(grid([2, 3]), [-2, -3]), "reshape: [-2,-3] is no shape: sizes are integers from 0"],
    ],
    twice: true,
  },
  {
    name: "transpose",
    trials: fc
      .tuple(
        fullShape.chain((shape) => valuesOf(shape)),
        fc.option(fc.shuffledSubarray([0, 1, 2], { minLength: 3, maxLength: 3 }), { nil: undefined }),
      )
      .map(([x, axes]) => trial(`transpose ${axes}`, [x], ([x]) => core.transpose(x!, axes))),
    examples: [
      [() => core.transpose(grid([2, 3])), [1, 4, 2, 5, 3, 6]],
      [() => core.transpose(grid([1, 2, 3]), [2, 0, 1]), [1, 4, 2, 5, 3, 6]],
    ],
    errors: [
      [() => core.transpose(row(1, 2)), "transpose: [2] has fewer than two axes"],
      [() => core.transpose(grid([2, 3]), [0, 0]), "transpose: [0,0] is no permutation of the 2 axes of [2,3]"],
    ],
    twice: true,
  },
  {
    name: "slice",
    trials: fullShape
      .chain((shape) => fc.tuple(valuesOf(shape), ...shape.map((size) => fc.tuple(fc.nat(size), fc.nat(size)))))
      .map(([x, ...ends]) => {
        const [begin, end] = [ends.map(([a, b]) => Math.min(a, b)), ends.map(([a, b]) => Math.max(a, b))];
        return trial(`slice ${begin} … ${end}`, [x], ([x]) => core.slice(x!, begin, end));
      }),
    examples: [[() => core.slice(grid([3, 4]), [1, 1], [3, 3]), [6, 7, 10, 11]]],
    errors: [
      [() => core.slice(grid([3, 4]), [1], [3]), "slice: [3,4] from [1] to [3]: give one begin and one end an axis"],
      [() => core.slice(grid([3, 4]), [1, 2], [3, 5]), "slice: [3,4] from [1,2] to [3,5]: axis 1 has 0…4"],
      [() => core.slice(grid([3]), [2], [1]), "slice: [3] from [2] to [1]: axis 0 has 0…3"],
      [() => core.slice(grid([3]), [-1], [1]), "slice: [3] from [-1] to [1]: axis 0 has 0…3"],
    ],
    twice: true,
  },
  {
    name: "concat",
    trials: fc
      .tuple(fullShape, fc.integer({ min: -3, max: 2 }), fc.array(axisOrNone, { minLength: 1, maxLength: 4 }))
      .chain(([shape, axis, sizes]) =>
        fc
          .tuple(...sizes.map((size) => valuesOf((shape as Shape).with(axis, size))))
          .map((parts) => trial(`concat axis ${axis}`, parts, (parts) => core.concat(parts, { axis }))),
      ),
    examples: [
      [
        () =>
          core.concat(
            [
              tensor([[1], [2]]),
              tensor([
                [3, 4],
                [5, 6],
              ]),
            ],
            { axis: 1 },
          ),
        [1, 3, 4, 2, 5, 6],
      ],
      [() => core.concat([row(1), row(2, 3)]), [1, 2, 3]],
    ],
    errors: [
      [() => core.concat([]), "concat: there is nothing to concatenate"],
      [
        () => core.concat([grid([2, 3]), grid([3, 3])], { axis: 1 }),
        "concat: [2,3] and [3,3] differ elsewhere than on axis 1",
      ],
      [() => core.concat<Shape>([grid([2]), grid([2, 1])]), "concat: [2] and [2,1] differ elsewhere than on axis 0"],
      [() => core.concat([grid([2])], { axis: 1 }), "concat: [2] has no axis 1: it has axes -1…0"],
    ],
    twice: true,
  },
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
            tensor([
              [1, 2],
              [3, 4],
            ]),
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
            tensor([
              [1, 2],
              [3, 4],
            ]),
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
            tensor([
              [1, 2],
              [3, 4],
            ]),
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
    name: "embedding",
    trials: fc
      .record({ rows: axis, dim: axis, ids: fc.tuple(axis, fc.integer({ min: 1, max: 4 })) })
      .chain(({ rows, dim, ids }) => fc.tuple(valuesOf([rows, dim]), idsOf(ids, rows)))
      .map(([table, ids]) =>
        trial(`embedding of ids ${ids.data}`, [table], ([table]) =>
          core.embedding(as.matrix(table), tokens(ids.data, ids.shape)),
        ),
      ),
    examples: [
      [
        () =>
          core.embedding(
            tensor([
              [1, 2],
              [3, 4],
            ]),
            tokens([1, 0, 1], [3]),
          ),
        [3, 4, 1, 2, 3, 4],
      ],
    ],
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
  {
    name: "pad2d",
    trials: fc
      .tuple(fullShape, fc.oneof(fc.nat(2), fc.tuple(fc.nat(2), fc.nat(2))))
      .chain(([shape, padding]) => fc.tuple(valuesOf([2, ...shape]), fc.constant(padding)))
      .map(([x, padding]) => trial(`pad2d ${padding}`, [x], ([x]) => core.pad2d(as.images(x), padding))),
    examples: [
      [() => core.pad2d(grid([1, 1, 1, 2]), 1), [0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0]],
      [() => core.pad2d(grid([1, 2, 1, 1]), [0, 1]), [0, 1, 0, 0, 2, 0]],
    ],
    errors: [
      [
        () => core.pad2d(grid([1, 1, 2, 2]), -1),
        "pad2d: padding is -1; it is an integer from 0, or two of them: down and across",
      ],
      [() => core.pad2d(grid([2, 2]) as never, 1), "pad2d: x is [2,2]; it has 4 axes"],
    ],
    twice: true,
    calls: [() => callOf(core.pad2d, grid([1, 1, 2, 2]), [1, 2])],
    golden: {
      pad2d: ({ x }, { padding }: { padding: readonly [number, number] }) =>
        lastChannels(core.pad2d(firstChannels(x), padding)),
    },
  },
  {
    name: "flip",
    trials: fc
      .tuple(
        fullShape.chain((shape) => valuesOf(shape)),
        fc.integer({ min: -3, max: 2 }),
      )
      .map(([x, axis]) => trial(`flip axis ${axis}`, [x], ([x]) => core.flip(x!, { axis }))),
    examples: [
      [() => core.flip(grid([2, 3]), { axis: -1 }), [3, 2, 1, 6, 5, 4]],
      [() => core.flip(grid([2, 3]), { axis: 0 }), [4, 5, 6, 1, 2, 3]],
    ],
    errors: [[() => core.flip(grid([2, 3]), { axis: 2 }), "flip: [2,3] has no axis 2: it has axes -2…1"]],
    twice: true,
    calls: [() => callOf(core.flip, grid([2, 3]), { axis: 1 })],
    golden: { flip2d: ({ x }) => core.flip(x!, { axis: 2 }) },
  },
  {
    name: "batchNorm",
    trials: normalisable.map(([x, gamma, beta, mean, variance]) =>
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
    examples: [
      [
        () => core.batchNorm(grid([2, 2]), row(1, 2), row(0, 10), { mean: row(1, 2), variance: row(3, 0), epsilon: 1 }),
        [0, 10, 1, 14],
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
    trials: normalisable.map(([x, gamma, beta]) =>
      trial("batchNormTraining", [x, gamma, beta], ([x, gamma, beta]) =>
        core.square(core.batchNormTraining(x as core.Tensor4, as.vector(gamma), as.vector(beta), { epsilon: 0.5 }).y),
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
    ],
    twice: true,
    calls: [() => callOf(core.batchNormTraining, grid([2, 1]), row(1), row(1), { epsilon: 1 })],
  },
  {
    name: "unsqueeze",
    trials: fc
      .tuple(
        fullShape.chain((shape) => valuesOf(shape)),
        fc.integer({ min: -4, max: 3 }),
      )
      .map(([x, axis]) => trial(`unsqueeze ${axis}`, [x], ([x]) => core.unsqueeze(x!, axis))),
    examples: [[() => core.add(core.unsqueeze(row(1, 2), -1), row(10, 20)), [11, 21, 12, 22]]],
    errors: [[() => core.unsqueeze(grid([2, 3]), 3), "unsqueeze: [2,3,1] has no axis 3: it has axes -3…2"]],
    twice: true,
  },
  {
    name: "squeeze",
    trials: fc
      .tuple(valuesOf([1, 3, 1]), fc.constantFrom(undefined, 0, 2, -1, [0, 2]))
      .map(([x, axis]) => trial(`squeeze ${axis}`, [x], ([x]) => core.squeeze(x!, axis === undefined ? {} : { axis }))),
    examples: [[() => core.add(core.squeeze(tensor([[1], [2]])), row(10, 20)), [11, 22]]],
    errors: [[() => core.squeeze(grid([1, 3]), { axis: [0, 1] }), "squeeze: axis 1 of [1,3] has size 3, not 1"]],
    twice: true,
  },
  {
    name: "stack",
    trials: fc
      .tuple(
        fullShape.chain((shape) => fc.array(valuesOf(shape), { minLength: 1, maxLength: 3 })),
        fc.integer({ min: -4, max: 3 }),
      )
      .map(([parts, axis]) => trial(`stack axis ${axis}`, parts, (parts) => core.stack(parts, { axis }))),
    examples: [
      [() => core.stack([row(1, 2), row(3, 4)]), [1, 2, 3, 4]],
      [() => core.stack([row(1, 2), row(3, 4)], { axis: -1 }), [1, 3, 2, 4]],
    ],
    errors: [
      [() => core.stack([]), "stack: there is nothing to stack"],
      [() => core.stack([row(1), row(1, 2)]), "stack: [1] and [2] differ"],
      [() => core.stack([row(1)], { axis: 2 }), "stack: [1,1] has no axis 2: it has axes -2…1"],
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
  {
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
    trials: axis
      .chain((n) => fc.tuple(valuesOf([n]), idsOf([n], 2)))
      .map(([x, ids]) =>
        trial(`binaryCrossEntropyWithLogits with targets ${ids.data}`, [x], ([x]) =>
          core.binaryCrossEntropyWithLogits(as.vector(x), tokens(ids.data, [ids.data.length])),
        ),
      ),
    examples: [
      [
        () => core.binaryCrossEntropyWithLogits(row(0, Math.log(3)), tokens([1, 1], [2])),
        [(Math.LN2 - Math.log(0.75)) / 2],
      ],
      [() => core.binaryCrossEntropyWithLogits(row(100, -100), tokens([0, 0], [2])), [50]],
    ],
    errors: [
      [
        () => core.binaryCrossEntropyWithLogits(row(0, 0), tokens([1], [1])),
        "binaryCrossEntropyWithLogits: logits [2] want 2 targets; 1 came",
      ],
      [
        () => core.binaryCrossEntropyWithLogits(row(0, 0), tokens([1, 2], [2])),
        "binaryCrossEntropyWithLogits: target 1 is 2, neither 0 nor 1",
      ],
    ],
    twice: true,
  },
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
    trials: lstmSizes.chain(({ batch, time, input, hidden, layers, directions }) => {
      const below = (layer: number) => (layer === 0 ? input : directions * hidden);
      const weights = Array.from({ length: layers * directions }, (_, i) =>
        lstmWeights(hidden, below(Math.floor(i / directions))),
      );
      return fc
        .tuple(valuesOf([batch, time, input]), lengthsFor(batch, time), ...weights)
        .map(([x, lengths, ...weights]) =>
          trial(
            `lstm of ${layers} layers, ${directions} directions, lengths ${lengths}`,
            [x, ...weights.flat()],
            ([x, ...flat]) => {
              const stack = Array.from({ length: layers }, (_, layer) =>
                Array.from({ length: directions }, (_, direction) => {
                  const at = 4 * (layer * directions + direction);
                  return asLstm(flat.slice(at, at + 4));
                }),
              );
              const { output, h, c } = core.lstm(as.cube(x), stack, { lengths: lengths && tokens(lengths, [batch]) });
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
    trials: lstmSizes.chain(({ batch, time, input, hidden, directions }) =>
      fc
        .tuple(
          valuesOf([4, input]),
          idsOf([batch, time], 4),
          lengthsFor(batch, time),
          ...Array.from({ length: directions }, () => lstmWeights(hidden, input)),
        )
        .map(([table, ids, lengths, ...weights]) =>
          trial(
            `textLstm of ${ids.data}, ${directions} directions, lengths ${lengths}`,
            [table, ...weights.flat()],
            ([table, ...flat]) => {
              const layer = weights.map((_, d) => asLstm(flat.slice(4 * d, 4 * d + 4)));
              const texts = tokens(ids.data, [batch, time]);
              const { h, c } = core.textLstm(as.matrix(table), texts, [layer], {
                lengths: lengths && tokens(lengths, [batch]),
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
