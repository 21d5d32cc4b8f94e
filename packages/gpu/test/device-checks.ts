import {
  add,
  type Backend,
  concat,
  conv1d,
  conv2d,
  createReferenceBackend,
  crossEntropy,
  cumsum,
  embedding,
  exp,
  full,
  gradients,
  log,
  lstmCell,
  matmul,
  max,
  maxPool2d,
  mean,
  mul,
  ones,
  relu,
  scope,
  sigmoid,
  sign,
  slice,
  sqrt,
  stream,
  sum,
  type Tensor,
  tanh,
  tensor,
  tokens,
  transpose,
  useBackend,
} from "@ltt/core";
import { Adam, TextCnn, TextLstm, train, trainable } from "../../layers/src/index.ts";
import type { GpuBackend } from "../src/index.ts";

// What a GPU could get wrong and a CPU does not. No check needs a test runner, so they run in a page too; each rejects with an error.

interface DeviceCheck {
  readonly name: string;
  readonly run: (gpu: GpuBackend) => Promise<void>;
}

/** What float32 values of at most 24 bits are exact to, in any order of additions. */
const eighths = (length: number, ...path: (string | number)[]) => {
  const rng = stream(1, ...path);
  return Float32Array.from({ length }, () => (rng.below(33) - 16) / 8);
};

/** A sum of whose terms each has a weight of its own, so that their gradients differ. */
const weighted = (y: Tensor) => sum(mul(y, tensor(eighths(y.size, "weights"), y.shape)));

