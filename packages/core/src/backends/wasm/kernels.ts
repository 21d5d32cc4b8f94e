import type {
  AdamStep,
  Conv1dSize,
  Kernels,
  LstmSize,
  MatmulSize,
  PairWalk,
  RmspropStep,
  SgdStep,
  Walk,
  WindowSize,
} from "../../kernels.ts";
import type { RngKey } from "../../rng.ts";
import type { AxisView } from "../../shape.ts";
import { power } from "../reference/updates.ts";
import type { Exports } from "./instantiate.ts";
import type { LinearMemory, Region } from "./memory.ts";
import { eachWalk } from "./strides.ts";

/** The upper word of the counters that `Rng` draws from. */
const DRAWS = 0x80000000;
/** Up to this share of a gradient not being 0, adding its terms one by one is faster than a product. */
const SPARSE = 0.3;

/** The contract in terms of the compiled kernels: operands become pointers, walks four axes, options numbers. Nothing is copied. */
export function createKernels(simd: Exports, memory: LinearMemory): Kernels {
  const unary =
    (kernel: (x: number, out: number, bytes: number) => void) =>
    (x: Region, out: Region): void =>
      kernel(x.pointer, out.pointer, out.bytes);

  const binary =
    (kernel: Exports["add"]) =>
    (a: Region, b: Region, out: Region, walk: PairWalk): void =>
      eachWalk(walk.shape, [walk.a, walk.b], (shape, [stepsA, stepsB], [atA, atB], at) =>
        kernel(a.pointer + atA!, b.pointer + atB!, out.pointer + at * 4, ...shape, ...stepsA!, ...stepsB!),
      );

  /**
   * Whether a gradient is taken term by term rather than as a product: where few terms are not 0, or where the other operand is not finite, so that a
   * product would add 0·∞.
   */
  const isSparse = (dy: Region, other: Region): boolean =>
    simd.countNonZero(dy.pointer, dy.length) <= SPARSE * dy.length || simd.allFinite(other.pointer, other.length) === 0;

  return {
    fill: (value: number, out: Region) => simd.fill(value, out.pointer, out.bytes),
    exp: unary(simd.exp),
    log: unary(simd.log),
    sqrt: unary(simd.sqrt),
    abs: unary(simd.abs),
    sign: unary(simd.sign),
    tanh: unary(simd.tanh),
    sigmoid: unary(simd.sigmoid),
    relu: unary(simd.relu),
    positive: unary(simd.positive),
    add: binary(simd.add),
    sub: binary(simd.sub),
    mul: binary(simd.mul),
    div: binary(simd.div),

    read: (a: Region, out: Region, { shape, strides, offset }: Walk) =>
      eachWalk(shape, [strides], (four, [steps], [from], at) =>
        simd.read(a.pointer + offset * 4 + from!, out.pointer + at * 4, ...four, ...steps!),
      ),
    place: (a: Region, out: Region, { shape, strides, offset }: Walk) => {
      simd.fill(0, out.pointer, out.bytes);
      eachWalk(shape, [strides], (four, [steps], [to], at) =>
        simd.place(a.pointer + at * 4, out.pointer + offset * 4 + to!, ...four, ...steps!),
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
      simd.sum(x.pointer, out.pointer, outer, axis, inner),
    max: (x: Region, lengths: Region | undefined, out: Region, winners: Region, { outer, axis, inner }: AxisView) =>
      simd.max(x.pointer, lengths?.pointer ?? 0, out.pointer, winners.pointer, outer, axis, inner),
    placeWinners: (dy: Region, winners: Region, dx: Region, { outer, axis, inner }: AxisView) =>
      simd.placeWinners(dy.pointer, winners.pointer, dx.pointer, outer, axis, inner),
    takeWinners: (x: Region, winners: Region, y: Region, { outer, axis, inner }: AxisView) =>
      simd.takeWinners(x.pointer, winners.pointer, y.pointer, outer, axis, inner),

    matmul: (a: Region, b: Region, out: Region, { batch, m, k, n, transposeA, transposeB }: MatmulSize) =>
      memory.borrow(simd.productScratch(k, n) >>> 0, (scratch) =>
        simd.matmul(a.pointer, b.pointer, out.pointer, batch, m, k, n, Number(transposeA), Number(transposeB), scratch),
      ),

    conv1d: (x: Region, kernel: Region, y: Region, { batch, time, channels, width, filters }: Conv1dSize) =>
      memory.borrow(simd.productScratch(width * channels, filters) >>> 0, (scratch) =>
        simd.conv1d(x.pointer, kernel.pointer, y.pointer, batch, time, channels, width, filters, scratch),
      ),
    conv1dInput: (dy: Region, kernel: Region, dx: Region, { batch, time, channels, width, filters }: Conv1dSize) => {
      const sparse = isSparse(dy, kernel);
      const bytes = sparse ? kernel.length * 4 : simd.conv1dInputScratch(time, channels, width, filters) >>> 0;
      const run = sparse ? simd.conv1dInputSparse : simd.conv1dInputDense;
      memory.borrow(bytes, (scratch) =>
        run(dy.pointer, kernel.pointer, dx.pointer, batch, time, channels, width, filters, scratch),
      );
    },
    conv1dKernel: (x: Region, dy: Region, dkernel: Region, { batch, time, channels, width, filters }: Conv1dSize) => {
      const sparse = isSparse(dy, x);
      const bytes = sparse ? dkernel.length * 4 : simd.productScratch(time - width + 1, filters) >>> 0;
      const run = sparse ? simd.conv1dKernelSparse : simd.conv1dKernelDense;
      memory.borrow(bytes, (scratch) =>
        run(x.pointer, dy.pointer, dkernel.pointer, batch, time, channels, width, filters, scratch),
      );
    },

    maxOfWindows: (
      rows: Region,
      kernel: Region,
      places: Region,
      windows: Region,
      y: Region,
      winners: Region,
      size: WindowSize,
    ) => {
      const { rows: count, batch, time, channels, width, filters } = size;
      memory.borrow(simd.maxOfWindowsScratch(count, channels, width, filters) >>> 0, (scratch) =>
        simd.maxOfWindows(
          ...[rows, kernel, places, windows, y, winners].map(({ pointer }) => pointer),
          ...[count, batch, time, channels, width, filters, scratch],
        ),
      );
    },
    maxOfWindowsRows: (
      dy: Region,
      winners: Region,
      kernel: Region,
      places: Region,
      drows: Region,
      { rows, batch, time, channels, width, filters }: WindowSize,
    ) =>
      memory.borrow(kernel.bytes, (scratch) =>
        simd.maxOfWindowsRows(
          ...[dy, winners, kernel, places, drows].map(({ pointer }) => pointer),
          ...[rows, batch, time, channels, width, filters, scratch],
        ),
      ),
    maxOfWindowsKernel: (
      dy: Region,
      winners: Region,
      rows: Region,
      places: Region,
      dkernel: Region,
      { rows: count, batch, time, channels, width, filters }: WindowSize,
    ) =>
      memory.borrow(dkernel.bytes, (scratch) =>
        simd.maxOfWindowsKernel(
          ...[dy, winners, rows, places, dkernel].map(({ pointer }) => pointer),
          ...[count, batch, time, channels, width, filters, scratch],
        ),
      ),

    gatherRows: (table: Region, ids: Region, out: Region, { dim }: { dim: number }) =>
      simd.gatherRows(table.pointer, ids.pointer, out.pointer, ids.length, dim),
    scatterRows: (
      rows: Region,
      ids: Region,
      out: Region,
      { dim, except = -1 }: { dim: number; except?: number | undefined },
    ) => {
      simd.fill(0, out.pointer, out.bytes);
      simd.scatterRows(rows.pointer, ids.pointer, out.pointer, ids.length, dim, except);
    },

    dropoutMask: ([key0, key1]: RngKey, out: Region, { p }: { p: number }) => {
      const last = Math.ceil(p * 2 ** 32) - 1; // the largest word below p·2³²
      const kept = 1 / (1 - p);
      if (last < 0) simd.fill(kept, out.pointer, out.bytes);
      else simd.dropoutMask(key0, key1, DRAWS, out.pointer, out.length, Math.min(last, 2 ** 32 - 1), kept);
    },

    lstm: (
      projected: Region,
      recurrent: Region,
      lengths: Region,
      gates: Region,
      states: Region,
      { batch, time, hidden, reverse }: LstmSize,
    ) =>
      withOrder(lengths, (order) =>
        memory.borrow(simd.lstmScratch(batch, hidden) >>> 0, (scratch) =>
          simd.lstm(
            ...[projected, recurrent, lengths, order, gates, states].map(({ pointer }) => pointer),
            ...[batch, time, hidden, Number(reverse), scratch],
          ),
        ),
      ),
    lstmGradient: (
      dstates: Region,
      gates: Region,
      states: Region,
      recurrent: Region,
      lengths: Region,
      dprojected: Region,
      { batch, time, hidden, reverse }: LstmSize,
    ) =>
      withOrder(lengths, (order) =>
        memory.borrow(simd.lstmScratch(batch, hidden) >>> 0, (scratch) =>
          simd.lstmGradient(
            ...[dstates, gates, states, recurrent, lengths, order, dprojected].map(({ pointer }) => pointer),
            ...[batch, time, hidden, Number(reverse), scratch],
          ),
        ),
      ),

    sgd: (gradient: Region, velocity: Region | undefined, weights: Region, step: SgdStep) =>
      simd.sgd(
        ...[gradient.pointer, velocity?.pointer ?? 0, weights.pointer, weights.bytes],
        ...[step.learningRate, step.momentum, step.weightDecay, 1 - step.dampening],
        ...[Number(step.nesterov), Number(step.first)],
      ),
    adam: (gradient: Region, m: Region, v: Region, weights: Region, step: AdamStep) =>
      simd.adam(
        ...[gradient.pointer, m.pointer, v.pointer, weights.pointer, weights.bytes],
        ...[step.beta1, step.beta2, 1 - step.beta1, 1 - step.beta2, step.epsilon, step.weightDecay],
        1 - step.learningRate * step.decoupledDecay,
        step.learningRate / (1 - power(step.beta1, step.step)),
        Math.sqrt(1 - power(step.beta2, step.step)),
      ),
    rmsprop: (gradient: Region, v: Region, velocity: Region | undefined, weights: Region, step: RmspropStep) =>
      simd.rmsprop(
        ...[gradient.pointer, v.pointer, velocity?.pointer ?? 0, weights.pointer, weights.bytes],
        ...[step.learningRate, step.alpha, step.epsilon, step.weightDecay, step.momentum, 1 - step.alpha],
      ),
  };

  /** The texts by falling length. */
  function withOrder(lengths: Region, body: (order: Region) => void): void {
    const ends = memory.integers(lengths).slice();
    const order = memory.allocate(ends.length);
    try {
      const texts = Int32Array.from(ends, (_, b) => b).sort((a, b) => ends[b]! - ends[a]!);
      memory.integers(order).set(texts);
      body(order);
    } finally {
      memory.release(order);
    }
  }
}
