import {
  type Cube,
  conv1d,
  lstmCell,
  type Matrix,
  matmul,
  reshape,
  scope,
  slice,
  type Tensor,
  tensor,
  useBackend,
  type Vector,
  zeros,
} from "@ltt/core";
import { createGpuBackend, type GpuBackend, type Mode } from "@ltt/gpu";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-webgl";
import "@tensorflow/tfjs-backend-webgpu";
import * as gpujs from "gpu.js";
import type { Case } from "./cases.ts";

/** Somebody who computes cases. */
export interface Side {
  readonly name: string;
  /** What the driver says of the device. */
  readonly adapter: string;
  /** The only kernel that it has. Default: it has all. */
  readonly only?: Case["kind"];
  prepare(one: Case, operands: readonly Float32Array[]): Promise<Prepared>;
}

export interface Prepared {
  /** Operands on the device → one value of the result. */
  resident(): Promise<number>;
  /** Arrays → an array. */
  transfer(): Promise<Float32Array>;
  dispose(): void;
}

export async function ours(mode: Mode): Promise<Side> {
  const gpu = await createGpuBackend({ mode });
  const { description, software } = gpu.adapter;
  return {
    name: `@ltt/gpu, ${mode}`,
    adapter: `${description}${software ? " (software)" : ""}`,
    prepare: async (one, operands) => {
      useBackend(gpu);
      const upload = () => operands.map((values, i) => tensor(values, one.shapes[i]!));
      const resident = upload();
      return {
        resident: () => {
          useBackend(gpu);
          const { reading } = scope(() => {
            const first = slice(reshape(compute(one, resident), [-1]), [0], [1]);
            return { reading: first.item() };
          });
          return reading;
        },
        transfer: () => {
          useBackend(gpu);
          return scope(() => ({ reading: compute(one, upload()).read() })).reading;
        },
        dispose: () => release(gpu, resident),
      };
    },
  };
}

function release(gpu: GpuBackend, tensors: readonly Tensor[]): void {
  useBackend(gpu);
  for (const { storage } of tensors) gpu.release(storage);
}

function compute({ kind }: Case, [a, b, c, wi, wh, bias]: readonly Tensor[]): Tensor {
  if (kind === "matmul") return matmul(a as Matrix, b as Matrix);
  if (kind === "conv1d") return conv1d(a as Cube, b as Cube);
  const weights = { weightIh: wi as Matrix, weightHh: wh as Matrix, biasIh: bias as Vector };
  const none = zeros([bias!.size]); // PyTorch's cell has two biases, TensorFlow's one
  return lstmCell(a as Matrix, { h: b as Matrix, c: c as Matrix }, { ...weights, biasHh: none }).h;
}

export async function tensorflow(mode: "webgpu" | "webgl"): Promise<Side> {
  if (!(await tf.setBackend(mode))) throw new Error(`TensorFlow.js has no ${mode} here`);
  return {
    name: `TensorFlow.js ${tf.version_core}, ${mode}`,
    adapter: "as the other",
    prepare: async (one, operands) => {
      await tf.setBackend(mode);
      const shaped = arranged(one, operands);
      const upload = () => shaped.map(({ values, shape }) => tf.tensor(values, [...shape]));
      const resident = upload();
      return {
        resident: async () => {
          await tf.setBackend(mode);
          const first = tf.tidy(() => tf.slice(tf.reshape(theirs(one, resident), [-1]), [0], [1]));
          const [value] = await first.data();
          first.dispose();
          return value!;
        },
        transfer: async () => {
          await tf.setBackend(mode);
          const y = tf.tidy(() => theirs(one, upload()));
          const values = await y.data();
          y.dispose();
          return values as Float32Array;
        },
        dispose: () => tf.dispose(resident),
      };
    },
  };
}

