import type { Kernels } from "@ltt/core";
import { kernel } from "../kernel.ts";
import type { Issue } from "./issue.ts";

/** One kernel for all four transpositions: `aRow` is the stride of m in a, `aStep` that of k. */
const matmul = kernel({
  name: "matmul",
  arrays: ["a", "b"],
  integers: ["inner", "aBatch", "aRow", "aStep", "bBatch", "bStep", "bColumn"],
  body: `
    let sum = 0;
    for (let k = 0; k < inner; k++) {
      sum += a[this.thread.z * aBatch + this.thread.y * aRow + k * aStep] *
        b[this.thread.z * bBatch + k * bStep + this.thread.x * bColumn];
    }
    return sum;`,
});

/** A window x[b, t..t+width, :] is contiguous: `taps` is width · channels. */
const conv1d = kernel({
  name: "conv1d",
  arrays: ["x", "weights"],
  integers: ["time", "channels", "filters", "taps"],
  body: `
    let sum = 0;
    for (let k = 0; k < taps; k++) {
      sum += x[(this.thread.z * time + this.thread.y) * channels + k] * weights[k * filters + this.thread.x];
    }
    return sum;`,
});

/** A dy of 0 adds nothing, not even where the kernel is infinite. */
const conv1dInput = kernel({
  name: "conv1dInput",
  arrays: ["dy", "weights"],
  integers: ["steps", "width", "channels", "filters"],
  body: `
    let sum = 0;
    for (let w = 0; w < width; w++) {
      if (this.thread.y >= w && this.thread.y - w < steps) {
        for (let f = 0; f < filters; f++) {
          const d = dy[(this.thread.z * steps + this.thread.y - w) * filters + f];
          if (d !== 0) { sum += d * weights[(w * channels + this.thread.x) * filters + f]; }
        }
      }
    }
    return sum;`,
});

const conv1dKernel = kernel({
  name: "conv1dKernel",
  arrays: ["x", "dy"],
  integers: ["batch", "time", "steps", "channels", "filters"],
  body: `
    let sum = 0;
    for (let b = 0; b < batch; b++) {
      for (let t = 0; t < steps; t++) {
        const d = dy[(b * steps + t) * filters + this.thread.x];
        if (d !== 0) { sum += d * x[(b * time + t + this.thread.z) * channels + this.thread.y]; }
      }
    }
    return sum;`,
});

export function product(issue: Issue): Pick<Kernels, "matmul" | "conv1d" | "conv1dInput" | "conv1dKernel"> {
  return {
    matmul: (a, b, out, { batch, m, k, n, transposeA, transposeB }) => {
      const left = transposeA ? { aRow: 1, aStep: m } : { aRow: k, aStep: 1 };
      const right = transposeB ? { bStep: 1, bColumn: k } : { bStep: n, bColumn: 1 };
      issue.launch(matmul, { a, b }, { inner: k, aBatch: m * k, bBatch: k * n, ...left, ...right }, out, [n, m, batch]);
    },
    conv1d: (x, weights, y, { batch, time, channels, width, filters }) =>
      issue.launch(conv1d, { x, weights }, { time, channels, filters, taps: width * channels }, y, [
        filters,
        time - width + 1,
        batch,
      ]),
    conv1dInput: (dy, weights, dx, { batch, time, channels, width, filters }) =>
      issue.launch(conv1dInput, { dy, weights }, { steps: time - width + 1, width, channels, filters }, dx, [
        channels,
        time,
        batch,
      ]),
    conv1dKernel: (x, dy, dkernel, { batch, time, channels, width, filters }) =>
      issue.launch(conv1dKernel, { x, dy }, { batch, time, steps: time - width + 1, channels, filters }, dkernel, [
        filters,
        channels,
        width,
      ]),
  };
}
