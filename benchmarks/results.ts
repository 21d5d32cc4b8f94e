import { type Machine, machine, peakMemoryMb } from "./machine.ts";

/** One measurement: a line of `--json`, an entry of a result file. */
export interface Measurement {
  readonly bench: "kernel" | "sparse product" | "training" | "inference" | "lottery" | "jobs" | "growing";
  readonly name: string;
  readonly backend: string;
  /** `strict`: multiply, round, add, round; `fma`: multiply, add, round. */
  readonly arithmetic: string;
  readonly threads: number;
  /** Fraction of weights left. */
  readonly density: number;
  /** Median over blocks. */
  readonly samplesPerSecond?: number;
  /** Of a step, where its products are counted: see `lstmFlops`. */
  readonly gflops?: number;
  readonly seconds?: number;
  /** The same unit, of the fastest block. */
  readonly best: number;
  readonly quartiles?: readonly [number, number];
  /** Resident, of the process that measured; of one that did nothing else, for a pruned network and its dense one. */
  readonly peakMemoryMb: number;
}

export interface ResultFile {
  readonly machine: Machine;
  readonly measurements: readonly Measurement[];
}

export function measurement(
  fields: Omit<Measurement, "arithmetic" | "threads" | "density" | "peakMemoryMb">,
): Measurement {
  const arithmetic = fields.backend === "wasm-fma" ? "fma" : "strict";
  return { ...fields, arithmetic, threads: 1, density: 1, peakMemoryMb: peakMemoryMb() };
}

export function resultFile(measurements: readonly Measurement[]): ResultFile {
  return { machine: machine(), measurements };
}

/** What a measurement says, whatever its unit. */
export function figure({ samplesPerSecond, gflops, seconds }: Measurement): { value: number; unit: string } {
  if (samplesPerSecond !== undefined) return { value: samplesPerSecond, unit: "samples/s" };
  return gflops !== undefined ? { value: gflops, unit: "GFLOP/s" } : { value: seconds!, unit: "s" };
}
