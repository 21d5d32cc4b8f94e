// Trains networks that are sparse from the first step beside dense ones and tickets, from the same data, each row in a process of its own, and makes a table of them.
// Rows share a folder, so that the dense networks are trained once, by the row `dense`, which comes first.
//   npm run bench:sparse -- --data DATA [--scale short|long] [--rows dense,set,rigl] [--seeds 1,2,3] [--out FOLDER] [--json FILE]
import { fork } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { RunOptions } from "@ltt/cli";
import { machine } from "./machine.ts";

/** What a process of its own is told. */
export interface SparseJob {
  readonly options: RunOptions;
  /** The arm whose networks count; `dense`: the dense one alone. */
  readonly arm: string;
}

/** What a row took and gave: means over seeds. */
export interface SparseRow {
  readonly sparsity: number;
  readonly testAccuracy: number;
  /** Multiplications of the training steps of all networks that the row needs: three for each stored weight at each place, one for each absent weight where a gradient of it is computed. */
  readonly multiplications: number;
  /** Of all these networks, validations and exchanges included. */
  readonly seconds: number;
  /** Bytes: what the process has at most, and had when its data was ready. */
  readonly peak: number;
  readonly ready: number;
}

const AG_NEWS = { profile: "quick", maxLength: 64, validations: 8, patience: null, learningRate: 0.001 } as const;

/** Settings of the two pairs: see examples/results/README.md. */
const SCALES = {
  short: {
    "mnist-lenet": { profile: "quick", trainSize: 20_000, steps: 2000, validateEvery: 100 },
    "ag-news-cnn": { ...AG_NEWS, trainSize: 8000, epochs: 4 },
  },
  long: {
    "mnist-lenet": { profile: "quick", trainSize: 55_000, steps: 20_000, validateEvery: 100 },
    "ag-news-cnn": { ...AG_NEWS, trainSize: 39_990, epochs: 10 },
  },
} as const satisfies Record<string, Record<string, Omit<RunOptions, "pair">>>;

/** Rows: an arm, and the rounds after which nine tenths of the weights are gone. */
const ROWS = [
  { arm: "dense", arms: ["one-shot"], rounds: 0, rate: 0.9 },
  { arm: "winning-ticket", arms: ["winning-ticket"], rounds: 10, rate: 0.2057 },
  { arm: "one-shot", arms: ["one-shot"], rounds: 1, rate: 0.9 },
  { arm: "set", arms: ["set"], rounds: 1, rate: 0.9 },
  { arm: "rigl", arms: ["rigl"], rounds: 1, rate: 0.9 },
] as const;

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    out: { type: "string", default: "runs/sparse-table" },
    json: { type: "string" },
    seeds: { type: "string", default: "1,2,3" },
    scale: { type: "string", default: "short" },
    rows: { type: "string", default: ROWS.map(({ arm }) => arm).join() },
  },
});
const settingsOf = known("scale", SCALES, values.scale);
const rowOfName = Object.fromEntries(ROWS.map((row) => [row.arm, row]));
const asked = values.rows.split(",").map((name) => known("rows", rowOfName, name));
const found: Record<string, Record<string, SparseRow>> = {};
for (const [pair, settings] of Object.entries(settingsOf)) {
  const rows: Record<string, SparseRow> = {};
  for (const { arm, arms, rounds, rate } of asked) {
    const options: RunOptions = {
      ...{ pair: pair as keyof typeof settingsOf, ...settings, arms, rounds, rate, rates: {}, threads: 1 },
      ...{ seeds: values.seeds.split(",").map(Number), out: join(values.out, values.scale, pair) },
      ...(values.data === undefined ? {} : { data: values.data }),
    };
    rows[arm] = await rowOf({ options, arm });
    process.stderr.write(`${pair} ${arm}\n`);
  }
  found[pair] = rows;
  process.stdout.write(`${tableOf(pair, rows)}\n`);
}
if (values.json !== undefined)
  await writeFile(
    values.json,
    `${JSON.stringify({ machine: machine(), settings: settingsOf, rows: found }, null, 2)}\n`,
  );

function known<T>(option: string, all: Readonly<Record<string, T>>, name: string): T {
  if (!Object.hasOwn(all, name))
    throw new RangeError(`--${option}: there is no "${name}"; there are ${Object.keys(all)}`);
  return all[name]!;
}

async function rowOf(job: SparseJob): Promise<SparseRow> {
  const child = fork(fileURLToPath(new URL("sparse-table-row.ts", import.meta.url)));
  child.send(job);
  const [answer] = (await Promise.race([
    once(child, "message"),
    once(child, "exit").then(([code]) => {
      throw new Error(`the process that trains ${job.arm} ended with ${code}`);
    }),
  ])) as [SparseRow];
  return answer;
}

function tableOf(pair: string, rows: Readonly<Record<string, SparseRow>>): string {
  const { dense } = rows;
  const share = (value: number, of: number | undefined) => (of === undefined ? "–" : `${(value / of).toFixed(2)} ×`);
  const line = ([arm, row]: [string, SparseRow]) =>
    [
      arm,
      `${(100 * row.sparsity).toFixed(1)} %`,
      `${(100 * row.testAccuracy).toFixed(2)} %`,
      `${(row.multiplications / 1e9).toPrecision(4)} (${share(row.multiplications, dense?.multiplications)})`,
      `${row.seconds.toFixed(1)} (${share(row.seconds, dense?.seconds)})`,
      `${(row.peak / 1e6).toFixed(0)} (+${((row.peak - row.ready) / 1e6).toFixed(0)})`,
    ].join(" | ");
  const head =
    "arm | removed | test accuracy | multiplications of training, 10⁹ | seconds | peak memory, MB (above what data took)";
  return [
    `${pair}:`,
    "",
    `| ${head} |`,
    `|${" --- |".repeat(6)}`,
    ...Object.entries(rows).map((row) => `| ${line(row)} |`),
    "",
  ].join("\n");
}
