import { type Backend, stream } from "@ltt/core";
import { idOf, ranOn } from "./backends.ts";
import type { Candidate, Timing } from "./interleave.ts";
import { type Measurement, measurement, ratesOf } from "./results.ts";

interface Kernel {
  readonly name: string;
  /** Multiplications and additions of one call. */
  readonly flops: number;
  readonly prepare: (backend: Backend) => () => { readonly out: { readonly length: number } };
}

const random = (backend: Backend, length: number) => backend.upload(stream(1, "kernel", length).normals(length));

function matmul(m: number, k: number, n: number): Kernel {
  return {
    name: `matmul ${m}×${k}×${n}`,
    flops: 2 * m * k * n,
    prepare: (backend) => {
      const [a, b, out] = [random(backend, m * k), random(backend, k * n), backend.allocate(m * n)];
      const size = { batch: 1, m, k, n, transposeA: false, transposeB: false };
      return () => {
        backend.kernels.matmul(a, b, out, size);
        return { out };
      };
    },
  };
}

function conv1d(batch: number, time: number, channels: number, filters: number, width: number): Kernel {
  const size = { batch, time, channels, width, filters };
  const steps = time - width + 1;
  return {
    name: `conv1d ${batch}×${time}×${channels}→${filters}, width ${width}`,
    flops: 2 * batch * steps * width * channels * filters,
    prepare: (backend) => {
      const [x, kernel] = [random(backend, batch * time * channels), random(backend, width * channels * filters)];
      const out = backend.allocate(batch * steps * filters);
      return () => {
        backend.kernels.conv1d(x, kernel, out, size);
        return { out };
      };
    },
  };
}

/** A convolution of 3×3 with padding 1, which keeps the image's size. GFLOP/s are those of its definition: tiles compute 2.25 times fewer products. */
function conv2d(network: string, batch: number, channels: number, filters: number, side: number): Kernel {
  const size = { batch, channels, height: side, width: side, filters, rows: side, columns: side };
  return {
    name: `conv2d ${network} ${batch}×${channels}×${side}×${side}→${filters}`,
    flops: 2 * batch * side * side * 9 * channels * filters,
    prepare: (backend) => {
      const { winograd } = backend.kernels;
      if (winograd === undefined) throw new Error(`${backend.name} has no convolution in tiles: leave it out`);
      const [x, kernel] = [random(backend, batch * channels * side * side), random(backend, filters * channels * 9)];
      const out = backend.allocate(batch * filters * side * side);
      return () => {
        winograd(x, kernel, out, { ...size, paddingY: 1, paddingX: 1 });
        return { out };
      };
    },
  };
}

/** Two products and the kernel of the gates. */
function lstmCell(batch: number, input: number, hidden: number): Kernel {
  return {
    name: `LSTM cell ${batch}, ${input}→${hidden}`,
    flops: 2 * batch * 4 * hidden * (input + hidden),
    prepare: (backend) => {
      const { kernels } = backend;
      const given = (...shape: readonly number[]) =>
        random(
          backend,
          shape.reduce((size, n) => size * n, 1),
        );
      const [x, h, c] = [given(batch, input), given(batch, hidden), given(batch, hidden)];
      const [weightIh, weightHh, bias] = [given(4, hidden, input), given(4, hidden, hidden), given(4, hidden)];
      const wide = () => backend.allocate(batch * 4 * hidden);
      const [shareX, shareH, gates, out] = [wide(), wide(), wide(), backend.allocate(batch * 2 * hidden)];
      const size = { batch: 1, m: batch, n: 4 * hidden, transposeA: false, transposeB: true };
      return () => {
        kernels.matmul(x, weightIh, shareX, { ...size, k: input });
        kernels.matmul(h, weightHh, shareH, { ...size, k: hidden });
        kernels.lstmCell(shareX, shareH, bias, bias, c, gates, out, { batch, hidden });
        return { out };
      };
    },
  };
}
/** Dense Adam of an IMDb embedding: counted as ten operations a weight, bound by memory. */
function adam(weights: number): Kernel {
  return {
    name: `adam ${weights}`,
    flops: 10 * weights,
    prepare: (backend) => {
      const [gradient, out] = [random(backend, weights), random(backend, weights)];
      const [m, v] = [backend.allocate(weights), backend.allocate(weights)];
      for (const moment of [m, v]) backend.kernels.fill(0, moment);
      const rates = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, decoupledDecay: 0 };
      let step = 0;
      return () => {
        backend.kernels.adam(gradient, m, v, out, { ...rates, step: ++step });
        return { out };
      };
    },
  };
}

const KERNELS: readonly Kernel[] = [
  matmul(512, 512, 512),
  matmul(64, 300, 4),
  matmul(63, 101, 97),
  matmul(1060, 100, 1200),
  conv1d(64, 64, 100, 100, 3),
  conv1d(64, 128, 100, 100, 5),
  conv2d("conv4", 60, 64, 64, 32),
  conv2d("conv4", 60, 128, 128, 16),
  conv2d("resnet20", 128, 16, 16, 32),
  conv2d("resnet20", 128, 64, 64, 8),
  lstmCell(64, 100, 128),
  adam(2_500_000),
];

export interface Bench {
  readonly candidates: readonly Candidate[];
  readonly toMeasurement: (timing: Timing) => Measurement;
}

/** Kernels alone, on every backend in turn. */
export function kernelBench(backends: readonly Backend[], only: string | undefined): Bench {
  const chosen = KERNELS.filter(({ name }) => only === undefined || name.includes(only));
  const pairs = chosen.flatMap((kernel) =>
    backends.map((backend) => ({ kernel, backend, id: `${kernel.name} on ${idOf(backend)}` })),
  );
  return {
    candidates: pairs.map(({ kernel, backend, id }) => ({
      name: id,
      prepare: async () => {
        const call = kernel.prepare(backend);
        return { step: async () => (await backend.read(backend.upload(new Float32Array([call().out.length]))))[0]! };
      },
    })),
    toMeasurement: (timing) => {
      const { kernel, backend } = pairs.find((pair) => pair.id === timing.name)!;
      return measurement({
        ...{ bench: "kernel", name: kernel.name, ...ranOn(backend) },
        ...{ unit: "GFLOP/s", values: ratesOf(timing, kernel.flops / 1e9) },
      });
    },
  };
}
