import { backend } from "../../backends/backend.ts";
import type { Indices, LstmSize, SparseKernels, Storage } from "../../kernels/kernels.ts";
import { Pattern } from "../../sparse/pattern.ts";
import { dense, Sparse, type Weight, type WeightMatrix } from "../../sparse/sparse.ts";
import type { Shape } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { concat } from "../concat.ts";

// How an LSTM layer computes with its weights, those of all directions together: with all of them, or with what is stored. Either way gives the same bits.

/**
 * Up to this share of a recurrent weight being stored, skipping the rest is faster: more of many units, whose whole weight, a MiB from 256 on, leaves no room in a cache. Decided
 * by pattern and shape alone, so the same everywhere; of products the backend decides.
 */
const SPARSE = { few: 0.45, many: 0.55, units: 256 } as const;

/** `weight_ih` of all directions, one below the other: `[directions·4h, input]`. */
export interface InputWeight {
  /** What is trained: the matrix, or the values of what is stored. */
  readonly values: Tensor;
  /** projected[rows,d·4h] = x·weightᵀ */
  project(x: Storage, projected: Storage, rows: number): void;
  /** dx = dprojected·weight */
  projectBack(dprojected: Storage, dx: Storage, rows: number): void;
  /** dvalues = dprojectedᵀ·x */
  gradient(x: Storage, dprojected: Storage, dvalues: Storage, rows: number): void;
}

/** `weight_hh` of all directions. */
export interface RecurrentWeight {
  readonly values: Tensor;
  /** See `Kernels.lstm`. */
  read(
    projected: Storage,
    places: Indices | undefined,
    bias: Storage,
    starts: Indices,
    gates: Storage | undefined,
    cells: Storage | undefined,
    states: Storage,
    size: LstmSize,
  ): void;
  /** See `Kernels.lstmGates`. */
  readBack(dstates: Storage, gates: Storage, cells: Storage, starts: Indices, dgates: Storage, size: LstmSize): void;
  /** dvalues = dgatesᵀ · the states `before` each token was read, each direction's by its own */
  gradient(dgates: Storage, before: Storage, dvalues: Storage, size: LstmSize): void;
}

export function inputWeight(weights: readonly WeightMatrix[]): InputWeight {
  const [rows, inputs] = [weights.length * weights[0]!.shape[0], weights[0]!.shape[1]];
  const found = sparseKernels(weights, 1);
  if (found === undefined) {
    const weight = stacked(weights);
    const { kernels } = backend();
    const product = { batch: 1, transposeA: false, transposeB: false };
    return {
      values: weight,
      project: (x, projected, m) =>
        kernels.matmul(x, weight.storage, projected, { ...product, m, k: inputs, n: rows, transposeB: true }),
      projectBack: (dprojected, dx, m) =>
        kernels.matmul(dprojected, weight.storage, dx, { ...product, m, k: rows, n: inputs }),
      gradient: (x, dprojected, dvalues, k) =>
        kernels.weightGradient(x, dprojected, dvalues, { rows: k, groups: 1, outputs: rows, inputs }),
    };
  }
  const { kernels, parts } = found;
  const weight = joined(below, parts, [rows, inputs], (at, d) => at + d * parts[0]!.size);
  const size = (rows: number, step: number) => ({ batch: 1, rows, step, stride: 0 });
  return {
    values: weight.values,
    project: (x, projected, m) =>
      kernels.product(x, weight.values.storage, weight.pattern.byRows(), projected, size(m, inputs)),
    projectBack: (dprojected, dx, m) =>
      kernels.product(dprojected, weight.values.storage, weight.pattern.byColumns(), dx, size(m, rows)),
    gradient: (x, dprojected, dvalues, m) => kernels.weightGradient(x, dprojected, weight.pattern.byRows(), dvalues, m),
  };
}

