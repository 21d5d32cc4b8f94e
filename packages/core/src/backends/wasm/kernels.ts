import type {
  AdamAbsence,
  AdamStep,
  AxisView,
  ClassesSize,
  Conv1dSize,
  Csc,
  Kernels,
  LstmCellSize,
  MatmulSize,
  RmspropStep,
  RngKey,
  SgdStep,
  StridedPair,
  StridedView,
  TableRows,
  WeightGradientSize,
} from "../../kernels/kernels.ts";
import type { Exports } from "./instantiate.ts";
import { createLstmKernels, createSparseLstmKernels } from "./lstm.ts";
import type { LinearMemory, Region } from "./memory.ts";
import { ADAM, adamRates } from "./rates.ts";
import { createShare } from "./share.ts";
import { createSparseKernels } from "./sparse.ts";
import { forEachStrided } from "./strides.ts";
import type { Team } from "./team.ts";
import { createSparseWindowKernels, createWindowKernels } from "./windows.ts";

/** The upper word of the counters that `Rng` draws from. */
const DRAWS = 0x80000000;
/** Multiplications that take as long as a number of a dropout mask. */
const DRAW = 16;
/** Multiplications that take as long as to fetch a row of a table, and of its moments, that has not been in use for a while. */
const ROW = 500;
/** Multiplications below which a second thread takes longer to wake than it helps. */
const WORTH_A_THREAD = 120_000;
/** Up to this share of a gradient not being 0, adding its terms one by one is faster than a product. */
const SPARSE = 0.3;

/** Where the rows of a packed table begin, and the places of their elements; 0 if it is not packed. */
function packing(table: Csc | undefined): readonly [indptr: number, indices: number] {
  return table === undefined ? [0, 0] : [(table.indptr as Region).pointer, (table.indices as Region).pointer];
}

/** Elements of a row, on average. */
function rowLength({ dim, table }: TableRows): number {
  return table === undefined ? dim : table.indices.length / table.columns;
}

/**
 * The contract in terms of the compiled kernels: operands become pointers, walks four axes, options numbers. Nothing is copied.
 *
 * @param worth - Multiplications for which a thread is asked. Results are the same bits for any number.
 */
