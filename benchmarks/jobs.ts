import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BackendName, Pair } from "@ltt/cli";
import { noteLoad } from "./machine.ts";
import { median } from "./quantile.ts";
import { type Measurement, measurement } from "./results.ts";

const LTT = fileURLToPath(new URL("../packages/cli/src/bin.ts", import.meta.url));

/** Ways to use all cores for a whole run, reading and report included, and one thread beside them. */
const WAYS = (cores: number) =>
  [
    { name: "1 job of 1 thread", options: ["--jobs", "1", "--threads", "1"] },
    { name: `1 job of ${cores} threads`, options: ["--jobs", "1", "--threads", `${cores}`] },
    { name: `${cores} jobs of 1 thread`, options: ["--jobs", `${cores}`, "--threads", "1"] },
  ] as const;

/**
 * Times `ltt run PAIR --profile quick` with jobs and with threads, in turn, from its start to its end, and says what jobs gain: with t = (one thread) / (all threads), the
 * speed-up by threads, N jobs are worth it from 0.9 · N / t times the speed of N threads.
 *
 * @param seconds - Rounds begin until these are over; there is one at least.
 */
export async function jobsBench(
  pair: Pair,
  backend: BackendName,
  seconds: number,
  data: string | undefined,
): Promise<{ measurements: Measurement[]; sentences: string[] }> {
  const cores = availableParallelism();
  const ways = WAYS(cores).map((way) => ({ ...way, times: [] as number[] }));
  for (const began = performance.now(); ways[0]!.times.length === 0 || performance.now() - began < 1000 * seconds; ) {
    noteLoad();
    for (const { options, times } of ways) times.push(await timed(pair, backend, options, data));
  }
  const [one, threads, jobs] = ways.map(({ times }) => median(times)) as [number, number, number];
  const gain = one / threads;
  const asked = (0.9 * cores) / gain;
  return {
    measurements: ways.map(({ name, times }) =>
      measurement({
        ...{ bench: "jobs", name: `ltt run ${pair} --profile quick, ${name}`, backend },
        ...{ unit: "s", values: times },
      }),
    ),
    sentences: [
      `${pair}: ${cores} threads are ${gain.toFixed(2)} × as fast as one; ${cores} jobs are ${(threads / jobs).toFixed(2)} × as fast as ${cores} threads; ` +
        `asked for are 0.9 · ${cores} / ${gain.toFixed(2)} = ${asked.toFixed(2)} ×: ${threads / jobs >= asked ? "reached" : "MISSED"}`,
    ],
  };
}

/** Seconds of a whole command. */
async function timed(
  pair: Pair,
  backend: BackendName,
  options: readonly string[],
  data: string | undefined,
): Promise<number> {
  const out = mkdtempSync(join(tmpdir(), "ltt-bench-"));
  try {
    const where = data === undefined ? [] : ["--data", data];
    const args = ["run", pair, "--profile", "quick", "--backend", backend, "--out", out, ...options, ...where];
    const began = performance.now();
    const child = spawn(process.execPath, [...process.execArgv, LTT, ...args], { stdio: "ignore" });
    const code = await new Promise((resolve) => child.on("close", resolve));
    if (code !== 0) throw new Error(`ltt ${args.join(" ")} ended with code ${code}`);
    return (performance.now() - began) / 1000;
  } finally {
    rmSync(out, { recursive: true });
  }
}
