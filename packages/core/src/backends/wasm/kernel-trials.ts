import type { AdamStep, Kernels, StoredWeight } from "../../kernels/kernels.ts";
import type { Region } from "./memory.ts";

/** Operands of a trial: the same values whenever they are made in the same order. */
export interface Operands {
  /** Numbers of either sign; but for one in `every` (default 1: all) they are 0. */
  floats(length: number, every?: number): Region;
  /** Positive numbers, for second moments, and where results go. */
  room(length: number): Region;
  integers(values: readonly number[]): Region;
  /** `length` integers from 0 to below − 1. */
  indices(length: number, below: number): Region;
  /** A weight of which one element in `every` is stored; of several groups a block-diagonal one. */
  stored(shape: readonly number[], every: number, groups?: number): StoredWeight;
}

/** One call or more of each kernel of the contract, on sizes that no vector divides. */
export type Trials = {
  readonly [Name in keyof Kernels]-?: (kernel: NonNullable<Kernels[Name]>, operands: Operands) => void;
};

const unary = (kernel: Kernels["exp"], { floats, room }: Operands) => kernel(floats(43), room(43));

const binary = (kernel: Kernels["add"], { floats, room }: Operands) => {
  kernel(floats(43), floats(43), room(43), { shape: [43], a: [1], b: [1] });
  kernel(floats(39), floats(13), room(39), { shape: [3, 13], a: [13, 1], b: [0, 1] });
  kernel(floats(39), floats(3), room(39), { shape: [3, 13], a: [13, 1], b: [1, 0] });
  kernel(floats(3), floats(39), room(39), { shape: [3, 13], a: [1, 0], b: [13, 1] });
};

const ADAM: AdamStep = {
  learningRate: 0.01,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
  decoupledDecay: 0.01,
  step: 3,
};

const WINDOWS = {
  rows: 13,
  batch: 3,
  time: 9,
  channels: 11,
  widths: [3, 4, 5, 7].map((width) => ({ width, filters: 13 })),
};
const FILTERS = 4 * 13;
const CONVOLUTION = { batch: 2, time: 9, channels: 7, width: 3, filters: 13 };
const LSTM = { batch: 5, tokens: 17, hidden: 13, directions: 2 } as const;
const STARTS = [0, 4, 5, 11, 14, 17];
const LAYER = { ...LSTM, rows: 17, input: 11 };
/** Shares of a weight that are stored: so little that the kernels read it so, and so much that it is written out. */
const EVERY = [7, 1];

/** Calls with all of a weight, then with parts of it. */
function weights(
  { stored }: Operands,
  { shape, whole, groups = 1 }: { shape: readonly number[]; whole: () => Region; groups?: number },
  run: (weight: Region | StoredWeight) => void,
): void {
  run(whole());
  for (const every of EVERY) run(stored(shape, every, groups));
}

/** The operands x, places, weightIh, bias and weightHh of an LSTM layer, or room for their gradients. */
type Layer = readonly [Region, Region | undefined, Region | StoredWeight, Region, Region | StoredWeight];

/** Calls with whole weights and with parts, of inputs a token and of inputs that tokens share. */
function eachLayer(
  { indices, stored }: Operands,
  run: (layer: (made: (length: number) => Region) => Layer) => void,
): void {
  for (const every of [0, ...EVERY]) {
    for (const isShared of [false, true]) {
      run((made) => [
        made(17 * 11),
        isShared ? indices(17, 17) : undefined,
        every === 0 ? made(104 * 11) : stored([104, 11], every),
        made(104),
        every === 0 ? made(104 * 13) : stored([104, 26], every, 2),
      ]);
    }
  }
}

