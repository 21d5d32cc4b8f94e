import { describe, expect, test } from "vitest";
import { floats, type Pairs, sharing, testAgreement } from "../../../test/kernel-agreement.ts";
import type { Backend } from "../../kernels/kernels.ts";
import { stream } from "../../random/rng.ts";
import { createReferenceBackend } from "../reference/backend.ts";
import { createWasmBackend } from "./backend.ts";
import { hasWideVectors } from "./wide.ts";

const reference = createReferenceBackend();
const strict: Backend = await createWasmBackend();
const fma: Backend | undefined = await createWasmBackend({ arithmetic: "fma" }).catch((error: Error) => {
  console.warn(`SKIPPED: the arithmetic fma: ${error.message}`);
  return undefined;
});

/**
 * A kernel of its own arithmetic, run by one thread, or by three that share out whatever can be; in vectors of either
 * width, where there are both.
 */
const PAIRS: Pairs = [
  ["wasm has the bits of the reference", async () => [reference, await createWasmBackend()]],
  ["wasm has them on three threads too", async () => [reference, await sharing("strict")]],
  ...(fma === undefined
    ? []
    : [["wasm-fma has the bits of one thread on three", async () => [fma, await sharing("fma")] as const] as const]),
  ...(fma === undefined || !hasWideVectors()
    ? []
    : [
        [
          "wide wasm has the bits of the reference",
          async () => [reference, await createWasmBackend({ width: 256 })] as const,
        ] as const,
        [
          "wide wasm-fma has the bits of narrow, on three threads",
          async () => [fma, await sharing("fma", { width: 256 })] as const,
        ] as const,
      ]),
];

testAgreement(PAIRS);

describe.skipIf(fma === undefined)("fma", () => {
  const fusing = fma as Backend;
  const product = (backend: Backend, a: Float32Array, b: Float32Array, m: number, k: number, n: number) => {
    const out = backend.allocate(m * n);
    const size = { batch: 1, m, k, n, transposeA: false, transposeB: false };
    backend.kernels.matmul(backend.upload(a), backend.upload(b), out, size);
    return backend.view(out)!;
  };

  test("says so in its name", () => {
    expect([strict.name, fusing.name]).toEqual(["wasm", "wasm-fma"]);
  });

  test("rounds each product and its sum once, in the order of k", () => {
    const [m, k, n] = [13, 500, 19];
    const [a, b] = [floats(stream(7), m * k), floats(stream(8), k * n)];
    const found = product(fusing, a, b, m, k, n);
    for (let i = 0; i < m * n; i++) {
      let sum = 0;
      for (let p = 0; p < k; p++) sum = fused(a[Math.floor(i / n) * k + p]!, b[p * n + (i % n)]!, sum);
      expect(found[i]).toBe(sum);
    }
  });

  test("gives the same gradient of conv1d, term by term and as a product", () => {
    const size = { batch: 2, time: 20, channels: 7, width: 3, filters: 9 };
    const [nx, nk, ny] = [2 * 20 * 7, 3 * 7 * 9, 2 * 18 * 9];
    const rng = stream(9);
    const [x, kernel, dy] = [floats(rng, nx), floats(rng, nk), floats(rng, ny, { zeros: 0.5 })];
    const run = (infinite: boolean) => {
      const [given, by] = [x, kernel].map((values) => fusing.upload(infinite ? values.with(0, Infinity) : values));
      const [d, dx, dkernel] = [fusing.upload(dy), fusing.allocate(nx), fusing.allocate(nk)];
      fusing.kernels.conv1dInput(d, by!, dx, size);
      fusing.kernels.conv1dKernel(given!, d, dkernel, size);
      return { dx: fusing.view(dx)!, dkernel: fusing.view(dkernel)! };
    };
    // one infinite operand makes it go term by term; what that one does not reach must stay the same
    const [products, terms] = [run(false), run(true)];
    const same = (one: Float32Array, other: Float32Array) => one.filter((value, i) => value === other[i]).length;
    expect(same(products.dx, terms.dx)).toBeGreaterThan(nx / 2);
    expect([...terms.dx].every((value, i) => value === products.dx[i] || !Number.isFinite(value))).toBe(true);
    expect(same(products.dkernel, terms.dkernel)).toBeGreaterThan(nk / 2);
    expect([...terms.dkernel].every((value, i) => value === products.dkernel[i] || !Number.isFinite(value))).toBe(true);
  });
});

/**
 * a·b + c rounded to float32 once. The product is exact in float64; its sum is not, so the error of the sum decides
 * where it fell on the middle between two float32 numbers.
 */
function fused(a: number, b: number, c: number): number {
  const product = a * b;
  const sum = product + c;
  const virtual = sum - product;
  const error = product - (sum - virtual) + (c - virtual); // Knuth's two-sum: exact
  const rounded = Math.fround(sum);
  if (error === 0 || rounded === sum) return rounded;
  const other = Math.fround(sum + (sum - rounded)); // the neighbour, where sum is in the middle
  const isMiddle = other !== rounded && Math.abs(sum - rounded) === Math.abs(other - sum);
  if (!isMiddle) return rounded;
  return error > 0 ? Math.max(rounded, other) : Math.min(rounded, other);
}
