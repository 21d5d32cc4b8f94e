import { cpus, loadavg } from "node:os";
import { useBackend } from "@ltt/core";
import { FolderStore, RunFolderError } from "@ltt/lottery";
import type { Latencies } from "@ltt/report";
import type { Command } from "commander";
import { createBackend, describeBackend } from "./backends.ts";
import { measureLatency, writeLatencies } from "./latency.ts";
import { trialOf } from "./made-up-examples.ts";
import { integerFrom, textOf } from "./option-values.ts";
import { latestRun } from "./run-folder.ts";
import { writeLines } from "./terminal.ts";
import { storedNetwork } from "./trained-network.ts";

interface Flags {
  readonly arm: string;
  readonly seed?: number;
  readonly batch: number;
  readonly passes: number;
  readonly json?: true;
}

/** `ltt latency RUN`: how long the dense network and the tickets of a run take to answer; `ltt report RUN` shows it. */
export function addLatencyCommand(program: Command): void {
  program
    .command("latency")
    .description("measure how long the dense network and the tickets of a run take to answer")
    .argument("<run>", "run folder", textOf)
    .option("--arm <name>", "whose networks", "winning-ticket")
    .option("--seed <seed>", "of one seed (default: the first of the run)", integerFrom(0))
    .option("--batch <n>", "examples of a batch", integerFrom(1), 64)
    .option("--passes <n>", "whose median is told", integerFrom(1), 30)
    .option("--json", "one JSON object on standard output")
    .addHelpText(
      "after",
      `
Forward passes on one thread, networks in turn, on made-up examples: texts of 64
tokens or images of the right size. Reading and splitting texts is not counted.

What is found stands in RUN/latency.json and latency.csv, outside all nodes and the
tables of results: it changes no hash. ltt report RUN shows it, and so does the
model card that it writes.`,
    )
    .action(latency);
}

async function latency(folder: string, { arm, seed: asked, batch, passes, json }: Flags): Promise<void> {
  const { covered } = await latestRun(folder);
  const seeds = covered.map(({ seed }) => seed);
  const seed = asked ?? Math.min(...seeds);
  const chosen = covered
    .filter((network) => network.seed === seed && (network.arm === "dense" || network.arm === arm))
    .sort((a, b) => a.round - b.round);
  if (!chosen.some(({ round }) => round > 0))
    throw new RunFolderError(
      `ltt latency: ${folder}: the latest run has no network of arm ${arm}, seed ${seed}: it has ` +
        `${[...new Set(covered.map((network) => network.arm))].join(", ")} of seeds ${[...new Set(seeds)].join(", ")}`,
    );
  const backend = await createBackend(undefined, { threads: 1 });
  useBackend(backend);
  const store = await FolderStore.open(folder);
  const found = [];
  for (const network of chosen) {
    const stored = await store.read(network.node);
    if (stored !== undefined) found.push({ network, trial: trialOf((await storedNetwork(stored, folder)).network) });
  }
  const load = loadavg()[0]!;
  const clock = () => performance.now() / 1000;
  const measured = measureLatency(
    found.map(({ trial }) => trial),
    { batch, passes, clock },
  );
  const latencies: Latencies = {
    machine: `${cpus()[0]?.model.trim() ?? "unknown processor"}, Node ${process.versions.node}, load ${load.toFixed(1)}`,
    ...{ backend: describeBackend(backend), threads: 1, batch, passes },
    networks: found.map(({ network: { arm, seed, round, node } }, i) => ({ arm, seed, round, node, ...measured[i]! })),
  };
  await writeLatencies(folder, latencies);
  if (json === true) process.stdout.write(`${JSON.stringify({ event: "latency", ...latencies })}\n`);
  else writeLines(process.stdout, linesOf(latencies).join("\n"));
}

function linesOf({ networks, machine, backend, batch, passes }: Latencies): string[] {
  const dense = networks.find(({ arm }) => arm === "dense");
  const ms = (seconds: number) => (1000 * seconds).toPrecision(3).padStart(9);
  const times = (seconds: number, of: number | undefined) =>
    of === undefined ? "" : ` (${(of / seconds).toFixed(2)} × dense)`;
  const name = (arm: string, round: number) => (round === 0 ? arm : `${arm}, round ${round}`);
  const width = Math.max(...networks.map(({ arm, round }) => name(arm, round).length));
  return [
    `ms, medians of ${passes} passes in turn, one thread of ${backend}; ${machine}`,
    ...networks.map(
      (one) =>
        `${name(one.arm, one.round).padEnd(width)}  one example ${ms(one.one.median)}${times(one.one.median, dense?.one.median)}, ` +
        `${batch} ${ms(one.batch.median)}${times(one.batch.median, dense?.batch.median)}`,
    ),
  ];
}
