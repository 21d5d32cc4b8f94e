import type { Kernels } from "@ltt/core";
import { type Kernel, kernel } from "../kernel.ts";
import type { Issue, Values } from "./issue.ts";

/** Σ_k left · right[column], for one column, or for four that share their left factor. */
function sumOfProducts(steps: string, left: string, right: (column: string) => string, together: 1 | 4): string {
  const columns = Array.from({ length: together }, (_, i) => i);
  const column = (i: number) => (together === 1 ? "this.thread.x" : `(this.thread.x * 4 + ${i})`);
  return `
    ${columns.map((i) => `let sum${i} = 0;`).join(" ")}
    for (let k = 0; k < ${steps}; k++) {
      const factor = ${left};
      ${columns.map((i) => `sum${i} += factor * ${right(column(i))};`).join("\n")}
    }
    return ${together === 1 ? "sum0" : `[${columns.map((i) => `sum${i}`).join(", ")}]`};`;
}

const STRIDES = ["aBatch", "aRow", "aStep", "bBatch", "bStep", "bColumn"] as const;
type Stride = (typeof STRIDES)[number];

/**
 * `aRow` is the stride of m in a, `aStep` that of k: one kernel would do for all four transpositions. But drivers need not lift out of a loop what does not
 * change in it, so there is one for each set of strides that need no multiplication: those that are 0 or 1.
 */
function matmulOf(strides: Readonly<Record<Stride, number>>, together: 1 | 4): Kernel<"a" | "b", Stride | "inner"> {
  const term = (position: string, stride: Stride) =>
    strides[stride] === 0 ? "" : strides[stride] === 1 ? ` + ${position}` : ` + ${position} * ${stride}`;
  return kernel({
    name: "matmul",
    arrays: ["a", "b"],
    integers: ["inner", ...STRIDES],
    together,
    body: sumOfProducts(
      "inner",
      `a[0${term("this.thread.z", "aBatch")}${term("this.thread.y", "aRow")}${term("k", "aStep")}]`,
      (column) => `b[0${term("this.thread.z", "bBatch")}${term("k", "bStep")}${term(column, "bColumn")}]`,
      together,
    ),
  });
}

const matmuls = new Map<string, { one: ReturnType<typeof matmulOf>; four: ReturnType<typeof matmulOf> }>();

/** A window x[b, t..t+width, :] is contiguous: `taps` is width · channels. */
const conv1dOf = (together: 1 | 4) =>
  kernel({
    name: "conv1d",
    arrays: ["x", "weights"],
    integers: ["time", "channels", "filters", "taps"],
    together,
    body: sumOfProducts(
      "taps",
      "x[(this.thread.z * time + this.thread.y) * channels + k]",
      (column) => `weights[k * filters + ${column}]`,
      together,
    ),
  });
const CONV1D = { one: conv1dOf(1), four: conv1dOf(4) };

/** out[z,m,n] = Σ_k a·b, from wherever the strides lead. */
export function multiply(
  issue: Issue,
  a: Values,
  b: Values,
  out: Values,
  [batch, m, n]: readonly [number, number, number],
  inner: number,
  given: Readonly<Record<Stride, number>>,
): void {
  // where there is one of something, its stride does not matter
  const single = { aBatch: batch, bBatch: batch, aRow: m, aStep: inner, bStep: inner, bColumn: n };
  const strides = { ...given };
  for (const name of STRIDES) if (single[name] === 1) strides[name] = 0;
  const key = STRIDES.map((name) => Math.min(strides[name], 2)).join("");
  let variants = matmuls.get(key);
  if (variants === undefined) matmuls.set(key, (variants = { one: matmulOf(strides, 1), four: matmulOf(strides, 4) }));
  const { kernel, groups } = issue.variant(variants, n);
  issue.launch(kernel, { a, b }, { ...strides, inner }, out, [groups, m, batch]);
}

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

/** A thread cannot leave what was there: where a product is only the front of an array, the rest is copied. */
const replaceFront = kernel({
  name: "replaceFront",
  arrays: ["front", "all"],
  integers: ["length"],
  body: `
    if (this.thread.x < length) { return front[this.thread.x]; }
    return all[this.thread.x];`,
});

export function product(issue: Issue): Pick<Kernels, "matmul" | "conv1d" | "conv1dInput" | "conv1dKernel"> {
  return {
    matmul: (a, b, out, { batch, m, k, n, transposeA, transposeB }) => {
      const left = transposeA ? { aRow: 1, aStep: m } : { aRow: k, aStep: 1 };
      const right = transposeB ? { bStep: 1, bColumn: k } : { bStep: n, bColumn: 1 };
      const strides = { aBatch: m * k, bBatch: k * n, ...left, ...right };
      const size = [batch, m, n] as const;
      if (out.length <= batch * m * n) {
        multiply(issue, a, b, out, size, k, strides);
        return;
      }
      const product = issue.allocate(batch * m * n);
      multiply(issue, a, b, product, size, k, strides);
      issue.launch(replaceFront, { front: product, all: out }, { length: product.length }, out, [out.length]);
      issue.release(product);
    },
    conv1d: (x, weights, y, { batch, time, channels, width, filters }) => {
      const { kernel, groups } = issue.variant(CONV1D, filters);
      const sizes = { time, channels, filters, taps: width * channels };
      issue.launch(kernel, { x, weights }, sizes, y, [groups, time - width + 1, batch]);
    },
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