export function createKernels(
  simd: Exports,
  memory: LinearMemory,
  team: Team,
  worth: number = WORTH_A_THREAD,
): Kernels {
  const unary =
    (kernel: (x: number, out: number, bytes: number) => void) =>
    (x: Region, out: Region): void =>
      kernel(x.pointer, out.pointer, out.bytes);

  const binary =
    (kernel: Exports["add"]) =>
    (a: Region, b: Region, out: Region, walk: StridedPair): void =>
      forEachStrided(walk.shape, [walk.a, walk.b], (shape, [stepsA, stepsB], [atA, atB], at) =>
        kernel(a.pointer + atA!, b.pointer + atB!, out.pointer + at * 4, ...shape, ...stepsA!, ...stepsB!),
      );

  /**
   * Whether a gradient is taken term by term rather than as a product: where few terms are not 0, or where the other operand is not finite, so that a
   * product would add 0·∞.
   */
  const isSparse = (dy: Region, other: Region): boolean =>
    simd.countNonZero(dy.pointer, dy.length) <= SPARSE * dy.length || simd.allFinite(other.pointer, other.length) === 0;

  const share = createShare(memory, team, worth);

  const dense: Kernels = {
    fill: (value: number, out: Region) => simd.fill(value, out.pointer, out.bytes),
    exp: unary(simd.exp),
    log: unary(simd.log),
    log1p: unary(simd.log1p),
    sqrt: unary(simd.sqrt),
    abs: unary(simd.abs),
    sign: unary(simd.sign),
    tanh: unary(simd.tanh),
    sigmoid: unary(simd.sigmoid),
    relu: unary(simd.relu),
    reluGradient: unary(simd.reluGradient),
    add: binary(simd.add),
    sub: binary(simd.sub),
    mul: binary(simd.mul),
    div: binary(simd.div),

    stridedCopy: (a: Region, out: Region, { shape, strides, offset }: StridedView) =>
      forEachStrided(shape, [strides], (four, [steps], [from], at) =>
        simd.stridedCopy(a.pointer + offset * 4 + from!, out.pointer + at * 4, ...four, ...steps!),
      ),
    stridedScatter: (a: Region, out: Region, { shape, strides, offset }: StridedView) => {
      simd.fill(0, out.pointer, out.bytes);
      forEachStrided(shape, [strides], (four, [steps], [to], at) =>
        simd.stridedScatter(a.pointer + at * 4, out.pointer + offset * 4 + to!, ...four, ...steps!),
      );
    },
    concat: (
      parts: readonly Region[],
      out: Region,
      { outer, axes, inner }: { outer: number; axes: readonly number[]; inner: number },
    ) => {
      const row = axes.reduce((total, n) => total + n, 0) * inner * 4;
      let to = out.pointer;
      for (const [p, part] of parts.entries()) {
        const length = axes[p]! * inner;
        simd.copyRows(part.pointer, length * 4, to, row, outer, length);
        to += length * 4;
      }
    },

    sum: (x: Region, out: Region, { outer, axis, inner }: AxisView) =>
      share(
        "sum",
        { n: inner, work: (outer * axis * inner) / 4, grain: 16, scratch: simd.sumScratch(axis, inner) },
        (begin, end, at) => [
          ...[x.pointer + begin * 4, out.pointer + begin * 4, outer, axis, end - begin, inner * 4, at],
        ],
      ),
    max: (x: Region, lengths: Region | undefined, out: Region, argmax: Region, { outer, axis, inner }: AxisView) =>
      simd.max(x.pointer, lengths?.pointer ?? 0, out.pointer, argmax.pointer, outer, axis, inner),
    scatterArgmax: (dy: Region, argmax: Region, dx: Region, { outer, axis, inner }: AxisView) =>
      simd.scatterArgmax(dy.pointer, argmax.pointer, dx.pointer, outer, axis, inner),
    gatherArgmax: (x: Region, argmax: Region, y: Region, { outer, axis, inner }: AxisView) =>
      simd.gatherArgmax(x.pointer, argmax.pointer, y.pointer, outer, axis, inner),

    crossEntropy: (
      logits: Region,
      targets: Region,
      exponentials: Region,
      sums: Region,
      loss: Region,
      { batch, classes }: ClassesSize,
    ) => {
      const pointers = [logits, targets, exponentials, sums, loss].map(({ pointer }) => pointer);
      memory.borrow(batch * 4, (scratch) => simd.crossEntropy(...pointers, batch, classes, scratch));
    },
    crossEntropyGradient: (
      dloss: Region,
      exponentials: Region,
      sums: Region,
      targets: Region,
      dlogits: Region,
      { batch, classes }: ClassesSize,
    ) => {
      const pointers = [dloss, exponentials, sums, targets, dlogits].map(({ pointer }) => pointer);
      simd.crossEntropyGradient(...pointers, batch, classes);
    },

    matmul: (a: Region, b: Region, out: Region, { batch, m, k, n, transposeA, transposeB }: MatmulSize) => {
      const aRow = (transposeA ? m : k) * 4;
      const scratch = simd.productScratch(k, n, Number(transposeA));
      const flags = [Number(transposeA), Number(transposeB)];
      const work = batch * m * k * n;
      if (batch === 1) {
        share("matmul", { n: m, work, grain: 6, scratch }, (begin, end, at) => {
          const from = a.pointer + begin * (transposeA ? 4 : aRow);
          return [from, aRow, b.pointer, out.pointer + begin * n * 4, 1, end - begin, k, n, ...flags, at];
        });
        return;
      }
      share("matmul", { n: batch, work, scratch }, (begin, end, at) => {
        const [left, right, to] = [a.pointer + begin * m * k * 4, b.pointer + begin * k * n * 4, begin * m * n * 4];
        return [left, aRow, right, out.pointer + to, end - begin, m, k, n, ...flags, at];
      });
    },

    weightGradient: (x: Region, dy: Region, dweight: Region, { rows, groups, outputs, inputs }: WeightGradientSize) => {
      const [xRow, dyRow] = [groups * inputs * 4, groups * outputs * 4];
      const scratch = simd.weightGradientScratch(rows, outputs, inputs);
      const work = rows * outputs * inputs;
      for (let g = 0; g < groups; g++) {
        share("weightGradient", { n: outputs, work, grain: 6, scratch }, (begin, end, at) => {
          const to = dweight.pointer + (g * outputs + begin) * inputs * 4;
          const [from, d] = [x.pointer + g * inputs * 4, dy.pointer + (g * outputs + begin) * 4];
          return [from, xRow, d, dyRow, to, rows, end - begin, inputs, at];
        });
      }
    },

    conv1d: (x: Region, kernel: Region, y: Region, { batch, time, channels, width, filters }: Conv1dSize) => {
      const steps = time - width + 1;
      const scratch = simd.productScratch(width * channels, filters, 0);
      share("conv1d", { n: batch, work: y.length * width * channels, scratch }, (begin, end, at) => {
        const [from, to] = [x.pointer + begin * time * channels * 4, y.pointer + begin * steps * filters * 4];
        return [from, kernel.pointer, to, end - begin, time, channels, width, filters, at];
      });
    },
    conv1dInput: (dy: Region, kernel: Region, dx: Region, { batch, time, channels, width, filters }: Conv1dSize) => {
      const sparse = isSparse(dy, kernel);
      const steps = time - width + 1;
      const scratch = sparse ? kernel.bytes : simd.conv1dInputScratch(time, channels, width, filters);
      const work = dy.length * width * channels * (sparse ? SPARSE / 3 : 1);
      share(sparse ? "conv1dInputSparse" : "conv1dInputDense", { n: batch, work, scratch }, (begin, end, at) => {
        const [from, to] = [dy.pointer + begin * steps * filters * 4, dx.pointer + begin * time * channels * 4];
        return [from, kernel.pointer, to, end - begin, time, channels, width, filters, at];
      });
    },
    conv1dKernel: (x: Region, dy: Region, dkernel: Region, { batch, time, channels, width, filters }: Conv1dSize) => {
      const sparse = isSparse(dy, x);
      const bytes = sparse ? dkernel.length * 4 : simd.productScratch(time - width + 1, filters, 1);
      const run = sparse ? simd.conv1dKernelSparse : simd.conv1dKernelDense;
      memory.borrow(bytes, (scratch) =>
        run(x.pointer, dy.pointer, dkernel.pointer, batch, time, channels, width, filters, scratch),
      );
    },

    ...createWindowKernels(simd, memory, share, team.size),

    gatherRows: (table: Region, ids: Region, out: Region, { dim }: { dim: number }) =>
      simd.gatherRows(table.pointer, ids.pointer, out.pointer, ids.length, dim),
    scatterRows: (
      rows: Region,
      ids: Region,
      out: Region,
      { dim, except = -1 }: { dim: number; except?: number | undefined },
    ) => {
      simd.fill(0, out.pointer, out.bytes);
      share("scatterRows", { n: dim, work: rows.length / 4, grain: 16 }, (begin, end) => [
        ...[rows.pointer + begin * 4, ids.pointer, out.pointer + begin * 4, ids.length, end - begin, except, dim * 4],
      ]);
    },

    dropoutMask: ([key0, key1]: RngKey, out: Region, { p }: { p: number }) => {
      const last = Math.ceil(p * 2 ** 32) - 1; // the largest word below p·2³²
      const kept = 1 / (1 - p);
      if (last < 0) return simd.fill(kept, out.pointer, out.bytes);
      share("dropoutMask", { n: out.length, work: out.length * DRAW, grain: 16 }, (begin, end) => [
        ...[key0, key1, begin / 2, DRAWS, out.pointer + begin * 4, end - begin, Math.min(last, 2 ** 32 - 1), kept],
      ]);
    },

    lstmCell: (
      input: Region,
      recurrent: Region,
      biasIh: Region,
      biasHh: Region,
      c: Region,
      gates: Region,
      states: Region,
      { batch, hidden }: LstmCellSize,
    ) => {
      const regions = [input, recurrent, biasIh, biasHh, c, gates, states];
      simd.lstmCell(...regions.map(({ pointer }) => pointer), batch, hidden);
    },
    lstmCellGradient: (
      dstates: Region,
      gates: Region,
      states: Region,
      c: Region,
      dgates: Region,
      dc: Region,
      { batch, hidden }: LstmCellSize,
    ) => {
      const regions = [dstates, gates, states, c, dgates, dc];
      simd.lstmCellGradient(...regions.map(({ pointer }) => pointer), batch, hidden);
    },
    ...createLstmKernels(simd, { memory, team, worth }),

    sgd: (gradient: Region, velocity: Region | undefined, weights: Region, step: SgdStep) =>
      simd.sgd(
        ...[gradient.pointer, velocity?.pointer ?? 0, weights.pointer, weights.bytes],
        ...[step.learningRate, step.momentum, step.weightDecay, 1 - step.dampening],
        ...[Number(step.nesterov), Number(step.first)],
      ),
    adam: (gradient: Region, m: Region, v: Region, weights: Region, step: AdamStep) =>
      share("adam", { n: weights.bytes, work: weights.length * ADAM, grain: 64 }, (begin, end) => [
        ...[gradient, m, v, weights].map(({ pointer }) => pointer + begin),
        end - begin,
        ...adamRates(step),
      ]),
    adamRows: (
      rows: Region,
      ids: Region,
      m: Region,
      v: Region,
      weights: Region,
      step: AdamStep & { dim: number; except?: number | undefined },
    ) => {
      const { dim, except = -1 } = step;
      if (dim % 4 !== 0) {
        // rows that begin amid a vector: written out, then updated as a whole
        return memory.borrow(weights.bytes, (whole) => {
          simd.fill(0, whole, weights.bytes);
          simd.scatterRows(rows.pointer, ids.pointer, whole, ids.length, dim, except, dim * 4);
          const pointers = [whole, m.pointer, v.pointer, weights.pointer];
          simd.adam(...pointers, weights.bytes, ...adamRates(step));
        });
      }
      share("adamRows", { n: weights.length / dim, work: weights.length * ADAM }, (begin, end) => [
        ...[rows.pointer, ids.pointer, ids.length, m.pointer, v.pointer, weights.pointer],
        ...[dim * 4, except, begin, end, ...adamRates(step)],
      ]);
    },
    adamPresent: (
      rows: Region,
      ids: Region,
      m: Region,
      v: Region,
      weights: Region,
      step: AdamStep & TableRows & { except?: number | undefined },
    ) => {
      const { dim, table, except = -1 } = step;
      const [indptr, indices] = packing(table);
      const work = ids.length * rowLength(step) * ADAM;
      share("adamPresent", { n: team.size, work, scratch: 48 }, (begin, end, part) => [
        ...[rows, ids, m, v, weights].map(({ pointer }) => pointer),
        ...[dim, indptr, indices, except, ids.length, begin, end, team.size, ...adamRates(step), part],
      ]);
    },
    adamReplay: (
      ids: Region,
      since: Region,
      rates: Region,
      m: Region,
      v: Region,
      weights: Region,
      size: AdamAbsence,
    ) => {
      const { dim, table, steps, beta1, beta2, epsilon } = size;
      const [indptr] = packing(table);
      const seen = memory.integers(since);
      let absent = 0;
      for (let i = 0; i < seen.length; i++) absent += steps - seen[i]!;
      const scratch = simd.adamReplayScratch(steps);
      const work = absent * rowLength(size) * ADAM + ids.length * ROW;
      share("adamReplay", { n: team.size, work, scratch }, (begin, end, at) => [
        ...[ids.pointer, since.pointer, ids.length, rates.pointer, steps, m.pointer, v.pointer, weights.pointer],
        ...[dim, indptr, begin, end, team.size],
        ...[beta1, beta2, 1 - beta1, 1 - beta2, epsilon, at],
      ]);
    },
    rmsprop: (gradient: Region, v: Region, velocity: Region | undefined, weights: Region, step: RmspropStep) =>
      simd.rmsprop(
        ...[gradient.pointer, v.pointer, velocity?.pointer ?? 0, weights.pointer, weights.bytes],
        ...[step.learningRate, step.alpha, step.epsilon, step.weightDecay, step.momentum, 1 - step.alpha],
      ),
  };
  const { expand, ...products } = createSparseKernels(simd, memory, share, dense);
  const sparse = {
    ...products,
    ...createSparseWindowKernels(simd, memory, share, team.size, dense),
    ...createSparseLstmKernels(simd, { memory, team, worth }),
  };
  return { ...dense, expand, sparse };
}
