import type { Csc, Kernels, PatternLayouts, StoredWeight } from "../../kernels/kernels.ts";
import { type Arithmetic, type Instance, instantiate } from "./instantiate.ts";
import { type Operands, TRIALS } from "./kernel-trials.ts";
import { createKernels } from "./kernels.ts";
import { LinearMemory, type Region } from "./memory.ts";
import { serial } from "./thread-pool.ts";

/** Bytes: trials are small. */
const ROOM = 2 ** 25;

/**
 * Runs the trials of all kernels in vectors of 128 and of 256 bits.
 *
 * @throws {Error} that names those whose results differ.
 */
export async function checkWide(arithmetic: Arithmetic): Promise<void> {
  const memory = new LinearMemory(ROOM);
  const [narrow, wide] = [await instantiate(memory, arithmetic, 128), await instantiate(memory, arithmetic, 256)];
  const differing = differingKernels(memory, narrow, wide);
  if (differing.length === 0) return;
  throw new Error(
    `wasm: in vectors of 256 bits ${differing.join(", ")} ${differing.length === 1 ? "has" : "have"} other bits here: use the width 128`,
  );
}

/**
 * Which kernels have other bits in `found` than in `expected`, both on this memory, after the trials of all of them.
 * Any NaN is as good as another.
 */
export function differingKernels(memory: LinearMemory, expected: Instance, found: Instance): (keyof Kernels)[] {
  const [these, those] = [expected, found].map(({ exports }) => createKernels(exports, memory, serial(exports))) as [
    Kernels,
    Kernels,
  ];
  return (Object.keys(TRIALS) as (keyof Kernels)[]).filter((name) => {
    const [a, b] = [bitsOf(memory, these, name), bitsOf(memory, those, name)];
    return a.some((word, i) => word !== b[i]);
  });
}

/** All that a trial's operands hold when it is over. */
function bitsOf(memory: LinearMemory, kernels: Kernels, name: keyof Kernels): number[] {
  const made: Region[] = [];
  const trial = TRIALS[name] as (kernel: unknown, operands: Operands) => void;
  trial(kernels[name], operandsIn(memory, made));
  const bits = made.flatMap((region) =>
    Array.from(memory.integers(region), (word) => ((word & 0x7fffffff) > 0x7f800000 ? 0x7fc00000 : word)),
  );
  for (const region of made) memory.release(region);
  return bits;
}

/** @param made - Gets what they are made of. */
function operandsIn(memory: LinearMemory, made: Region[]): Operands {
  let state = 1;
  /** In −1 … 1: a linear congruential generator (Numerical Recipes, 3rd ed., §7.1.4) is random enough for roundings. */
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  };
  const keep = (region: Region) => {
    made.push(region);
    return region;
  };
  const floats = (length: number, every = 1) =>
    keep(memory.upload(Float32Array.from({ length }, (_, i) => (i % every === 0 ? 3 * next() : 0))));
  const integers = (values: readonly number[]) => keep(memory.uploadIntegers(Int32Array.from(values)));
  return {
    floats,
    integers,
    room: (length) => keep(memory.upload(Float32Array.from({ length }, (_, i) => (i + 1) / 16))),
    indices: (length, below) =>
      integers(Array.from({ length }, () => Math.min(below - 1, Math.floor(Math.abs(next()) * below)))),
    stored: (shape, every, groups = 1) => storedOf(shape, every, groups, { floats, integers }),
  };
}

function storedOf(
  shape: readonly number[],
  every: number,
  groups: number,
  { floats, integers }: Pick<Operands, "floats" | "integers">,
): StoredWeight {
  const inner = shape.at(-1)!;
  const size = shape.reduce((product, n) => product * n, 1);
  const rows = size / inner;
  const groupOf = (at: number, n: number) => Math.floor((at * groups) / n);
  const positions = Int32Array.from({ length: size }, (_, at) => at).filter(
    (at) => at % every === 0 && groupOf(Math.floor(at / inner), rows) === groupOf(at % inner, inner),
  );
  const values = floats(positions.length);
  const layout = (columns: number, places: number, entryAt: (at: number) => readonly [number, number]): Csc => {
    const entries = Array.from(positions, (at, i) => [...entryAt(at), i] as const);
    entries.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const indptr = Array.from({ length: columns + 1 }, (_, j) => entries.filter(([column]) => column < j).length);
    const permutation = entries.map(([, , i]) => i);
    return {
      ...{ columns, inner: places, indptr: integers(indptr), indices: integers(entries.map(([, place]) => place)) },
      permutation: permutation.every((from, i) => from === i) ? undefined : integers(permutation),
    };
  };
  let [byRows, byColumns]: (Csc | undefined)[] = [];
  const pattern: PatternLayouts = {
    shape,
    size,
    positions,
    positionIndices: () => integers([...positions]),
    byRows: () => (byRows ??= layout(rows, inner, (at) => [Math.floor(at / inner), at % inner])),
    byColumns: () => (byColumns ??= layout(inner, rows, (at) => [at % inner, Math.floor(at / inner)])),
    byChannels: () => {
      const [width, channels, filters] = shape as readonly [number, number, number];
      return layout(channels, width * filters, (at) => {
        const row = Math.floor(at / filters);
        return [row % channels, (width - 1 - Math.floor(row / channels)) * filters + (at % filters)];
      });
    },
  };
  const whole = () => floats(size);
  return { values, pattern, whole };
}
