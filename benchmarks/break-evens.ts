import {
  type Backend,
  type BreakEvens,
  createWasmBackend,
  Sparse,
  stream,
  tensor,
  useBackend,
  type WasmBackend,
} from "@ltt/core";
import { native } from "@ltt/native";

type Kind =
  | "bits"
  | "one row"
  | "many rows"
  | "few rows"
  | "values"
  | "gradient"
  | "rows"
  | "kernels"
  | "few units"
  | "many units";

/** A call that is timed, with a weight of that density. */
type Call = (backend: Backend, density: number) => () => void;

/** What is compared at each density: the dense kernel on what is written out, and the sparse one. */
const NEVER = breakEvensAt(0);
const ALWAYS = breakEvensAt(1);

const DENSITIES = [0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8];
/** Times each is timed, in turn: the median counts. */
const ROUNDS = 9;
/** Of "few rows": `half` of the break-even is FEW · (many − few) / (few − one). */
const FEW = 64;
/** Microseconds that a timing takes at least. */
const LEAST = 4000;

/**
 * The time of the sparse kernels against the dense ones, for each break-even, and the density at which they are alike. Time is that which this process has computed, on one
 * thread, so that what else the machine does counts less.
 */
export async function breakEvens(name: string, width: 128 | 256): Promise<string[]> {
  const open = (breakEvens: BreakEvens) => openForm(name, width, breakEvens);
  const [dense, sparse] = [await open(NEVER), await open(ALWAYS)];
  const lines: string[] = [];
  for (const [kind, call] of Object.entries(CALLS)) {
    const ratios = DENSITIES.map((density) => ratioOf(call(sparse, density), call(dense, density)));
    const list = ratios.map((ratio, i) => `${DENSITIES[i]! * 100} %: ${ratio.toFixed(2)}`).join(", ");
    lines.push(
      `${name === "wasm-fma" ? `wasm-${width}` : name}, ${kind}: sparse : dense ${list}; alike at ${crossing(ratios)}`,
    );
  }
  await Promise.all([dense.close(), sparse.close()]);
  return lines;
}

function breakEvensAt(density: number): BreakEvens {
  const [product, recurrent] = [
    { one: density, many: density, half: 1 },
    { few: density, many: density },
  ];
  return { bits: density, product, values: density, gradient: density, rows: density, kernels: density, recurrent };
}

/** @throws {RangeError} unless it is one of those whose kernels take stored weights in several ways. */
async function openForm(name: string, width: 128 | 256, breakEvens: BreakEvens): Promise<WasmBackend> {
  const options = { arithmetic: "fma", breakEvens } as const;
  if (name === "wasm-fma") return createWasmBackend({ ...options, width });
  if (name === "native-256") return createWasmBackend({ ...options, native: native({ width: 256 }) });
  if (name === "native-512") return createWasmBackend({ ...options, native: native({ width: 512 }) });
  throw new RangeError(`--backend ${name}: break-evens are measured of wasm-fma, native-256 and native-512`);
}

/** The median of the ratios of times, each pair taken side by side. */
function ratioOf(one: () => void, other: () => void): number {
  const repeats = [one, other].map((body) => {
    body();
    const once = timeOf(body, 1);
    return Math.max(1, Math.ceil(LEAST / Math.max(1, once)));
  });
  const ratios = Array.from({ length: ROUNDS }, () => timeOf(one, repeats[0]!) / timeOf(other, repeats[1]!));
  return ratios.sort((a, b) => a - b)[ROUNDS >> 1]!;
}

/** Microseconds of a call. */
function timeOf(body: () => void, repeats: number): number {
  const before = process.cpuUsage();
  for (let i = 0; i < repeats; i++) body();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / repeats;
}

/** The density at which the ratio passes 1, on the straight line between two that were measured. */
function crossing(ratios: readonly number[]): string {
  const after = ratios.findIndex((ratio) => ratio > 1);
  if (after < 0) return `more than ${DENSITIES.at(-1)}`;
  if (after === 0) return `less than ${DENSITIES[0]}`;
  const [low, high] = [ratios[after - 1]!, ratios[after]!];
  const [from, to] = [DENSITIES[after - 1]!, DENSITIES[after]!];
  return (from + ((1 - low) / (high - low)) * (to - from)).toFixed(2);
}

const rng = stream(1, "break-evens");
const floats = (backend: Backend, length: number) => backend.upload(rng.normals(length));
const indices = (backend: Backend, length: number, below: number) =>
  backend.uploadIndices(Int32Array.from({ length }, () => rng.below(below)));

function stored(
  backend: Backend,
  shape: readonly [number, number] | readonly [number, number, number],
  density: number,
) {
  const before = useBackend(backend);
  const size = shape.reduce((product, n) => product * n, 1);
  const positions = Int32Array.from(
    rng
      .permutation(size)
      .subarray(0, Math.round(density * size))
      .sort(),
  );
  const values = tensor(rng.normals(positions.length), [positions.length]);
  const { pattern } = new Sparse(shape, positions, values);
  const [{ storage }, room, places] = [values, backend.allocate(size), pattern.positionIndices()];
  useBackend(before);
  const whole = () => {
    backend.kernels.expand!(storage, places, room);
    return room;
  };
  return { values: storage, pattern, whole };
}

