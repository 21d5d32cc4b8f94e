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
import type { Case } from "./cases.ts";

/** Somebody who computes cases. */
export interface Side {
  readonly name: string;
  /** What the driver says of the device. */
  readonly adapter: string;
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
