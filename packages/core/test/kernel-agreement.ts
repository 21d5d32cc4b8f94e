import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gradients } from "../src/autograd/gradients.ts";
import { useBackend } from "../src/backends/backend.ts";
import { createReferenceBackend } from "../src/backends/reference/backend.ts";
import { backendOf, type WasmBackend } from "../src/backends/wasm/backend.ts";
import { type Arithmetic, instantiate, type Width } from "../src/backends/wasm/instantiate.ts";
import { LinearMemory } from "../src/backends/wasm/memory.ts";
import type { NativeKernels } from "../src/backends/wasm/native.ts";
import { startThreadPool } from "../src/backends/wasm/thread-pool.ts";
import type { Backend, Kernels, LstmSize, Storage, StoredWeight, WindowSize } from "../src/kernels/kernels.ts";
import { square, sum } from "../src/ops/index.ts";
import { type Rng, stream } from "../src/random/rng.ts";
import { Pattern } from "../src/sparse/pattern.ts";
import { tensor } from "../src/tensor/tensor.ts";
import type { Trial } from "./operations/operation.ts";
import { operations } from "./operations.ts";

// What eighths and sizes up to 9 cannot show: rounding in every sum, NaN, infinities, denormals, blocks of every kind, real sizes.

const reference = createReferenceBackend();

const SPECIAL = [
  Number.NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  1e-40,
  -1e-45,
  2 ** -126,
  -(2 ** -126),
  3e38,
  -3e38,
  88.7,
  -87.4,
];

/** Normal numbers of many magnitudes; with `special`, one in ten is something that arithmetic treats apart. */
export function floats(
  rng: Rng,
  length: number,
  { special = false, zeros = 0 }: { special?: boolean; zeros?: number } = {},
): Float32Array {
  return new Float32Array(length).map(() => {
    if (rng.uniform() < zeros) return 0;
    if (special && rng.uniform() < 0.1) return SPECIAL[rng.below(SPECIAL.length)]!;
    return rng.normal() * 4 ** (rng.below(7) - 3);
  });
}

function integers(rng: Rng, length: number, low: number, high: number): Int32Array {
  return new Int32Array(length).map(() => low + rng.below(high - low + 1));
}

type Name = keyof Kernels;
type Values = Float32Array | Int32Array;
/** A stored weight that is to be uploaded. */
type Part = Pick<StoredWeight, "pattern"> & { readonly values: Float32Array };

/** Three threads, for work of any size. */
export async function sharing(
  arithmetic: Arithmetic,
  { width = 128, native }: { width?: Width; native?: NativeKernels } = {},
): Promise<WasmBackend> {
  const memory = new LinearMemory(2 ** 30);
  const instance = await instantiate(memory, arithmetic, width, native);
  return backendOf("sharing", instance, memory, await startThreadPool(instance, memory, 3), { worth: 1 });
}

let backends: readonly [Backend, WasmBackend];

/** The kernels of the contract that were compared. */
const compared = new Set<string>();

/**
 * The same kernel on both backends, on the same arguments: every array of values is copied there, and afterwards all of them, read or written, must hold the
 * same bits (any NaN is as good as another).
 */
function agree(name: Name, values: readonly unknown[], ...others: readonly unknown[]): void {
  compared.add(name);
  const [expected, found] = backends.map((backend) => {
    const kernel = backend.kernels[name] as (...operands: unknown[]) => void;
    const made: Storage[] = [];
    const before = useBackend(backend); // whose layouts of a pattern are asked for
    kernel(...upload(backend, values, made), ...others);
    useBackend(before);
    const results = made.map((storage) => bits(backend, storage));
    for (const storage of made) backend.release(storage);
    return results;
  });
  for (const [operand, values] of expected!.entries()) {
    const wrong = values.findIndex((value, i) => value !== found![operand]![i]);
    if (wrong >= 0) {
      throw new Error(
        `${name} ${JSON.stringify(others)}: value ${wrong} of operand ${operand} is ${found![operand]![wrong]}, not ${values[wrong]}`,
      );
    }
  }
}