/** TensorFlow keeps a cell's weights as one matrix, `[input + hidden, 4·hidden]`, with the gates in the order i, g, f, o. */
function arranged({ kind, shapes }: Case, operands: readonly Float32Array[]) {
  if (kind !== "lstmCell") return operands.map((values, i) => ({ values, shape: shapes[i]! }));
  const [x, h, c, wi, wh, bias] = operands as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const [input, hidden] = [shapes[0]![1]!, shapes[1]![1]!];
  const gates = [0, 2, 1, 3];
  const kernel = new Float32Array((input + hidden) * 4 * hidden);
  const biases = new Float32Array(4 * hidden);
  gates.forEach((from, to) => {
    for (let unit = 0; unit < hidden; unit++) {
      const row = from * hidden + unit;
      const column = to * hidden + unit;
      biases[column] = bias[row]!;
      for (let k = 0; k < input; k++) kernel[k * 4 * hidden + column] = wi[row * input + k]!;
      for (let k = 0; k < hidden; k++) kernel[(input + k) * 4 * hidden + column] = wh[row * hidden + k]!;
    }
  });
  return [
    { values: x, shape: shapes[0]! },
    { values: h, shape: shapes[1]! },
    { values: c, shape: shapes[2]! },
    { values: kernel, shape: [input + hidden, 4 * hidden] },
    { values: biases, shape: [4 * hidden] },
  ];
}

function theirs({ kind }: Case, [a, b, c, kernel, bias]: readonly tf.Tensor[]): tf.Tensor {
  if (kind === "matmul") return tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D);
  if (kind === "conv1d") return tf.conv1d(a as tf.Tensor3D, b as tf.Tensor3D, 1, "valid");
  const [x, h, state] = [a, b, c] as tf.Tensor2D[];
  const [, next] = tf.basicLSTMCell(tf.scalar(0), kernel as tf.Tensor2D, bias as tf.Tensor1D, x!, state!, h!);
  return next;
}

type Rows = readonly Float32Array[];

/** What of gpu.js is used here; its typings know neither WebGPU nor kernels of text. */
interface GpuJs {
  new (settings: {
    mode: Mode;
  }): {
    createKernel(
      source: string,
      settings: object,
    ): (...operands: readonly (OnDevice | Rows | number)[]) => OnDevice | Promise<OnDevice>;
  };
}
interface OnDevice {
  toArray(): Rows | Promise<Rows>;
  delete(): void;
}

/**
 * gpu.js as its README multiplies matrices, and js-pytorch 0.7.2, whose kernel this is to the letter: two axes, one value a thread. js-pytorch itself
 * brings a gpu.js of 2022 that knows no WebGPU and wants the compiled package `gl` in Node; brain.js multiplies no matrices.
 */
export async function naive(mode: Mode): Promise<Side> {
  const { GPU } = ("default" in gpujs ? gpujs.default : gpujs) as unknown as { GPU: GpuJs }; // a CommonJS package: bundlers differ
  const gpu = new GPU({ mode });
  const kernel = (source: string, output: readonly number[], settings: object = {}) =>
    gpu.createKernel(source, { output, pipeline: true, immutable: true, precision: "single", ...settings });
  return {
    name: `js-pytorch's kernel, ${mode}`,
    adapter: "as the other",
    only: "matmul",
    prepare: async ({ shapes }, operands) => {
      const [m, k, n] = [shapes[0]![0]!, shapes[1]![0]!, shapes[1]![1]!];
      const product = kernel(
        `function (a, b, len) {
          let sum = 0;
          for (let i = 0; i < len; i++) {
            sum += a[this.thread.y][i] * b[i][this.thread.x];
          }
          return sum;
        }`,
        [n, m],
        { loopMaxIterations: k },
      );
      const uploads = operands.map((values, i) => {
        const [rows, width] = shapes[i] as [number, number];
        const x: Rows = Array.from({ length: rows }, (_, row) => values.subarray(row * width, (row + 1) * width));
        const copy = kernel("function (x) { return x[this.thread.y][this.thread.x]; }", [width, rows]);
        return () => copy(x);
      });
      const corner = kernel("function (x) { return x[0][this.thread.x]; }", [1, 1]);
      const [a, b] = await Promise.all(uploads.map((upload) => upload()));
      return {
        resident: async () => {
          const y = await product(a!, b!, k);
          const first = await corner(y);
          const [[value]] = (await first.toArray()) as [Float32Array];
          for (const one of [y, first]) one.delete();
          return value!;
        },
        transfer: async () => {
          const [left, right] = await Promise.all(uploads.map((upload) => upload()));
          const y = await product(left!, right!, k);
          const rows = await y.toArray();
          for (const one of [left!, right!, y]) one.delete();
          const flat = new Float32Array(m * n);
          for (const [i, row] of rows.entries()) flat.set(row, i * n);
          return flat;
        },
        dispose: () => {
          for (const one of [a!, b!]) one.delete();
        },
      };
    },
  };
}