/** Runs on that backend: layouts of a pattern are made on the one in use. */
function on(backend: Backend, body: () => void): () => void {
  return () => {
    const before = useBackend(backend);
    body();
    useBackend(before);
  };
}

/** A batch of AG News: its words, and windows of three widths. */
const WINDOWS = {
  rows: 1060,
  batch: 64,
  time: 64,
  channels: 100,
  widths: [3, 4, 5].map((width) => ({ width, filters: 100 })),
};
const FILTERS = 300;

const CALLS: Readonly<Record<Kind, Call>> = {
  bits: (backend, density) => {
    const [whole, { values, pattern }] = [backend.allocate(300 * 784), stored(backend, [300, 784], density)];
    return on(backend, () => {
      backend.kernels.expand!(values, pattern.positionIndices(), whole);
      backend.kernels.compress!(whole, pattern.positionIndices(), values);
    });
  },
  "one row": (backend, density) => product(backend, 1, density),
  "many rows": (backend, density) => product(backend, 2048, density),
  "few rows": (backend, density) => product(backend, FEW, density),
  values: (backend, density) => {
    const [m, k, n] = [512, 1024, 300];
    const [x, dy, weight] = [floats(backend, k * m), floats(backend, k * n), stored(backend, [m, n], density)];
    const size = { batch: 1, m, k, n, transposeA: true, transposeB: false };
    return on(backend, () => backend.kernels.matmul(x, dy, weight, size));
  },
  gradient: (backend, density) => {
    const [rows, outputs, inputs] = [2000, 512, 128];
    const [x, dy] = [floats(backend, rows * inputs), floats(backend, rows * outputs)];
    const weight = stored(backend, [outputs, inputs], density);
    return on(backend, () => backend.kernels.weightGradient(x, dy, weight, { rows, groups: 1, outputs, inputs }));
  },
  rows: (backend, density) => {
    const { rows, batch, time, channels, widths } = WINDOWS;
    const kernels = widths.map(({ width, filters }) => floats(backend, width * channels * filters));
    const packed = {
      table: stored(backend, [rows, channels], density),
      ids: backend.uploadIndices(Int32Array.from({ length: rows }, (_, i) => i)),
    };
    const [places, ends] = [
      indices(backend, batch * time, rows),
      backend.uploadIndices(new Int32Array(batch).fill(time)),
    ];
    const [words, y, argmax] = [
      floats(backend, rows * channels),
      backend.allocate(batch * FILTERS),
      backend.allocateIndices(batch * FILTERS),
    ];
    return on(backend, () => backend.kernels.maxOfWindows(words, packed, kernels, places, ends, y, argmax, WINDOWS));
  },
  kernels: (backend, density) => {
    const { rows, batch, time, channels, widths } = WINDOWS;
    const kernels = widths.map(({ width, filters }) => stored(backend, [width, channels, filters], density));
    const places = indices(backend, batch * time, rows);
    const [dy, argmax] = [floats(backend, batch * FILTERS), indices(backend, batch * FILTERS, time - 5)];
    const [words, drows] = [floats(backend, rows * channels), backend.allocate(rows * channels)];
    return on(backend, () => {
      backend.kernels.maxOfWindowsRows(dy, argmax, kernels, places, drows, WINDOWS);
      backend.kernels.maxOfWindowsKernels(dy, argmax, words, places, kernels, WINDOWS);
    });
  },
  "few units": (backend, density) => recurrent(backend, 128, density),
  "many units": (backend, density) => recurrent(backend, 256, density),
};

/** By a weight and by its transpose, as a layer's forward and backward passes compute them. */
function product(backend: Backend, m: number, density: number): () => void {
  const [k, n] = [784, 300];
  const [x, weight, dy] = [floats(backend, m * k), stored(backend, [n, k], density), floats(backend, m * n)];
  const [y, dx] = [backend.allocate(m * n), backend.allocate(m * k)];
  return on(backend, () => {
    backend.kernels.matmul(x, weight, y, { batch: 1, m, k, n, transposeA: false, transposeB: true });
    backend.kernels.matmul(dy, weight, dx, { batch: 1, m, k: n, n: k, transposeA: false, transposeB: false });
  });
}

function recurrent(backend: Backend, hidden: number, density: number): () => void {
  const [batch, time] = [64, 16];
  const tokens = batch * time;
  const size = { batch, tokens, hidden, directions: 1 } as const;
  const starts = backend.uploadIndices(Int32Array.from({ length: batch + 1 }, (_, i) => i * time));
  const weight = stored(backend, [4 * hidden, hidden], density);
  const [projected, bias] = [floats(backend, tokens * 4 * hidden), floats(backend, 4 * hidden)];
  const [gates, cells, dgates] = [4, 1, 4].map((n) => backend.allocate(tokens * n * hidden));
  const [states, dstates] = [
    backend.allocate((tokens + batch + 1) * hidden),
    floats(backend, (tokens + batch + 1) * hidden),
  ];
  return on(backend, () => {
    backend.kernels.lstm(projected, undefined, bias, weight, starts, gates!, cells!, states, size);
    backend.kernels.lstmGates(dstates, gates!, cells!, weight, starts, dgates!, size);
  });
}
