import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Timing } from "./interleave.ts";
import { type Machine, machine, notedLoads, peakMemoryMb } from "./machine.ts";
import { median, quartiles } from "./quantile.ts";

const FOLDER = join(import.meta.dirname, "results");

/** One measurement of one side: a line of `--json`, an entry of a result file. */
export interface Measurement {
  readonly bench:
    | "kernel"
    | "sparse product"
    | "training"
    | "inference"
    | "lottery"
    | "jobs"
    | "growing"
    | "latency"
    | "queue";
  readonly name: string;
  /** `ltt`, or the other program with its version. */
  readonly side: string;
  readonly backend: string;
  /** `strict`: multiply, round, add, round; `fma`: multiply, add, round. */
  readonly arithmetic: string;
  readonly threads: number;
  /** Bits of its vectors, where a backend has a choice. */
  readonly width?: number;
  /** Fraction of weights left. */
  readonly density: number;
  /** Of rates, more is better; of seconds, less. */
  readonly unit: "samples/s" | "GFLOP/s" | "networks/s" | "s";
  /** Of each round, in their order. Measurements of one group took their rounds in turn. */
  readonly values: readonly number[];
  readonly median: number;
  readonly quartiles: readonly [number, number];
  readonly best: number;
  /** Of a step, where its products are counted: see `lstmFlops`. */
  readonly gflops?: number;
  /** Resident, of the process that measured; of one that did nothing else, for a pruned network and its dense one. */
  readonly peakMemoryMb: number;
  /** What the memory of all tensors had grown to. */
  readonly tensorsMb?: number;
  /** Of what answers, on disk. */
  readonly bytes?: number;
}

/** After the name of a network whose gates are computed again. */
export const RECOMPUTED = ", recomputed";

/** Measurements whose rounds were taken in turn: the ratio of two is taken round by round. */
export interface Group {
  readonly title: string;
  readonly measurements: readonly Measurement[];
}

export interface ResultFile {
  /** The name of the file, without `.json`. */
  readonly name: string;
  /** What to type to measure it again; folders are left out. */
  readonly command: string;
  /** When it ended, ISO 8601. */
  readonly date: string;
  readonly machine: Machine;
  /** Load averages of a minute, noted once a round: what is measured counts, so N threads alone are N. */
  readonly load: { readonly before: number; readonly median: number; readonly highest: number };
  readonly groups: readonly Group[];
}

type Told = Pick<Measurement, "bench" | "name" | "backend" | "unit" | "values">;

/** A measurement of values, a value a round; what is not told is of `ltt`, dense, on one thread. */
export function measurement(fields: Told & Partial<Measurement>): Measurement {
  const { bench, name, side = "ltt", backend, threads = 1, density = 1, unit, values } = fields;
  return {
    ...{ bench, name, side, backend },
    arithmetic: backend === "wasm-fma" || backend.startsWith("native") ? "fma" : "strict",
    ...{ threads, density, unit, median: median(values), quartiles: quartiles(values) },
    best: unit === "s" ? Math.min(...values) : Math.max(...values),
    peakMemoryMb: peakMemoryMb(),
    ...fields,
  };
}

/** Rates of each round, when a step does that amount of work. */
export function ratesOf({ times }: Pick<Timing, "times">, amount: number): number[] {
  return times.map((time) => amount / time);
}

/** Writes what was measured into `benchmarks/results/NAME.json`, or where the name is a path, there. Returns the file. */
export function saveResults(name: string, groups: readonly Group[]): string {
  const loads = notedLoads();
  const [path, title] = /[/\\]|\.json$/.test(name)
    ? [name, name.replace(/^.*[/\\]|\.json$/g, "")]
    : [join(FOLDER, `${name}.json`), name];
  const { load: last, ...here } = machine();
  const before = loads[0] ?? last;
  const result: ResultFile = {
    name: title.replace(/\.json$/, ""),
    command: commandOf(process.env.npm_lifecycle_event, process.argv.slice(2)),
    date: new Date().toISOString(),
    machine: { ...here, load: last },
    load: { before, median: median([...loads, last]), highest: Math.max(...loads, last) },
    groups,
  };
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(result, rounded, 1)}\n`);
  console.log(`saved: ${path}; npm run bench:report puts it into docs/benchmarks.md`);
  return path;
}

/** `npm run SCRIPT -- ARGUMENTS`, every path by its last part: where things lie is the machine's business. */
export function commandOf(script: string | undefined, args: readonly string[]): string {
  const shown = args
    .map((arg) => arg.replaceAll(/[^\s=]*[/\\]([^\s/\\]+)/g, "$1"))
    .map((arg) => (/^[\w.,:=-]+$/.test(arg) ? arg : JSON.stringify(arg)));
  return ["npm run", script ?? "bench", "--", ...shown].join(" ");
}

/** Six digits are more than any clock gives. */
function rounded(_: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
}
