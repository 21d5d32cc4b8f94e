import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { RunFolderError, writeAtomic } from "@ltt/lottery";
import { type Latencies, type Latency, renderLatencyCsv } from "@ltt/report";
import type { Trial } from "./made-up-examples.ts";

/**
 * What answers of a run's networks took: `latency.json` in its folder. Outside all nodes: no hash and no table of results has it, so the
 * same run gives the same bytes.
 */
const FILE = "latency.json";
const VERSION = 1;
/** Passes before anything is counted: V8 compiles hot code a second time while it runs. */
const WARM = 5;

/**
 * Seconds of a forward pass of one example and of a batch, without gradients: all networks in turn, pass by pass, so that what the machine
 * does to one it does to the others.
 *
 * @param clock - Seconds.
 * @param passes - Whose medians and quartiles are told, after some that warm up.
 */
export function measureLatency(
  trials: readonly Trial[],
  { batch, passes, clock }: { readonly batch: number; readonly passes: number; readonly clock: () => number },
): { readonly one: Latency; readonly batch: Latency }[] {
  const subjects = trials.map(({ pass }) => ({
    passes: [pass(1), pass(batch)] as const,
    times: [[], []] as [number[], number[]],
  }));
  for (let round = -WARM; round < passes; round++)
    for (const { passes: sizes, times } of subjects)
      for (const [i, { run }] of sizes.entries()) {
        const began = clock();
        run();
        if (round >= 0) times[i]!.push(clock() - began);
      }
  return subjects.map(({ times: [one, many] }) => ({ one: latencyOf(one), batch: latencyOf(many) }));
}

function latencyOf(times: readonly number[]): Latency {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
  return { median: at(0.5), quartiles: [at(0.25), at(0.75)] };
}

/** @throws {RunFolderError} if the file is of another version, or something else. */
export async function readLatencies(folder: string): Promise<Latencies | undefined> {
  const path = join(folder, FILE);
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw new RunFolderError(`${path}: ${error.message}`, { cause: error });
  });
  if (text === undefined) return undefined;
  try {
    const { version, ...latencies } = JSON.parse(text) as Latencies & { readonly version: number };
    if (version === VERSION && Array.isArray(latencies.networks)) return latencies;
  } catch {
    // told below
  }
  throw new RunFolderError(`${path}: is of another version of ltt, or damaged: remove it, and measure again`);
}

/** In place of what was measured before: latencies are compared only within one measurement. `latency.csv` has the same as a table. */
export async function writeLatencies(folder: string, latencies: Latencies): Promise<void> {
  await writeAtomic(join(folder, "latency.csv"), renderLatencyCsv([latencies]));
  await writeAtomic(join(folder, FILE), `${JSON.stringify({ version: VERSION, ...latencies }, null, 2)}\n`);
}