/** The arguments with a copy of each array of values there; `made` gets these. */
function upload(backend: Backend, values: readonly unknown[], made: Storage[]): unknown[] {
  return values.map((value) => {
    if (Array.isArray(value) && value.some(isValues)) return upload(backend, value, made);
    if (isPart(value)) {
      return {
        ...value,
        values: upload(backend, [value.values], made)[0],
        whole: () => backend.upload(writtenOut(value)),
      };
    }
    if (!isValues(value)) return value;
    const storage = value instanceof Int32Array ? backend.uploadIndices(value.slice()) : backend.upload(value);
    made.push(storage);
    return storage;
  });
}

/** A weight of which a part is stored, as the reference has it. */
function writtenOut({ values, pattern }: Part): Float32Array {
  const all = new Float32Array(pattern.size);
  for (const [i, at] of pattern.positions.entries()) all[at] = values[i]!;
  return all;
}

const isPart = (value: unknown): value is Part => typeof value === "object" && value !== null && "pattern" in value;

const isValues = (value: unknown): value is Values => value instanceof Float32Array || value instanceof Int32Array;

/** Bit patterns, of indices the integers themselves. */
function bits(backend: Backend, storage: Storage): Int32Array {
  const values = backend.view(storage)!;
  const patterns = new Int32Array(values.buffer, values.byteOffset, values.length);
  return patterns.map((pattern) => ((pattern & 0x7fffffff) > 0x7f800000 ? 0x7fc00000 : pattern));
}

/** Runs `body` for sizes drawn anew. */
function times(count: number, purpose: string, body: (rng: Rng, special: boolean) => void): void {
  for (let i = 0; i < count; i++) body(stream(1, purpose, i), i % 2 === 1);
}

/** Which backend must have whose bits. */
export type Pairs = readonly (readonly [string, () => Promise<readonly [Backend, WasmBackend]>])[];