export const deviceChecks: readonly DeviceCheck[] = [
  {
    name: "sums of more than 1000 terms, where gpu.js would end a loop unasked",
    run: (gpu) =>
      everywhere(gpu, 0, () => {
        const a = tensor(eighths(3 * 1501, "a"), [3, 1501]);
        const b = tensor(eighths(1501 * 4, "b"), [1501, 4]);
        const c = tensor(eighths(1501 * 5, "c"), [1501, 5]);
        return [
          matmul(a, b),
          matmul(a, c),
          matmul(b, c, { transposeA: true }),
          matmul(a, a, { transposeB: true }),
          sum(a),
          sum(a, { axis: 1 }),
          max(b, { axis: 0 }),
        ];
      }),
  },
  {
    name: "sums of so many terms that a chain of float32 additions would stand still",
    run: (gpu) =>
      using(gpu, async () => {
        const many = 2 ** 24 + 1000;
        const all = await scope(() => ({ reading: sum(ones([many])).item() })).reading;
        if (Math.abs(all / many - 1) > 2 ** -20) throw new Error(`the sum of ${many} ones is ${all}`);
        const values = new Float32Array(many);
        values[2 ** 24 + 1] = 5;
        const one = await scope(() => ({ reading: sum(tensor(values, [many])).item() })).reading;
        if (one !== 5) throw new Error(`the sum of ${many} zeros but for a 5 is ${one}`);
        const tenth = await scope(() => ({ reading: mean(full([5e6], 0.1)).item() })).reading;
        if (Math.abs(tenth - 0.1) > 2e-6) throw new Error(`the mean of five million 0.1 is ${tenth}`);
      }),
  },
  {
    name: "running totals of a long axis, forward and in the gradient, where the reference's are exact",
    run: (gpu) =>
      everywhere(gpu, 0, () => {
        const x = tensor(eighths(5000 * 2, "x"), [5000, 2], { requiresGrad: true });
        const [down, across] = [cumsum(x, { axis: 0 }), cumsum(x)];
        const weights = tensor(eighths(5000 * 2, "w"), [5000, 2]);
        return [down, across, ...gradients(sum(mul(down, weights)), [x])];
      }),
  },
  {
    name: "ids that are filled anew right after they were given",
    run: (gpu) =>
      everywhere(gpu, 2 ** -20, () => {
        const ids = tokens([2, 0, 1], [3]);
        const table = tensor(eighths(3 * 3, "table"), [3, 3], { requiresGrad: true });
        const rows = embedding(table, ids);
        ids.data.set([1, 2, 0]);
        const loss = crossEntropy(rows, ids);
        ids.data.fill(0);
        return [rows, loss, ...gradients(loss, [table])];
      }),
  },
  {
    name: "products of rows that divide by four, which are computed and read by fours",
    run: (gpu) =>
      everywhere(gpu, 0, () => {
        const a = tensor(eighths(5 * 1504, "a"), [5, 1504]);
        const b = tensor(eighths(1504 * 8, "b"), [1504, 8]);
        const c = tensor(eighths(8 * 1504, "c"), [8, 1504]);
        const [d, e] = [tensor(eighths(2 * 3 * 8, "d"), [2, 3, 8]), tensor(eighths(2 * 8 * 12, "e"), [2, 8, 12])];
        const [x, kernel] = [tensor(eighths(2 * 9 * 8, "x"), [2, 9, 8]), tensor(eighths(3 * 8 * 12, "f"), [3, 8, 12])];
        const g = tensor(eighths(8 * 8, "g"), [8, 8]);
        const once = matmul(a, b);
        return [
          ...[once, matmul(a, c, { transposeB: true }), matmul(b, c, { transposeA: true, transposeB: true })],
          ...[matmul(once, g), matmul(d, e), conv1d(x, kernel)],
          ...[matmul(b, b, { transposeA: true }), matmul(e, e, { transposeA: true })],
        ];
      }),
  },
  {
    name: "an LSTM cell and slices whose rows divide by four",
    run: (gpu) =>
      everywhere(gpu, 2 ** -20, () => {
        const matrix = (rows: number, columns: number, name: string) =>
          tensor(eighths(rows * columns, name), [rows, columns]);
        const { h, c } = lstmCell(
          matrix(3, 12, "x"),
          { h: matrix(3, 8, "h"), c: matrix(3, 8, "c") },
          {
            ...{ weightIh: matrix(32, 12, "ih"), weightHh: matrix(32, 8, "hh") },
            ...{ biasIh: tensor(eighths(32, "bi"), [32]), biasHh: tensor(eighths(32, "bh"), [32]) },
          },
        );
        const cube = tensor(eighths(3 * 4 * 16, "cube"), [3, 4, 16]);
        return [
          h,
          c,
          slice(cube, [1, 1, 4], [3, 3, 12]),
          slice(cube, [0, 1, 4], [3, 3, 11]),
          slice(cube, [0, 0, 1], [3, 4, 9]),
        ];
      }),
  },
  {
    name: "NaN, infinities, zeros and numbers at the ends of what is finite",
    run: (gpu) =>
      everywhere(gpu, 2 ** -17, () => {
        const special = [
          Number.NaN,
          Infinity,
          -Infinity,
          0,
          1e-30,
          1,
          -1,
          0.6,
          -0.7,
          14,
          -16,
          88.7,
          -87.3,
          89,
          -88,
          100,
        ];
        const x = tensor([...special, -100, 3e38, -3e38], [19]);
        const y = tensor([1, Number.NaN, 3, -Infinity, Infinity, 2], [2, 3]);
        return [
          ...[exp(x), log(x), sqrt(x), tanh(x), sigmoid(x), relu(x), sign(x)],
          ...[max(y, { axis: 0 }), max(y, { axis: 1 }), sum(y, { axis: 1 }), mul(y, 2)],
        ];
      }),
  },
  {
    name: "index arithmetic beyond 2²⁴ elements, where float32 skips integers",
    run: async (gpu) => {
      const length = 2 ** 24 + 77;
      const found = scope(() => {
        const { kernels } = gpu;
        // a ramp that is exact: each value is its index modulo 1000
        const values = Float32Array.from({ length }, (_, i) => i % 1000);
        const large = gpu.upload(values);
        const tail = gpu.allocate(33);
        kernels.stridedCopy(large, tail, { shape: [33], strides: [1], offset: length - 33 });
        const every = gpu.allocate(4);
        kernels.stridedCopy(large, every, { shape: [2, 2], strides: [2 ** 23 + 1, 2 ** 22 + 3], offset: 5 });
        const rows = gpu.allocate(14);
        kernels.gatherRows(large, gpu.uploadIndices(Int32Array.of(2_396_753, 2_396_754)), rows, { dim: 7 });
        const placed = gpu.allocate(length);
        kernels.stridedScatter(tail, placed, { shape: [33], strides: [2], offset: length - 70 });
        const end = gpu.allocate(72);
        kernels.stridedCopy(placed, end, { shape: [72], strides: [1], offset: length - 72 });
        const reading = Promise.all([tail, every, rows, end].map((storage) => gpu.read(storage)));
        for (const storage of [large, tail, every, rows, placed, end]) gpu.release(storage);
        return { reading };
      });
      const [tail, every, rows, end] = await found.reading;
      const ramp = (from: number, count: number) => Array.from({ length: count }, (_, i) => (from + i) % 1000);
      same("the tail", tail!, ramp(length - 33, 33));
      same(
        "strides",
        every!,
        [0, 1].flatMap((i) => [0, 1].map((j) => (5 + i * (2 ** 23 + 1) + j * (2 ** 22 + 3)) % 1000)),
      );
      same("rows", rows!, ramp(2_396_753 * 7, 14));
      const placed = new Array<number>(72).fill(0);
      for (let i = 0; i < 33; i++) placed[2 + 2 * i] = (length - 33 + i) % 1000;
      same("places", end!, placed);
    },
  },
  {
    name: "more rows than one axis of a launch can count",
    run: async (gpu) => {
      const rows = 65_535 * 8 + 5;
      const ids = Int32Array.from({ length: rows }, (_, i) => rows - 1 - i);
      const values = Float32Array.from({ length: rows }, (_, i) => i);
      const [table, order] = [gpu.upload(values), gpu.uploadIndices(ids)];
      const [gathered, scattered] = [gpu.allocate(rows), gpu.allocate(rows)];
      gpu.kernels.gatherRows(table, order, gathered, { dim: 1 });
      gpu.kernels.scatterRows(table, order, scattered, { dim: 1 });
      same("gathered", await gpu.read(gathered), ids);
      same("scattered", await gpu.read(scattered), ids);
      const steps = await Promise.all(
        [gpu, createReferenceBackend()].map((backend) => {
          const [weights, gradient] = [backend.upload(values), backend.upload(Float32Array.of(1, -2))];
          const [m, v] = [backend.upload(new Float32Array(rows)), backend.upload(new Float32Array(rows))];
          const rates = { learningRate: 0.5, beta1: 0.5, beta2: 0.5, epsilon: 1e-8, weightDecay: 0, decoupledDecay: 0 };
          const last = backend.uploadIndices(Int32Array.of(3, rows - 1));
          backend.kernels.adamRows(gradient, last, m, v, weights, { ...rates, step: 1, dim: 1, except: undefined });
          return Promise.all([weights, m, v].map((storage) => backend.read(storage)));
        }),
      );
      for (const [i, name] of ["weights", "m", "v"].entries()) same(name, steps[0]![i]!, steps[1]![i]!, 2 ** -20);
    },
  },
  {
    name: "operations on more rows, or columns, than one axis of a launch can count",
    run: (gpu) =>
      everywhere(gpu, 0, () => {
        const long = 65_535 * 8 + 5;
        const x = tensor(eighths(long * 2, "long"), [long, 2], { requiresGrad: true });
        const column = tensor(eighths(long, "column"), [long, 1]);
        const across = transpose(x);
        const largest = max(x, { axis: 1 });
        const joined = concat([x, column], { axis: 1 });
        return [
          ...[across, largest, ...gradients(weighted(largest), [x]), joined],
          ...[sum(x, { axis: 1 }), add(x, tensor([1, 2], [2])), add(x, column), add(across, tensor([1, 2], [2, 1]))],
          ...[slice(joined, [0, 1], [long, 3]), cumsum(x, { axis: 1 })],
          ...[3, 4].map((n) => matmul(x, tensor(eighths(2 * n, "factor", n), [2, n]))),
        ];
      }),
  },
  {
    name: "more images than one axis of a launch can count",
    run: (gpu) =>
      everywhere(gpu, 0, () => {
        const images = tensor(eighths(128 * 512 * 4, "images"), [128, 512, 2, 2], { requiresGrad: true });
        const kernel = tensor(eighths(512, "kernel"), [1, 512, 1, 1], { requiresGrad: true });
        const [pooled, convolved] = [maxPool2d(images, 2), conv2d(images, kernel)];
        return [
          ...[pooled, ...gradients(weighted(pooled), [images])],
          ...[convolved, ...gradients(weighted(convolved), [images, kernel])],
        ];
      }),
  },
  {
    name: "steps of Adam beside the reference: of all weights, and of rows, most of which have no gradient",
    run: async (gpu) => {
      const [rows, dim] = [9, 5];
      const rates = { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
      for (const [weightDecay, decoupledDecay] of [
        [0, 0],
        [0.1, 0],
        [0, 0.1],
      ] as const) {
        const [mine, theirs] = await Promise.all(
          [gpu, createReferenceBackend()].map(async (backend) => {
            const { kernels } = backend;
            const upload = (name: string, length = rows * dim) => backend.upload(eighths(length, name));
            const [m, v] = [backend.upload(new Float32Array(rows * dim)), backend.upload(new Float32Array(rows * dim))];
            const weights = upload("weights");
            for (let step = 1; step <= 4; step++) {
              const options = { ...rates, weightDecay, decoupledDecay, step };
              const ids = backend.uploadIndices(Int32Array.of(1, 4, step + 4));
              if (step % 2 === 1) kernels.adam(upload(`g${step}`), m, v, weights, options);
              else kernels.adamRows(upload(`r${step}`, 3 * dim), ids, m, v, weights, { ...options, dim, except: 4 });
            }
            return Promise.all([weights, m, v].map((storage) => backend.read(storage)));
          }),
        );
        for (const [i, name] of ["weights", "m", "v"].entries()) {
          same(`${name} with decays ${weightDecay}, ${decoupledDecay}`, mine![i]!, theirs![i]!, 2 ** -20);
        }
      }
    },
  },
  {
    name: "walks of five axes, of which three share a coordinate",
    run: async (gpu) => {
      const size = 2 * 3 * 4 * 5 * 6;
      const walk = { shape: [6, 4, 2, 5, 3], strides: [1, 30, 360, 6, 120], offset: 0 };
      const wanted = createReferenceBackend();
      const results = await Promise.all(
        [gpu, wanted].map((backend) => {
          const from = backend.upload(eighths(size, "walk"));
          const [out, back] = [backend.allocate(size), backend.allocate(size)];
          backend.kernels.stridedCopy(from, out, walk);
          backend.kernels.stridedScatter(out, back, walk);
          return Promise.all([backend.read(out), backend.read(back)]);
        }),
      );
      same("read", results[0]![0], results[1]![0]);
      same("place", results[0]![1], results[1]![1]);
    },
  },
  {
    name: "a product into the front of an array, whose rest stays",
    run: async (gpu) => {
      const [a, b] = [gpu.upload(Float32Array.of(1, 2)), gpu.upload(Float32Array.of(3, 4))];
      const out = gpu.upload(Float32Array.of(9, 9, 9, 9, 7, 8, 0.5));
      gpu.kernels.matmul(a, b, out, { batch: 1, m: 2, k: 1, n: 2, transposeA: false, transposeB: false });
      same("product", await gpu.read(out), [3, 4, 6, 8, 7, 8, 0.5]);
    },
  },
  {
    name: "a dropout mask of the reference's bits, from random numbers made in the kernel",
    run: async (gpu) => {
      for (const p of [0.1, 0.5, 0.999999, 0]) {
        const key = stream(3, "mask", Math.round(p * 1e6)).key;
        const [mine, theirs] = await Promise.all(
          [gpu, createReferenceBackend()].map((backend) => {
            const out = backend.allocate(2001);
            backend.kernels.dropoutMask(key, out, { p });
            return backend.read(out);
          }),
        );
        same(`p = ${p}`, mine!, theirs!);
      }
    },
  },
  ...(["IMDb", "AG News"] as const).flatMap((data): DeviceCheck[] => {
    // as in the pairs of the laboratory: one logit for two classes, or one for each of four
    const [outputs, classes] = data === "IMDb" ? [1, 2] : [4, 4];
    const sizes = { rows: 60, dim: 12, outputs };
    const cnn = () => new TextCnn({ ...sizes, filters: 12, widths: [3, 4, 5] }, stream(1, "cnn"));
    const lstm = () => new TextLstm({ ...sizes, hidden: 8 }, stream(1, "lstm"));
    return [
      { name: `thirty steps of the ${data} CNN beside the reference`, run: (gpu) => trajectory(gpu, cnn, classes) },
      {
        name: `thirty steps of the ${data} LSTM, two layers in both directions, beside the reference`,
        run: (gpu) => trajectory(gpu, lstm, classes),
      },
    ];
  }),
  {
    name: "memory that is flat over a hundred steps",
    run: (gpu) => flatMemory(gpu, 100),
  },
];

/** Losses of 30 steps, with dropout, on both backends. Differences of rounding grow with every step: 10⁻³ of the loss is allowed. */
async function trajectory(gpu: GpuBackend, createModel: () => TextCnn | TextLstm, classes: number): Promise<void> {
  const losses = async () => {
    const model = createModel();
    const optimiser = new Adam(trainable(model), { learningRate: 5e-3 });
    const all: number[] = [];
    for await (const { loss } of train(model, { batches: () => batches(30, classes), epochs: 1, optimiser, seed: 1 })) {
      all.push(loss);
    }
    return all;
  };
  const [mine, theirs] = [await using(gpu, losses), await using(createReferenceBackend(), losses)];
  if (!(theirs.at(-1)! < theirs[0]!)) throw new Error(`the reference learns nothing: ${theirs.join(" ")}`);
  theirs.forEach((loss, step) => {
    if (!(Math.abs(mine[step]! - loss) <= 1e-3 * Math.abs(loss))) {
      throw new Error(`step ${step + 1}: the loss is ${mine[step]} instead of ${loss}`);
    }
  });
}

/** Texts of 4 to 9 words whose class is one of their words. */
function batches(count: number, classes: number) {
  return Array.from({ length: count }, (_, i) => {
    const rng = stream(2, "texts", i);
    const [size, time] = [8, 9];
    const ids = new Int32Array(size * time).fill(1);
    const targets = Int32Array.from({ length: size }, () => rng.below(classes));
    const lengths = targets.map((target, text) => {
      const length = 4 + rng.below(6);
      for (let t = 0; t < length; t++) ids[text * time + t] = 6 + rng.below(54);
      ids[text * time + rng.below(length)] = 2 + target;
      return length;
    });
    return {
      input: tokens(ids, [size, time]),
      lengths: tokens(lengths, [size]),
      targets: tokens(targets, [size]),
    };
  });
}

/** Trains so many steps of a small CNN: what is on the device after the tenth is what is there after the last. */
async function flatMemory(gpu: GpuBackend, steps: number): Promise<void> {
  await using(gpu, async () => {
    const model = new TextCnn({ rows: 60, dim: 4, outputs: 4, filters: 4, widths: [3], dropout: 0.5 }, stream(1, "m"));
    const optimiser = new Adam(trainable(model), { learningRate: 1e-3 });
    const [batch] = batches(1, 4);
    const same = new Array(steps).fill(batch!);
    let early: { arrays: number; bytes: number } | undefined;
    for await (const { step } of train(model, { batches: () => same, epochs: 1, optimiser, seed: 1 })) {
      if (step !== 10 && step !== steps) continue;
      const now = await gpu.memory();
      if (early !== undefined && (now.arrays > early.arrays || now.bytes > early.bytes)) {
        throw new Error(
          `${early.arrays} arrays of ${early.bytes} bytes became ${now.arrays} of ${now.bytes} in ${steps} steps`,
        );
      }
      early ??= now;
    }
  });
}

/** The same on both backends, to `tolerance`, relative to values above 1; NaN is NaN. */
async function everywhere(gpu: GpuBackend, tolerance: number, compute: () => readonly Tensor[]): Promise<void> {
  const read = () => Promise.all(compute().map((y) => y.read()));
  const [mine, theirs] = [await using(gpu, read), await using(createReferenceBackend(), read)];
  for (const [i, values] of theirs.entries()) same(`result ${i}`, mine[i]!, values, tolerance);
}

function same(name: string, found: Float32Array, wanted: ArrayLike<number>, tolerance = 0): void {
  if (found.length !== wanted.length) throw new Error(`${name}: ${found.length} values instead of ${wanted.length}`);
  found.forEach((value, i) => {
    const right = wanted[i]!;
    const fits =
      value === right ||
      (Number.isNaN(value) && Number.isNaN(right)) ||
      Math.abs(value - right) <= tolerance * Math.max(1, Math.abs(right));
    if (!fits) throw new Error(`${name}: value ${i} is ${value} instead of ${right}`);
  });
}

async function using<T>(backend: Backend, body: () => Promise<T>): Promise<T> {
  const before = useBackend(backend);
  try {
    return await body();
  } finally {
    useBackend(before);
  }
}