export const TRIALS: Trials = {
  fill: (fill, { room }) => fill(3, room(43)),
  stridedCopy: (copy, { floats, room }) => {
    copy(floats(19 * 23), room(19 * 23), { shape: [23, 19], strides: [1, 23], offset: 0 });
    copy(floats(19 * 23), room(17 * 21), { shape: [17, 21], strides: [23, 1], offset: 2 });
  },
  stridedScatter: (scatter, { floats, room }) =>
    scatter(floats(17 * 21), room(19 * 23), { shape: [17, 21], strides: [23, 1], offset: 2 }),
  concat: (concat, { floats, room }) =>
    concat([floats(3 * 13), floats(3 * 9)], room(3 * 22), { outer: 3, axes: [13, 9], inner: 1 }),
  unfold: (unfold, { floats, room }) => {
    unfold(floats(2 * 2 * 49), room(2 * 49 * 18), IMAGES);
    unfold(floats(2 * 2 * 63), room(2 * 20 * 18), HALVED);
  },
  fold: (fold, { floats, room }) => {
    fold(floats(2 * 49 * 18), room(2 * 2 * 49), IMAGES);
    fold(floats(2 * 20 * 18), room(2 * 2 * 63), HALVED);
  },
  winograd: (winograd, { floats, room }) => winograd(floats(3 * 5 * 63), floats(7 * 5 * 9), room(3 * 7 * 63), TILES),
  winogradKernel: (winograd, { floats, room }) =>
    winograd(floats(3 * 5 * 63), floats(3 * 7 * 63), room(7 * 5 * 9), TILES),
  storedConvolution: (convolve, { floats, room, stored }) => {
    convolve(floats(3 * 5 * 63), stored([7, 45], 7), room(3 * 7 * 63), TAPS);
    for (const columns of [8, 16, 32]) {
      const size = { ...TAPS, height: 4, width: columns, rows: 4, columns }; // whole blocks
      convolve(floats(3 * 5 * 4 * columns), stored([7, 45], 7), room(3 * 7 * 4 * columns), size);
    }
  },
  storedConvolutionInput: (convolve, { floats, room, stored }) =>
    convolve(floats(3 * 7 * 63), stored([7, 45], 7), room(3 * 5 * 63), TAPS),
  storedConvolutionKernel: (convolve, { floats, stored }) =>
    convolve(floats(3 * 5 * 63), floats(3 * 7 * 63), stored([7, 45], 7), TAPS),
  batchNorm: (norm, { floats, room }) => {
    for (const pixels of [1, 43]) {
      const n = 3 * 5 * pixels;
      for (const relu of [false, true]) {
        const given = [floats(n), relu ? floats(n) : undefined, floats(5), floats(5)] as const;
        norm(...given, room(n), room(5), room(5), { ...NORM, pixels, relu });
      }
    }
  },
  batchNormGradient: (gradient, { floats, room }) => {
    for (const pixels of [1, 43]) {
      const [n, given] = [3 * 5 * pixels, [floats(5), floats(5), room(5)] as const];
      const sums = [room(5), room(5)] as const;
      const plain = { ...NORM, pixels, relu: false };
      const relu = { ...plain, relu: true };
      gradient(floats(n), undefined, floats(n), ...given, room(n), undefined, ...sums, plain);
      gradient(floats(n), floats(n), floats(n), ...given, room(n), undefined, ...sums, relu);
      gradient(floats(n), floats(n), floats(n), ...given, room(n), room(n), ...sums, relu);
    }
  },
  normalise: (normalise, { floats, room }) => {
    const n = 3 * 5 * 43;
    const vectors = [floats(5), floats(5), floats(5)] as const;
    normalise(floats(n), undefined, ...vectors, room(n), { ...NORM, pixels: 43, relu: false });
    normalise(floats(n), floats(n), ...vectors, room(n), { ...NORM, pixels: 43, relu: true });
  },
  maxPool2d: (max, { floats, room }) => max(floats(2 * 2 * 49), room(4 * 49), room(4 * 49), POOLS),
  maxPool2dGradient: (gradient, { floats, indices, room }) =>
    gradient(floats(4 * 49), indices(4 * 49, 49), room(4 * 49), POOLS),
  gatherMaxima: (gather, { floats, indices, room }) => gather(floats(4 * 49), indices(4 * 49, 49), room(4 * 49), POOLS),

  add: binary,
  sub: binary,
  mul: binary,
  div: binary,
  maximum: binary,
  minimum: binary,
  equal: binary,
  less: binary,
  lessEqual: binary,
  select: binary,
  reluGradient: binary,
  pow: binary,
  exp: unary,
  log: unary,
  log1p: unary,
  sqrt: unary,
  abs: unary,
  sign: unary,
  tanh: unary,
  sigmoid: unary,
  relu: unary,

  sum: (sum, { floats, room }) => {
    for (const [outer, axis, inner] of [
      [3, 45, 13],
      [3, 5, 13],
      [3, 45, 1],
      [3, 5, 1],
      [1, 8195, 1],
    ] as const) {
      sum(floats(outer * axis * inner), room(outer * inner), { outer, axis, inner });
    }
  },
  cumsum: (cumsum, { floats, room }) =>
    cumsum(floats(3 * 7 * 13), room(3 * 7 * 13), { outer: 3, axis: 7, inner: 13, reverse: false }),
  max: (max, { floats, room, integers }) => {
    for (const inner of [1, 13]) {
      const size = { outer: 3, axis: 7, inner };
      max(floats(21 * inner), integers([7, 3, 1]), room(3 * inner), room(3 * inner), size);
    }
  },
  scatterArgmax: (scatter, { floats, indices, room }) =>
    scatter(floats(39), indices(39, 7), room(3 * 7 * 13), { outer: 3, axis: 7, inner: 13 }),
  gatherArgmax: (gather, { floats, indices, room }) =>
    gather(floats(3 * 7 * 13), indices(39, 7), room(39), { outer: 3, axis: 7, inner: 13 }),
  crossEntropy: (loss, { floats, indices, room }) =>
    loss(floats(35), indices(5, 7), room(35), room(5), room(1), { batch: 5, classes: 7 }),
  crossEntropyGradient: (gradient, { floats, indices, room }) =>
    gradient(floats(1), floats(35), floats(5), indices(5, 7), room(35), { batch: 5, classes: 7 }),

  matmul: (matmul, operands) => {
    const { floats, room, stored } = operands;
    const [m, k, n] = [23, 37, 45];
    for (const [transposeA, transposeB] of [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ] as const) {
      matmul(floats(m * k), floats(k * n), room(m * n), { batch: 1, m, k, n, transposeA, transposeB });
    }
    for (let rows = 1; rows < 6; rows++) {
      matmul(floats(rows * k), floats(k * n), room(rows * n), {
        ...{ batch: 1, m: rows, k, n, transposeA: false, transposeB: false },
      });
    }
    matmul(floats(2 * m * k), floats(2 * k * n), room(2 * m * n), {
      ...{ batch: 2, m, k, n, transposeA: false, transposeB: false },
    });
    for (const every of EVERY) {
      const size = { batch: 1, m, k, n, transposeA: false };
      matmul(floats(m * k), stored([k, n], every), room(m * n), { ...size, transposeB: false });
      matmul(floats(m * k), stored([n, k], every), room(m * n), { ...size, transposeB: true });
      matmul(floats(m * k), floats(m * n), stored([k, n], every), {
        ...{ batch: 1, m: k, k: m, n, transposeA: true, transposeB: false },
      });
    }
  },
  conv1d: (conv1d, operands) => {
    const { floats, room } = operands;
    const kernels = { shape: [3, 7, 13], whole: () => floats(273) };
    weights(operands, kernels, (w) => conv1d(floats(126), w, room(2 * 7 * 13), CONVOLUTION));
  },
  conv1dInput: (input, operands) => {
    const { floats, room } = operands;
    const kernels = { shape: [3, 7, 13], whole: () => floats(273) };
    for (const every of [1, 9]) weights(operands, kernels, (w) => input(floats(182, every), w, room(126), CONVOLUTION));
  },
  conv1dKernel: (kernel, operands) => {
    const { floats, room } = operands;
    const kernels = { shape: [3, 7, 13], whole: () => room(273) };
    for (const every of [1, 9])
      weights(operands, kernels, (w) => kernel(floats(126), floats(182, every), w, CONVOLUTION));
  },
  maxOfWindows: (max, { floats, indices, integers, room, stored }) => {
    const { rows, batch, time, channels, widths } = WINDOWS;
    const results = () => [room(batch * FILTERS), room(batch * FILTERS), WINDOWS] as const;
    for (const every of [0, ...EVERY]) {
      const kernels = widths.map(({ width, filters }) =>
        every === 0 ? floats(width * channels * filters) : stored([width, channels, filters], every),
      );
      const [places, ends] = [indices(batch * time, rows), integers([9, 7, 8])];
      max(floats(rows * channels), undefined, kernels, places, ends, ...results());
      if (every === 0) continue;
      const packed = { table: stored([29, channels], every), ids: indices(rows, 29) };
      max(floats(rows * channels), packed, kernels, places, ends, ...results());
    }
  },
  maxOfWindowsRows: (rowsOf, { floats, indices, room, stored }) => {
    const { rows, batch, time, channels, widths } = WINDOWS;
    for (const every of [0, ...EVERY]) {
      const kernels = widths.map(({ width, filters }) =>
        every === 0 ? floats(width * channels * filters) : stored([width, channels, filters], every),
      );
      const argmax = indices(batch * FILTERS, 3);
      rowsOf(floats(batch * FILTERS, 2), argmax, kernels, indices(batch * time, rows), room(rows * channels), WINDOWS);
    }
  },
  maxOfWindowsKernels: (kernelsOf, { floats, indices, room, stored }) => {
    const { rows, batch, time, channels, widths } = WINDOWS;
    for (const every of [0, ...EVERY]) {
      const gradients = widths.map(({ width, filters }) =>
        every === 0 ? room(width * channels * filters) : stored([width, channels, filters], every),
      );
      const [argmax, words] = [indices(batch * FILTERS, 3), floats(rows * channels)];
      kernelsOf(floats(batch * FILTERS, 3), argmax, words, indices(batch * time, rows), gradients, WINDOWS);
    }
  },

  gatherRows: (gather, operands) => {
    const { floats, indices, room } = operands;
    weights(operands, { shape: [29, 13], whole: () => floats(377) }, (table) =>
      gather(table, indices(17, 29), room(17 * 13), { dim: 13 }),
    );
  },
  scatterRows: (scatter, operands) => {
    const { floats, indices, room } = operands;
    weights(operands, { shape: [29, 13], whole: () => room(377) }, (table) =>
      scatter(floats(17 * 13), indices(17, 29), table, { dim: 13 }),
    );
  },
  expand: (expand, { stored, room }) => {
    for (const every of [1, 2, 5]) {
      const { values, pattern } = stored([43], every);
      expand(values, pattern.positionIndices(), room(43));
    }
  },
  compress: (compress, { floats, stored }) => {
    for (const every of [1, 2, 5]) {
      const { values, pattern } = stored([43], every);
      compress(floats(43), pattern.positionIndices(), values as Region);
    }
  },
  dropoutMask: (mask, { room }) => mask([1, 2], room(43), { p: 0.3 }),

  lstmCell: (cell, { floats, room }) => {
    const gates = () => floats(3 * 52);
    cell(gates(), gates(), floats(52), floats(52), floats(39), room(156), room(78), { batch: 3, hidden: 13 });
  },
  lstmCellGradient: (gradient, { floats, room }) =>
    gradient(floats(78), floats(156), floats(78), floats(39), room(156), room(39), { batch: 3, hidden: 13 }),
  lstm: (lstm, operands) => {
    const { floats, indices, integers, room } = operands;
    weights(operands, { shape: [104, 26], whole: () => floats(2 * 52 * 13), groups: 2 }, (recurrent) => {
      const [gates, cells, states] = [room(17 * 104), room(17 * 26), room(23 * 26)];
      lstm(floats(9 * 104), indices(17, 9), floats(104), recurrent, integers(STARTS), gates, cells, states, LSTM);
    });
  },
  lstmGates: (lstmGates, operands) => {
    const { floats, integers, room } = operands;
    weights(operands, { shape: [104, 26], whole: () => floats(2 * 52 * 13), groups: 2 }, (recurrent) => {
      const [dstates, gates, cells] = [floats(23 * 26), floats(17 * 104), floats(17 * 26)];
      lstmGates(dstates, gates, cells, recurrent, integers(STARTS), room(17 * 104), LSTM);
    });
  },
  lstmStates: (lstm, operands) => {
    const { floats, integers, room } = operands;
    eachLayer(operands, (layer) => lstm(...layer(floats), integers(STARTS), room(23 * 26), LAYER));
  },
  lstmGradients: (gradients, operands) => {
    const { floats, integers, room } = operands;
    eachLayer(operands, (layer) => {
      const [dx, , dweightIh, dbias, drecurrent] = layer(room);
      gradients(floats(23 * 26), ...layer(floats), integers(STARTS), dx, dweightIh, dbias, drecurrent, LAYER);
    });
  },
  weightGradient: (gradient, operands) => {
    const { floats, room } = operands;
    const size = { rows: 19, groups: 1, outputs: 23, inputs: 29 };
    weights(operands, { shape: [23, 29], whole: () => room(667) }, (dweight) =>
      gradient(floats(19 * 29), floats(19 * 23), dweight, size),
    );
  },

  sgd: (sgd, { floats }) => {
    const step = { learningRate: 0.1, momentum: 0.9, dampening: 0, nesterov: true, weightDecay: 0.01, first: false };
    sgd(floats(43), floats(43), floats(43), step);
    sgd(floats(43), floats(43), floats(43), { ...step, first: true, nesterov: false });
    sgd(floats(43), undefined, floats(43), { ...step, momentum: 0, nesterov: false });
  },
  adam: (adam, { floats, room }) => adam(floats(43), room(43), room(43), floats(43), ADAM),
  adamRows: (adamRows, { floats, integers, room, stored }) => {
    for (const dim of [12, 13]) {
      const [rows, ids] = [floats(3 * dim), integers([1, 4, 5])];
      adamRows(rows, ids, room(7 * dim), room(7 * dim), floats(7 * dim), { ...ADAM, dim });
      const table = stored([7, dim], 3);
      const n = table.values.length;
      adamRows(rows, ids, room(n), room(n), table, { ...ADAM, dim });
    }
  },
  adamPresent: (adamPresent, { floats, integers, room, stored }) => {
    const [rows, ids] = [floats(3 * 13), integers([1, 4, 5])];
    adamPresent(rows, ids, room(91), room(91), floats(91), { ...ADAM, decoupledDecay: 0, dim: 13 });
    const { values, pattern } = stored([7, 13], 3);
    const n = values.length;
    adamPresent(rows, ids, room(n), room(n), values as Region, { ...ADAM, decoupledDecay: 0, dim: 13, pattern });
  },
  adamReplay: (adamReplay, { floats, integers, room }) => {
    const [ids, since] = [integers([1, 4, 5]), integers([3, 0, 17])];
    const size = { dim: 13, steps: 20, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    const moments = floats(91);
    adamReplay(ids, since, room(40), moments, room(91), floats(91), size);
  },
  rmsprop: (rmsprop, { floats, room }) => {
    const step = { learningRate: 0.1, alpha: 0.99, epsilon: 1e-8, weightDecay: 0.01, momentum: 0.9 };
    rmsprop(floats(43), room(43), floats(43), floats(43), step);
  },
};

const NORM = { batch: 3, channels: 5, epsilon: 1e-5 };
const TILES = {
  ...{ batch: 3, channels: 5, height: 7, width: 9, filters: 7 },
  ...{ rows: 7, columns: 9, paddingY: 1, paddingX: 1 },
};
const TAPS = { ...TILES, kernelHeight: 3, kernelWidth: 3 };

const IMAGES = {
  ...{ batch: 2, channels: 2, height: 7, width: 7, kernelHeight: 3, kernelWidth: 3, rows: 7, columns: 7 },
  ...{ strideY: 1, strideX: 1, paddingY: 1, paddingX: 1 },
};
/** Every other window, of images of 7×9. */
const HALVED = { ...IMAGES, width: 9, rows: 4, columns: 5, strideY: 2, strideX: 2 };
const POOLS = { ...IMAGES, images: 4 };