/** Tests that the kernels of the second have the bits of the first's, and that there is none that was not compared. */
export function testAgreement(pairs: Pairs): void {
  describe.each(pairs)("%s:", (_, create) => {
    beforeAll(async () => {
      backends = await create();
    });
    afterAll(() => backends[1].close());

    test.each(["exp", "log", "log1p", "sqrt", "abs", "sign", "tanh", "sigmoid", "relu"] as const)("%s", (name) => {
      times(20, name, (rng, special) => {
        const n = rng.below(70);
        agree(name, [floats(rng, n, { special }), new Float32Array(n)]);
      });
      agree(name, [new Float32Array(SPECIAL), new Float32Array(SPECIAL.length)]);
      const everywhere = new Float32Array(new Uint32Array(100_000).map((_, i) => i * 42_949).buffer);
      agree(name, [everywhere, new Float32Array(everywhere.length)]);
    });

    test.each(["add", "sub", "mul", "div", "reluGradient"] as const)("%s, broadcast over up to six axes", (name) => {
      times(200, name, (rng, special) => {
        const shape = [...integers(rng, rng.below(7), 0, 3)];
        if (shape.length > 0) shape[shape.length - 1] = rng.below(20);
        const n = shape.reduce((product, size) => product * size, 1);
        const [a, b] = [0, 1].map(() => {
          const kept = shape.map(() => rng.below(3) > 0);
          const strides = shape.map(() => 0);
          let length = 1;
          for (let axis = shape.length - 1; axis >= 0; axis--) {
            if (!kept[axis]) continue;
            strides[axis] = length;
            length *= shape[axis]!;
          }
          return { strides, values: floats(rng, length, { special }) };
        });
        agree(name, [a!.values, b!.values, new Float32Array(n)], { shape, a: a!.strides, b: b!.strides });
      });
    });

    test("read and place, along any axes", () => {
      times(200, "walks", (rng) => {
        const full = [...integers(rng, 1 + rng.below(6), 1, 7)];
        const order = [...rng.permutation(full.length)];
        const shape = order.map((axis) => 1 + rng.below(full[axis]!));
        const strides = order.map((axis) => full.slice(axis + 1).reduce((product, size) => product * size, 1));
        const offset = order.reduce((at, axis, i) => at + rng.below(full[axis]! - shape[i]! + 1) * strides[i]!, 0);
        const [n, part] = [full, shape].map((sizes) => sizes.reduce((product, size) => product * size, 1));
        agree("stridedCopy", [floats(rng, n!), new Float32Array(part!)], { shape, strides, offset });
        agree("stridedScatter", [floats(rng, part!), floats(rng, n!)], { shape, strides, offset });
      });
    });

    test("read, matrices turned by whole cache lines and what is left of them", () => {
      times(60, "turned", (rng) => {
        const [rows, columns] = [1 + rng.below(70), 1 + rng.below(70)];
        const size = { shape: [columns, rows], strides: [1, columns], offset: 0 };
        agree("stridedCopy", [floats(rng, rows * columns), new Float32Array(rows * columns)], size);
      });
    });

    test("concat", () => {
      times(30, "concat", (rng) => {
        const [outer, inner] = [1 + rng.below(5), 1 + rng.below(9)];
        const axes = [...integers(rng, 3, 0, 6)];
        const total = axes.reduce((sum, n) => sum + n, 0) * outer * inner;
        agree("concat", [axes.map((n) => floats(rng, outer * n * inner)), new Float32Array(total)], {
          outer,
          axes,
          inner,
        });
      });
    });

    test("sum and max", () => {
      times(100, "reductions", (rng, special) => {
        const size = { outer: rng.below(7), axis: 1 + rng.below(20), inner: rng.below(3) === 0 ? 1 : rng.below(40) };
        const n = size.outer * size.inner;
        const x = floats(rng, n * size.axis, { special });
        agree("sum", [x, new Float32Array(n)], size);
        const lengths = rng.below(2) === 0 ? undefined : integers(rng, size.outer, 1, size.axis);
        agree("max", [x.map((value) => Math.round(value)), lengths, new Float32Array(n), new Int32Array(n)], size);
        const argmax = integers(rng, n, 0, size.axis - 1);
        agree("scatterArgmax", [floats(rng, n), argmax, new Float32Array(n * size.axis).fill(Number.NaN)], size);
        agree("gatherArgmax", [x, argmax, new Float32Array(n)], size);
      });
    });

    test("matmul, in every layout", () => {
      const run = (rng: Rng, [batch, m, k, n]: readonly number[], special: boolean, turned: number) =>
        agree(
          "matmul",
          [
            floats(rng, batch! * m! * k!, { special }),
            floats(rng, batch! * k! * n!),
            new Float32Array(batch! * m! * n!),
          ],
          { batch, m, k, n, transposeA: turned % 2 === 1, transposeB: turned >= 2 },
        );
      times(200, "matmul", (rng, special) => {
        const sizes = [1 + rng.below(3), rng.below(30), rng.below(40), rng.below(30)];
        run(rng, sizes, special, rng.below(4));
      });
      for (let turned = 0; turned < 4; turned++) run(stream(5, turned), [1, 205, 770, 17], false, turned);
    });

    test("convolutions in tiles, and the gradient of their kernels", () => {
      type Sizes = readonly [batch: number, channels: number, filters: number, height: number, width: number];
      const run = (rng: Rng, [batch, channels, filters, height, width]: Sizes, special: boolean) => {
        const [paddingY, paddingX] = [rng.below(3), rng.below(3)];
        const [rows, columns] = [height + 2 * paddingY - 2, width + 2 * paddingX - 2];
        const size = { batch, channels, height, width, filters, rows, columns, paddingY, paddingX };
        const x = floats(rng, batch * channels * height * width, { special });
        const kernel = floats(rng, filters * channels * 9, { special: special && rng.below(2) === 0 });
        const dy = floats(rng, batch * filters * rows * columns, { special: special && rng.below(2) === 0 });
        agree("winograd", [x, kernel, floats(rng, dy.length)], size);
        agree("winogradKernel", [x, dy, floats(rng, kernel.length)], size);
      };
      times(60, "winograd", (rng, special) => {
        const sizes = [1 + rng.below(7), 1 + rng.below(11), 1 + rng.below(14)] as const;
        run(rng, [...sizes, 3 + rng.below(9), 3 + rng.below(20)], special);
      });
      run(stream(10), [1, 5, 3, 41, 75], false); // several blocks of tiles in an image
      run(stream(11), [19, 40, 33, 5, 6], false); // several images in a block
      run(stream(12), [1, 400, 2, 4, 9], false); // several blocks of channels
    });

    test("convolutions by stored weights, and their gradients", () => {
      type Sizes = readonly [batch: number, channels: number, filters: number, height: number, width: number];
      const run = (rng: Rng, [batch, channels, filters, height, width]: Sizes, special: boolean, isSame = false) => {
        const [kernelHeight, kernelWidth] = isSame
          ? [3, 3]
          : [1 + rng.below(Math.min(5, height)), 1 + rng.below(Math.min(5, width))];
        const [paddingY, paddingX] = isSame ? [1, 1] : [rng.below(kernelHeight), rng.below(kernelWidth)];
        const [rows, columns] = [height + 2 * paddingY - kernelHeight + 1, width + 2 * paddingX - kernelWidth + 1];
        const images = { batch, channels, height, width, filters, rows, columns };
        const size = { ...images, kernelHeight, kernelWidth, paddingY, paddingX };
        const shape = [filters, channels * kernelHeight * kernelWidth] as const;
        const density = [0, 0.02, 0.3, 1][rng.below(4)]!;
        const all = Int32Array.from({ length: shape[0] * shape[1] }, (_, i) => i);
        const pattern = new Pattern(
          "test",
          shape,
          all.filter(() => rng.uniform() < density),
        );
        const kernel = (values: Float32Array) => ({ values, pattern });
        const weights = kernel(floats(rng, pattern.positions.length, { special: special && rng.below(2) === 0 }));
        const [x, dy] = [
          floats(rng, batch * channels * height * width, { special }),
          floats(rng, batch * filters * rows * columns),
        ];
        agree("storedConvolution", [x, weights, floats(rng, dy.length)], size);
        agree("storedConvolutionInput", [dy, weights, floats(rng, x.length)], size);
        const finite = floats(rng, x.length); // where x is not, others may be NaN
        agree("storedConvolutionKernel", [finite, dy, kernel(floats(rng, weights.values.length))], size);
      };
      times(80, "storedConvolution", (rng, special) => {
        const sizes = [1 + rng.below(4), 1 + rng.below(6), 1 + rng.below(9)] as const;
        run(rng, [...sizes, 1 + rng.below(12), 1 + rng.below(20)], special);
      });
      run(stream(14), [1, 1, 1, 1, 1], false);
      run(stream(15), [2, 20, 24, 32, 32], false);
      // whole blocks of a line, of two and of four lines, and what is none
      for (const [i, size] of [
        [32, 5],
        [64, 3],
        [16, 6],
        [8, 12],
        [16, 5],
        [8, 7],
      ].entries())
        run(stream(16, i), [2, 5, 7, size[1]!, size[0]!], false, true);
    });

    test("batchNorm and its gradient, with what follows", () => {
      const run = (rng: Rng, batch: number, channels: number, pixels: number, special: boolean) => {
        const n = batch * channels * pixels;
        const images = () => floats(rng, n, { special });
        const vector = () => floats(rng, channels);
        const [x, gamma, beta, mean, variance] = [images(), vector(), vector(), vector(), vector().map(Math.abs)];
        for (const relu of [false, true]) {
          const size = { batch, channels, pixels, epsilon: 1e-5, relu };
          for (const residual of [undefined, images()]) {
            agree("batchNorm", [x, residual, gamma, beta, images(), mean, variance], size);
            agree("normalise", [x, residual, mean, gamma, beta, images()], { batch, channels, pixels, relu });
            const sums = [vector(), vector()];
            const dresidual = relu ? residual : undefined;
            const given = [images(), relu ? images() : undefined, x, gamma, mean, variance];
            agree("batchNormGradient", [...given, images(), dresidual, ...sums], size);
          }
        }
      };
      times(40, "batchNorm", (rng, special) =>
        run(rng, 1 + rng.below(11), 1 + rng.below(7), 1 + rng.below(30), special),
      );
      run(stream(13), 2, 3, 20_001, false); // more pixels than a block of sums
    });

    test("maxPool2d and its gradient", () => {
      times(100, "maxPool2d", (rng, special) => {
        const [images, height, width] = [1 + rng.below(4), 1 + rng.below(11), 1 + rng.below(21)];
        const [paddingY, paddingX] = rng.below(2) === 0 ? [0, 0] : [rng.below(3), rng.below(3)];
        const within = (pixels: number, padding: number) =>
          Math.max(1, 2 * padding) + rng.below(pixels + 2 * padding - Math.max(1, 2 * padding) + 1);
        const isHalving = paddingY + paddingX === 0 && height > 1 && width > 1 && rng.below(3) === 0;
        const [kernelHeight, kernelWidth] = isHalving ? [2, 2] : [within(height, paddingY), within(width, paddingX)];
        const [strideY, strideX] = isHalving ? [2, 2] : [1 + rng.below(4), 1 + rng.below(4)];
        const rows = Math.floor((height + 2 * paddingY - kernelHeight) / strideY) + 1;
        const columns = Math.floor((width + 2 * paddingX - kernelWidth) / strideX) + 1;
        const size = {
          ...{ images, height, width, kernelHeight, kernelWidth },
          ...{ strideY, strideX, paddingY, paddingX, rows, columns },
        };
        const x = floats(rng, images * height * width, { special, zeros: 0.3 });
        const [y, argmax] = [floats(rng, images * rows * columns), new Int32Array(images * rows * columns)];
        agree("maxPool2d", [x, y, argmax], size);
        reference.kernels.maxPool2d(x, y, argmax, size);
        agree("maxPool2dGradient", [floats(rng, y.length, { special }), argmax, floats(rng, x.length)], size);
        agree("gatherMaxima", [x, argmax, floats(rng, y.length)], size);
      });
    });

    test("conv1d and its gradients, dense and sparse", () => {
      const run = (rng: Rng, [batch, time, channels, width, filters]: readonly number[], special: boolean) => {
        const size = { batch: batch!, time: time!, channels: channels!, width: width!, filters: filters! };
        const steps = size.time - size.width + 1;
        const x = floats(rng, size.batch * size.time * size.channels, { special });
        const kernel = floats(rng, size.width * size.channels * size.filters, {
          special: special && rng.below(2) === 0,
        });
        const ny = size.batch * steps * size.filters;
        agree("conv1d", [x, kernel, new Float32Array(ny)], size);
        for (const zeros of [0, 0.2, 0.98]) {
          const dy = floats(rng, ny, { zeros, special: special && zeros === 0.2 });
          agree("conv1dInput", [dy, kernel, floats(rng, x.length)], size);
          agree("conv1dKernel", [x, dy, floats(rng, kernel.length)], size);
        }
      };
      times(60, "conv1d", (rng, special) => {
        const width = 1 + rng.below(5);
        run(rng, [1 + rng.below(3), width + rng.below(20), 1 + rng.below(12), width, 1 + rng.below(20)], special);
      });
      run(stream(2), [2, 40, 100, 5, 100], false);
      run(stream(3), [2, 9, 100, 4, 100], true);
    });

    test("maxOfWindows and its gradients", () => {
      type Sizes = readonly [rows: number, batch: number, time: number, channels: number];
      const run = (rng: Rng, [rows, batch, time, channels]: Sizes, widths: WindowSize["widths"], special: boolean) => {
        const size = { rows, batch, time, channels, widths };
        const n = batch * widths.reduce((sum, { filters }) => sum + filters, 0);
        const words = floats(rng, rows * channels, { special });
        const kernels = widths.map(({ width, filters }) => floats(rng, width * channels * filters));
        const places = integers(rng, batch * time, 0, rows - 1);
        const ends = integers(rng, batch, 0, time);
        agree("maxOfWindows", [words, undefined, kernels, places, ends, new Float32Array(n), new Int32Array(n)], size);
        const argmax = integers(rng, n, 0, time - Math.max(...widths.map(({ width }) => width)));
        const dy = floats(rng, n, { special, zeros: 0.5 });
        agree("maxOfWindowsRows", [dy, argmax, kernels, places, floats(rng, words.length)], size);
        const made = () => kernels.map(({ length }) => floats(rng, length));
        agree("maxOfWindowsKernels", [dy, argmax, words, places, made()], size);
        agree("maxOfWindowsKernels", [dy, argmax, words, places, [undefined, ...made().slice(1)]], size); // nobody asks
      };
      times(100, "windows", (rng, special) => {
        const widths = Array.from({ length: 1 + rng.below(3) }, () => ({
          width: 1 + rng.below(7),
          filters: rng.below(20),
        }));
        const time = Math.max(...widths.map(({ width }) => width)) + rng.below(9);
        run(rng, [1 + rng.below(20), rng.below(4), time, rng.below(12)], widths, special);
      });
      const published = [3, 4, 5].map((width) => ({ width, filters: 100 }));
      run(stream(6), [100, 3, 40, 100], published, false);
    });

    test("gatherRows and scatterRows", () => {
      times(40, "rows", (rng, special) => {
        const [rows, dim, count] = [1 + rng.below(9), rng.below(12), rng.below(30)];
        const ids = integers(rng, count, 0, rows - 1);
        agree("gatherRows", [floats(rng, rows * dim, { special }), ids, new Float32Array(count * dim)], { dim });
        for (const except of [undefined, 0]) {
          agree("scatterRows", [floats(rng, count * dim, { special }), ids, floats(rng, rows * dim)], { dim, except });
        }
      });
    });

    test("dropoutMask", () => {
      times(40, "dropout", (rng) => {
        const p = [0, 2 ** -32, 0.5, 0.3, 1 - 2 ** -53][rng.below(5)]!;
        const n = rng.below(70);
        const key = [rng.uint32(), rng.uint32()] as const;
        const [mine, theirs] = backends.map((backend) => {
          const out = backend.allocate(n);
          backend.kernels.dropoutMask(key, out, { p });
          return backend.view(out)!.slice();
        });
        expect(mine).toEqual(theirs);
      });
    });

    test("crossEntropy and its gradient", () => {
      times(60, "crossEntropy", (rng, special) => {
        const [batch, classes] = [1 + rng.below(9), 1 + rng.below(11)];
        const size = { batch, classes };
        const logits = floats(rng, batch * classes, { special: special && rng.below(2) === 0 });
        const targets = integers(rng, batch, 0, classes - 1);
        const [exponentials, sums, loss] = [new Float32Array(batch * classes), new Float32Array(batch), floats(rng, 1)];
        agree("crossEntropy", [logits, targets, exponentials, sums, loss], size);
        reference.kernels.crossEntropy!(logits, targets, exponentials, sums, loss, size);
        agree("crossEntropyGradient", [floats(rng, 1), exponentials, sums, targets, logits], size);
      });
    });

    test("lstm and its gradient", () => {
      const run = (rng: Rng, batch: number, time: number, hidden: number, special: boolean) => {
        const starts = new Int32Array(batch + 1);
        for (let b = 0; b < batch; b++) starts[b + 1] = starts[b]! + 1 + rng.below(time);
        const tokens = starts.at(-1)!;
        const directions = 1 + rng.below(2);
        const size = { batch, tokens, hidden, directions };
        const width = directions * hidden;
        const rows = 1 + rng.below(tokens);
        const places = rng.below(2) === 0 ? undefined : integers(rng, tokens, 0, rows - 1);
        const projected = floats(rng, (places === undefined ? tokens : rows) * 4 * width, { special });
        const recurrent = floats(rng, 4 * width * hidden).map((weight) => weight / hidden);
        const [gates, cells] = [floats(rng, tokens * 4 * width), floats(rng, tokens * width)];
        const states = floats(rng, (tokens + batch + 1) * width);
        const bias = floats(rng, 4 * width);
        agree("lstm", [projected, places, bias, recurrent, starts, gates, cells, states], size);
        agree("lstm", [projected, places, bias, recurrent, starts, undefined, undefined, states], size);
        reference.kernels.lstm(projected, places, bias, recurrent, starts, gates, cells, states, size as LstmSize);
        const dstates = floats(rng, states.length, { special }).map((d) => d * (rng.below(2) === 0 ? 1 : 1e-30));
        const dgates = floats(rng, gates.length, { special });
        agree("lstmGates", [dstates, gates, cells, recurrent, starts, dgates], size);
        const before = floats(rng, tokens * width, { special });
        const sides = { rows: tokens, groups: size.directions, outputs: 4 * size.hidden, inputs: size.hidden };
        agree("weightGradient", [before, dgates, floats(rng, recurrent.length)], sides);
      };
      times(60, "lstm", (rng, special) => run(rng, 1 + rng.below(9), 1 + rng.below(6), 1 + rng.below(11), special));
      run(stream(4), 3, 20, 128, false);
      run(stream(5), 16, 60, 10, false); // more tokens than a block of steps
    });

    test("an LSTM layer with the product of its input, and the gradients that are asked for", () => {
      const run = (
        rng: Rng,
        sizes: { batch: number; time: number; hidden: number; input: number },
        extreme: boolean,
      ) => {
        const { batch, time, hidden, input } = sizes;
        const starts = new Int32Array(batch + 1);
        for (let b = 0; b < batch; b++) starts[b + 1] = starts[b]! + 1 + rng.below(time);
        const tokens = starts.at(-1)!;
        const directions = 1 + rng.below(2);
        const width = directions * hidden;
        const [isShared, isStored, density] = [rng.below(2) === 0, rng.below(2) === 0, [0, 0.1, 0.4, 1][rng.below(4)]!];
        const special = extreme && !isStored; // what is not stored may be multiplied by them or not
        const rows = isShared ? 1 + rng.below(tokens) : tokens;
        const places = isShared ? integers(rng, tokens, 0, rows - 1) : undefined;
        const size = { batch, tokens, hidden, directions, rows, input };
        const weight = (outputs: number, inputs: number, blocks = 1): (() => Float32Array | Part) => {
          if (!isStored) return () => floats(rng, outputs * inputs).map((x) => x / inputs);
          const shape = [outputs, inputs * blocks] as const;
          const all = Int32Array.from({ length: outputs * inputs * blocks }, (_, i) => i);
          const inBlock = (at: number) =>
            Math.floor(at / shape[1] / (outputs / blocks)) === Math.floor((at % shape[1]) / inputs);
          const positions = all.filter((at) => inBlock(at) && rng.uniform() < density);
          const pattern = new Pattern("test", shape, positions);
          return () => {
            const values = floats(rng, positions.length).map((x) => x / inputs);
            return { values, pattern };
          };
        };
        const [weightIh, recurrent] = [weight(4 * width, input), weight(4 * width, hidden, directions)];
        const more = isShared ? 0 : rng.below(3) * input; // rows that no token has
        const layer = [
          floats(rng, rows * input + more, { special }),
          places,
          weightIh(),
          floats(rng, 4 * width),
          recurrent(),
          starts,
        ];
        const states = floats(rng, (tokens + batch + 1) * width);
        agree("lstmStates", [...layer, states], size);
        const dstates = floats(rng, states.length, { special });
        const asked = <T>(make: () => T) => (rng.below(4) === 0 ? undefined : make());
        const dx = asked(() => floats(rng, rows * input + more));
        const [dweightIh, dbias, drecurrent] = [asked(weightIh), asked(() => floats(rng, 4 * width)), asked(recurrent)];
        agree("lstmGradients", [dstates, ...layer, dx, dweightIh, dbias, drecurrent], size);
      };
      times(80, "lstmLayer", (rng, special) =>
        run(
          rng,
          { batch: 1 + rng.below(20), time: 1 + rng.below(7), hidden: 1 + rng.below(11), input: 1 + rng.below(9) },
          special,
        ),
      );
      run(stream(7), { batch: 40, time: 3, hidden: 33, input: 50 }, false);
      for (const seed of [8, 9, 10]) run(stream(seed), { batch: 30, time: 2000, hidden: 2, input: 1 }, false); // bias sums of several blocks
    });

    test("the gradient of weights, with few terms, and more than a block of them", () => {
      const run = (rng: Rng, rows: number, outputs: number, inputs: number, special: boolean) => {
        const groups = 1 + rng.below(3);
        const [x, dy] = [floats(rng, rows * groups * inputs, { special }), floats(rng, rows * groups * outputs)];
        const size = { rows, groups, outputs, inputs };
        agree("weightGradient", [x, dy, floats(rng, groups * outputs * inputs)], size);
      };
      times(80, "weightGradient", (rng, special) =>
        run(rng, rng.below(21), 1 + rng.below(20), 1 + rng.below(20), special),
      );
      run(stream(6), 1700, 13, 9, false);
    });

    test("the optimisers", () => {
      times(60, "updates", (rng, special) => {
        const n = rng.below(40);
        const values = () => floats(rng, n, { special });
        const tiny = () => floats(rng, n).map((x) => x * (rng.below(2) === 0 ? 1 : 1e-37));
        const decay = rng.below(2) * 0.01;
        for (const velocity of [undefined, tiny()]) {
          const sgd = {
            learningRate: 0.1,
            momentum: velocity === undefined ? 0 : 0.9,
            dampening: 0.1,
            weightDecay: decay,
          };
          agree("sgd", [values(), velocity, values()], {
            ...sgd,
            nesterov: rng.below(2) === 1,
            first: rng.below(3) === 0,
          });
          const rmsprop = { learningRate: 0.1, alpha: 0.99, epsilon: 1e-8, weightDecay: decay, momentum: 0.9 };
          agree("rmsprop", [tiny(), tiny().map(Math.abs), velocity, values()], rmsprop);
        }
        const adam = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: decay };
        const step = { ...adam, decoupledDecay: rng.below(2) * 0.1, step: 1 + rng.below(5000) };
        agree("adam", [values(), tiny(), tiny().map(Math.abs), values()], step);
      });
    });

    test.each(operations)("whatever $name asks for, in values that are rounded", ({ trials }) => {
      for (const [i, trial] of fc.sample(trials, { numRuns: 10, seed: 1 }).entries()) {
        for (const [j, { name, args }] of kernelsOf(trial).entries()) {
          const rng = stream(i, j);
          const rough = (value: unknown): unknown =>
            value instanceof Float32Array
              ? floats(rng, value.length)
              : isPart(value)
                ? { ...value, values: rough(value.values) }
                : Array.isArray(value)
                  ? value.map(rough)
                  : value;
          agree(
            name,
            args.map((value) => (isSize(value) ? value : rough(value))),
          );
        }
      }
    });
  });
  test("every kernel of the contract is compared", () => {
    const elsewhere = ["adamRows"]; // test/adam-rows.test.ts
    expect([...compared, ...elsewhere].sort()).toEqual(Object.keys(reference.kernels).sort());
  });
}

