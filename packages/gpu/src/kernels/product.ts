import type { WholeWeightKernels } from "@ltt/core";
import type { Variant } from "../device.ts";
import { integer, type Kernel, kernel } from "../kernel.ts";
import type { Issue, Values } from "./issue.ts";
import { inVariants } from "./neighbours.ts";
import { type Factor, tile } from "./tile.ts";

/** So many terms are added between two tests of a loop's end. */
const UNROLLED = 4;

/**
 * Σ a·b of 4·`quads` + `rest` terms in their order, for row y of a and one column of b, or four that share their factor of a. Indices are
 * counted, not multiplied: the compilers of drivers need not see what does not change in a loop.
 */
function sumOfProducts(a: Factor, b: Factor, together: 1 | 4): string {
  const columns = Array.from({ length: together }, (_, i) => i);
  const x = (i: number) => (together === 1 ? "this.thread.x" : `(this.thread.x * 4 + ${i})`);
  const [pa, pb] = ["pa", b.across === "1" ? ["pb0"] : columns.map((i) => `pb${i}`)];
  const ofColumn = (i: number) => pb[i] ?? `pb0 + ${i}`;

  const add = (terms: number): string => {
    const lines: string[] = [];
    const advance = (index: string, { step }: Factor, u: number) => {
      if (step !== "1") lines.push(`${index} += ${step};`);
      else if (u === terms - 1) lines.push(`${index} += ${terms};`);
    };
    for (let u = 0; u < terms; u++) {
      const at = (index: string, { step }: Factor) => (step === "1" ? `${index} + ${u}` : index);
      const factor = `factor${u}of${terms}`;
      lines.push(`const ${factor} = a[${at(pa, a)}];`);
      for (const i of columns) lines.push(`sum${i} += ${factor} * b[${at(ofColumn(i), b)}];`);
      advance(pa, a, u);
      for (const index of pb) advance(index, b, u);
    }
    return lines.join("\n");
  };
  return `
    ${columns.map((i) => `let sum${i} = 0;`).join(" ")}
    ${integer(pa, `${a.from} + this.thread.y * ${a.across}`)}
    ${pb.map((index, i) => integer(index, `${b.from} + ${x(i)} * ${b.across}`)).join("\n")}
    for (let k = 0; k < quads; k++) { ${add(UNROLLED)} }
    for (let l = 0; l < rest; l++) { ${add(1)} }
    return ${together === 1 ? "sum0" : `[${columns.map((i) => `sum${i}`).join(", ")}]`};`;
}

const byFour = (length: number) => length % 4 === 0;

const TERMS = ["quads", "rest"] as const;
/** A number of terms, in fours and what is left. */
export function termsOf(count: number): Record<(typeof TERMS)[number], number> {
  return { quads: Math.floor(count / UNROLLED), rest: count % UNROLLED };
}

function sumKernel<const Sizes extends string>(
  name: string,
  sizes: readonly Sizes[],
  a: Factor,
  b: Factor,
  variant: Variant,
): Kernel<"a" | "b", Sizes | (typeof TERMS)[number]> {
  const common = { name, arrays: ["a", "b"], integers: [...TERMS, ...sizes] } as const;
  if (variant !== "packed") {
    const together = variant === "one" ? 1 : 4;
    return kernel({ ...common, together, body: sumOfProducts(a, b, together) });
  }
  return kernel({ ...common, ...tile(a, b) });
}

const STRIDES = ["aBatch", "aRow", "aStep", "bBatch", "bStep", "bColumn"] as const;
type Stride = (typeof STRIDES)[number];

/**
 * `aRow` is the stride of m in a, `aStep` that of k: one kernel would do for all four transpositions, but there is one for each set of
 * strides that are 0 or 1.
 */
function matmulOf(
  strides: Readonly<Record<Stride, number>>,
  variant: Variant,
): Kernel<"a" | "b", Stride | (typeof TERMS)[number]> {
  const text = (stride: Stride) => (strides[stride] <= 1 ? String(strides[stride]) : stride);
  return sumKernel(
    "matmul",
    STRIDES,
    { from: `this.thread.z * ${text("aBatch")}`, across: text("aRow"), step: text("aStep") },
    { from: `this.thread.z * ${text("bBatch")}`, across: text("bColumn"), step: text("bStep") },
    variant,
  );
}

const matmuls = new Map<string, Readonly<Record<Variant, ReturnType<typeof matmulOf>>>>();

/** A window x[b, t..t+width, :] is contiguous. */
const conv1dOf = (variant: Variant) =>
  sumKernel(
    "conv1d",
    ["time", "channels", "filters"],
    { from: "this.thread.z * time * channels", across: "channels", step: "1" },
    { from: "0", across: "1", step: "filters" },
    variant,
  );
const CONV1D = inVariants(conv1dOf);

/** Whether groups of four of a factor's values are neighbours: terms, or rows or columns. */
function liesInGroups(across: number, step: number): boolean {
  return (step === 1 && byFour(across)) || (across === 1 && byFour(step));
}

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
  if (variants === undefined) matmuls.set(key, (variants = inVariants((variant) => matmulOf(strides, variant))));
  const { aBatch, aRow, aStep, bBatch, bStep, bColumn } = strides;
  const aligned = [inner, aBatch, bBatch].every(byFour) && liesInGroups(aRow, aStep) && liesInGroups(bColumn, bStep);
  const { kernel, groups } = issue.variant(variants, n, aligned);
  const scalars = { ...strides, ...termsOf(inner) };
  if (kernel.packed) for (const name of STRIDES) if (strides[name] > 1) scalars[name] = strides[name] / 4;
  issue.launch(kernel, { a, b }, scalars, out, [groups, m, batch]);
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

export function product(
  issue: Issue,
): Pick<WholeWeightKernels, "matmul" | "weightGradient" | "conv1d" | "conv1dInput" | "conv1dKernel"> {
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
    weightGradient: (x, dy, dweight, { rows, groups, outputs, inputs }) =>
      multiply(issue, dy, x, dweight, [groups, outputs, inputs], rows, {
        ...{ aBatch: outputs, aRow: 1, aStep: groups * outputs },
        ...{ bBatch: inputs, bStep: groups * inputs, bColumn: 1 },
      }),
    conv1d: (x, weights, y, { batch, time, channels, width, filters }) => {
      const { kernel, groups } = issue.variant(CONV1D, filters, byFour(channels));
      const by = kernel.packed ? 4 : 1;
      const sizes = { ...termsOf(width * channels), time, channels: channels / by, filters: filters / by };
      issue.launch(kernel, { a: x, b: weights }, sizes, y, [groups, time - width + 1, batch]);
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
