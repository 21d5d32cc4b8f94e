import { type Backend, type Matrix, matmul, Sparse, scope, stream, tensor, useBackend } from "@ltt/core";
import { idOf, ranOn } from "./backends.ts";
import type { Candidate } from "./interleave.ts";
import type { Bench } from "./kernels.ts";
import { measurement, ratesOf } from "./results.ts";

/** The densities of a whole iterative pruning: dense, then 20 rounds that each remove a fifth of what is left. */
export const ROUNDS: readonly number[] = Array.from({ length: 21 }, (_, round) => 0.8 ** round);

/** Activations `[m,k]` by a weight stored `[n,k]`, as the models multiply; the words of a batch are about those of real ones. */
const MATRICES = [
  { name: "kernels of widths 3, 4, 5, words of an IMDb batch", m: 3500, k: 100, n: 1200 },
  { name: "kernels of widths 3, 4, 5, words of an AG News batch", m: 1060, k: 100, n: 1200 },
  { name: "weight_ih_l0, words of an IMDb batch", m: 3500, k: 100, n: 1024 },
  { name: "weight_ih_l1, 16 steps of a batch", m: 1024, k: 512, n: 1024 },
  { name: "weight_hh, a step of a batch", m: 64, k: 256, n: 1024 },
  { name: "linear of AG News, a batch", m: 64, k: 300, n: 4 },
] as const;

/** Products with a weight that stores a fraction of its elements: y = x·Wᵀ, counted in operations on what is stored, beside the dense one. */
export function productBench(
  backends: readonly Backend[],
  densities: readonly number[],
  only: string | undefined,
): Bench {
  const cases = MATRICES.filter(({ name }) => only === undefined || name.includes(only)).flatMap((matrix) =>
    backends.flatMap((backend) =>
      densities.map((density) => ({
        id: `${matrix.name} at ${density} on ${idOf(backend)}`,
        name: `${matrix.m}×${matrix.k}×${matrix.n}: ${matrix.name}`,
        backend,
        density,
        flops: 2 * matrix.m * Math.round(density * matrix.n * matrix.k),
        prepare: () => prepare(backend, matrix, density),
      })),
    ),
  );
  return {
    candidates: cases.map(({ id, prepare }): Candidate => ({ name: id, prepare: async () => prepare() })),
    toMeasurement: (timing) => {
      const { name, backend, density, flops } = cases.find((found) => found.id === timing.name)!;
      return measurement({
        ...{ bench: "sparse product", name, ...ranOn(backend), density },
        ...{ unit: "GFLOP/s", values: ratesOf(timing, flops / 1e9) },
      });
    },
  };
}

function prepare(backend: Backend, { m, k, n }: (typeof MATRICES)[number], density: number) {
  const on = <T>(body: () => T): T => {
    const before = useBackend(backend);
    try {
      return body();
    } finally {
      useBackend(before);
    }
  };
  const rng = stream(1, "sparse product");
  const x = on(() => tensor(rng.normals(m * k), [m, k]));
  const kept = rng
    .permutation(n * k)
    .subarray(0, Math.round(density * n * k))
    .sort();
  const positions = Int32Array.from(kept);
  const weight = on(() => {
    const values = tensor(rng.normals(positions.length), [positions.length]);
    return density === 1 ? tensor(values.data, [n, k]) : new Sparse([n, k] as const, positions, values);
  });
  const step = () =>
    on(() => scope(() => backend.view(matmul(x as Matrix, weight, { transposeB: true }).storage)![0]!));
  return { step: async () => step() };
}

/**
 * What a whole run costs in dense trainings of the same epochs, from the time of a step at each of its densities: the steps alone, without
 * validation, files and start-up, which a dense training has as well.
 */
export function wholeRun(samplesPerSecond: ReadonlyMap<number, number>): number | undefined {
  const dense = samplesPerSecond.get(1);
  const costs = ROUNDS.map((density) => samplesPerSecond.get(density));
  if (dense === undefined || costs.includes(undefined)) return undefined;
  return costs.reduce<number>((total, rate) => total + dense / rate!, 0);
}