export function recurrentWeight(weights: readonly WeightMatrix[]): RecurrentWeight {
  const found = sparseKernels(weights, weights[0]!.shape[1] < SPARSE.units ? SPARSE.few : SPARSE.many);
  if (found === undefined) {
    const weight = stacked(weights);
    const { kernels } = backend();
    return {
      values: weight,
      read: (projected, places, bias, ...rest) => kernels.lstm(projected, places, bias, weight.storage, ...rest),
      readBack: (dstates, gates, cells, ...rest) => kernels.lstmGates(dstates, gates, cells, weight.storage, ...rest),
      gradient: (dgates, before, dvalues, { tokens, hidden, directions }) =>
        kernels.weightGradient(before, dgates, dvalues, {
          ...{ rows: tokens, groups: directions, outputs: 4 * hidden, inputs: hidden },
        }),
    };
  }

  const { kernels, parts } = found;
  const directions = parts.length;
  const hidden = parts[0]!.shape[1];
  // one matrix of both directions, 0 where they would mix
  const weight = joined(beside, parts, [directions * 4 * hidden, directions * hidden], (at, d) => {
    const row = Math.floor(at / hidden) + d * 4 * hidden;
    return (row * directions + d) * hidden + (at % hidden);
  });
  const { values } = weight;
  return {
    values,
    read: (projected, places, bias, ...rest) =>
      kernels.lstm(projected, places, bias, values.storage, weight.pattern.byRows(), ...rest),
    readBack: (dstates, gates, cells, ...rest) =>
      kernels.lstmGates(dstates, gates, cells, values.storage, weight.pattern.byColumns(), ...rest),
    gradient: (dgates, before, dvalues, { tokens }) =>
      kernels.weightGradient(before, dgates, weight.pattern.byRows(), dvalues, tokens),
  };
}

/** One below the other. One alone stays as it is: it is not copied at every step. */
export function stacked<S extends Shape>(weights: readonly Weight<S>[]): Tensor<S> {
  const [first, ...others] = weights.map((one) => dense(one)) as [Tensor<S>, ...Tensor<S>[]];
  return others.length === 0 ? first : concat([first, ...others]);
}

/** The backend's sparse kernels, if it has any and these weights are all sparse, no more than `most` of them stored. */
function sparseKernels(
  weights: readonly WeightMatrix[],
  most: number,
): { kernels: SparseKernels; parts: readonly Sparse<readonly [number, number]>[] } | undefined {
  const kernels = backend().kernels.sparse;
  const parts = weights.filter((weight) => weight instanceof Sparse);
  const [stored, size] = parts.reduce(([nnz, all], part) => [nnz + part.values.size, all + part.size], [0, 0]);
  return kernels === undefined || parts.length < weights.length || stored! > most * size!
    ? undefined
    : { kernels, parts };
}

/** Patterns of two weights as one, by the first and the second: for both manners. They live as long as both. */
type Joined = WeakMap<Pattern, WeakMap<Pattern, Pattern>>;
const below: Joined = new WeakMap();
const beside: Joined = new WeakMap();

/** Weights of which a part is stored, as one: `to` says where each of their positions goes, in an order that ascends. One alone stays as it is. */
function joined(
  known: Joined,
  parts: readonly Sparse[],
  shape: readonly [number, number],
  to: (position: number, part: number) => number,
): Sparse {
  const [first, second] = parts as readonly [Sparse, Sparse | undefined];
  if (second === undefined) return first;
  const bySecond = known.get(first.pattern) ?? new WeakMap<Pattern, Pattern>();
  known.set(first.pattern, bySecond);
  let pattern = bySecond.get(second.pattern);
  if (pattern === undefined) {
    const positions = parts.flatMap((part, d) => Array.from(part.positions, (at) => to(at, d)));
    pattern = new Pattern("lstm", shape, Int32Array.from(positions));
    bySecond.set(second.pattern, pattern);
  }
  return new Sparse(shape, pattern, concat(parts.map(({ values }) => values)));
}