/** Shapes, keys and the like, which are no operands. */
const isSize = (value: unknown): boolean => Array.isArray(value) && value.every((part) => typeof part === "number");

/** What an operation and its gradients ask of the reference: kernels with copies of their arguments. */
function kernelsOf({ run, inputs }: Trial): readonly { name: Name; args: readonly unknown[] }[] {
  const asked: { name: Name; args: readonly unknown[] }[] = [];
  const copy = (value: unknown): unknown =>
    isValues(value)
      ? value.slice()
      : isPart(value)
        ? { ...value, values: value.values.slice() }
        : Array.isArray(value)
          ? value.map(copy)
          : value;
  const kernels = new Proxy(reference.kernels, {
    get: (kernels, name: Name) => {
      const kernel = kernels[name] as ((...args: unknown[]) => void) | undefined;
      if (typeof kernel !== "function") return kernel;
      return (...args: unknown[]) => {
        asked.push({ name, args: args.map(copy) });
        kernel(...args);
      };
    },
  });
  const before = useBackend({ ...reference, kernels });
  try {
    const leaves = inputs.map(({ data, shape }) => tensor(data, shape, { requiresGrad: true }));
    const y = run(leaves);
    if (y.requiresGrad) for (const gradient of gradients(sum(square(y)), leaves)) void gradient.storage;
  } finally {
    useBackend(before);
  }
  return asked;
}
