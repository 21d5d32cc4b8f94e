import { describe, expect, test } from "vitest";
import type { Backend } from "../../../kernels/kernels.ts";
import { stream } from "../../../random/rng.ts";
import { createReferenceBackend } from "../../reference/backend.ts";
import { backendOf } from "../backend.ts";
import { type Arithmetic, instantiate } from "../instantiate.ts";
import { LinearMemory } from "../memory.ts";
import { serial, startThreadPool } from "../thread-pool.ts";

const [BATCH, INPUTS, OUTPUTS] = [60, 196, 59];

/** A backend, and the names of the compiled kernels that it has run. */
async function recording(arithmetic: Arithmetic, threads: number): Promise<{ backend: Backend; ran: Set<string> }> {
  const memory = new LinearMemory(2 ** 28);
  const instance = await instantiate(memory, arithmetic);
  const pool = threads === 1 ? serial(instance.exports) : await startThreadPool(instance, memory, threads);
  const ran = new Set<string>();
  const run: typeof pool.run = (kernel, parts, work) => {
    ran.add(kernel);
    pool.run(kernel, parts, work);
  };
  return { backend: backendOf("recording", instance, memory, { ...pool, run }, 1), ran };
}

/** Normal numbers, of which columns 0 … 20, some of the others, and all of `share` of the rest are 0. */
function pixels({ share }: { share: number }): Float32Array {
  const rng = stream(1, "pixels");
  return new Float32Array(BATCH * INPUTS).map((_, i) => {
    const column = i % INPUTS;
    const value = rng.normal();
    return column < 21 || column % 17 < 6 || rng.uniform() < share ? 0 : value;
  });
}

const normals = (name: string, length: number) => stream(2, name).normals(length);

const FORWARD = { batch: 1, m: BATCH, k: INPUTS, n: OUTPUTS, transposeA: false, transposeB: true };
const BACKWARD = { batch: 1, m: OUTPUTS, k: BATCH, n: INPUTS, transposeA: true, transposeB: false };

type Size = typeof FORWARD;

function product(backend: Backend, a: Float32Array, b: Float32Array, size: Size): Float32Array {
  const out = backend.upload(new Float32Array(size.m * size.n).fill(7));
  backend.kernels.matmul(backend.upload(a), backend.upload(b), out, size);
  return backend.view(out)!.slice();
}

/** The same product one row of its result after the other, each too small for anything to be left out. */
function byRows(backend: Backend, a: Float32Array, b: Float32Array, { m, k, n, ...how }: Size): Float32Array {
  const rows = Array.from({ length: m }, (_, row) => {
    const left = Float32Array.from({ length: k }, (_, i) => a[how.transposeA ? i * m + row : row * k + i]!);
    return [...product(backend, left, b, { ...how, m: 1, k, n })];
  });
  return new Float32Array(rows.flat());
}

const bits = (values: Float32Array) => [
  ...new Uint32Array(values.map((v) => (Number.isNaN(v) ? Number.NaN : v)).buffer),
];

const CASES = [
  ["strict", 1],
  ["strict", 3],
  ["fma", 1],
  ["fma", 3],
] as const;

describe.each(CASES)("the product %s on %i threads", (arithmetic, threads) => {
  test("leaves out columns of zeros, with the bits of the whole", async () => {
    const { backend, ran } = await recording(arithmetic, threads);
    for (const share of [0, 0.5, 1]) {
      const x = pixels({ share });
      const [w, dy] = [normals("w", OUTPUTS * INPUTS), normals("dy", BATCH * OUTPUTS)];
      ran.clear();
      const [y, dw] = [product(backend, x, w, FORWARD), product(backend, dy, x, BACKWARD)];
      expect([...ran].sort()).toEqual(["gatherGroups", "matmul", "scatterGroups"]);
      expect(bits(y)).toEqual(bits(byRows(backend, x, w, FORWARD)));
      expect(bits(dw)).toEqual(bits(byRows(backend, dy, x, BACKWARD)));
    }
  });

  test("multiplies as it is what has no columns of zeros", async () => {
    const { backend, ran } = await recording(arithmetic, threads);
    const [x, w] = [normals("x", BATCH * INPUTS), normals("w", OUTPUTS * INPUTS)];
    product(backend, x, w, FORWARD);
    product(backend, normals("dy", BATCH * OUTPUTS), x, BACKWARD);
    expect([...ran]).toEqual(["matmul"]);
  });

  test("multiplies zeros by what is not finite", async () => {
    const { backend } = await recording(arithmetic, threads);
    for (const value of [Infinity, -Infinity, Number.NaN]) {
      // a weight of a pixel that is 0 in all images: 0·∞ is NaN in column 5 of the results
      const [x, w] = [pixels({ share: 0 }), normals("w", OUTPUTS * INPUTS).with(5 * INPUTS + 3, value)];
      const y = product(backend, x, w, FORWARD);
      expect(y.every((value, i) => Number.isNaN(value) === (i % OUTPUTS === 5))).toBe(true);
      const dy = normals("dy", BATCH * OUTPUTS).with(2 * OUTPUTS + 4, value);
      expect(bits(product(backend, dy, x, BACKWARD))).toEqual(bits(byRows(backend, dy, x, BACKWARD)));
    }
  });

  test("gives +0 where terms left out turn −0 into it", async () => {
    const { backend } = await recording(arithmetic, threads);
    // one product of every sum is not 0, and too small for float32: −0 where it is fused. Then 0·w adds +0 where w is positive
    const x = new Float32Array(BATCH * INPUTS).map((_, i) => (i % INPUTS === 40 ? 1e-30 : 0));
    for (const sign of [1, -1]) {
      const w = new Float32Array(OUTPUTS * INPUTS).map((_, i) => (i % INPUTS === 40 ? -1e-30 : sign));
      const y = product(backend, x, w, FORWARD);
      expect(bits(y)).toEqual(bits(byRows(backend, x, w, FORWARD)));
      expect(Object.is(y[0], -0)).toBe(arithmetic === "fma" && sign < 0);
    }
  });
});

test("strict products without columns of zeros have the reference's bits", async () => {
  const { backend } = await recording("strict", 1);
  const [x, w, dy] = [pixels({ share: 0.5 }), normals("w", OUTPUTS * INPUTS), normals("dy", BATCH * OUTPUTS)];
  const reference = createReferenceBackend();
  expect(bits(product(backend, x, w, FORWARD))).toEqual(bits(product(reference, x, w, FORWARD)));
  expect(bits(product(backend, dy, x, BACKWARD))).toEqual(bits(product(reference, dy, x, BACKWARD)));
});
