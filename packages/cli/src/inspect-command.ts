import type { Weight } from "@ltt/core";
import { decodeCheckpoint } from "@ltt/layers";
import { criteriaOf, FolderStore, inspectNetwork, maskOverlap, patternOf, RunFolderError, stopsOf } from "@ltt/lottery";
import type { InspectedNetwork } from "@ltt/report";
import type { Command } from "commander";
import { begin } from "./begin-run.ts";
import { noteInspection } from "./inspections.ts";
import { interruptible } from "./interruption.ts";
import { integerFrom, pathOf, textOf } from "./option-values.ts";
import { createProgress } from "./progress.ts";
import { latestRun, type NotedRun, optionsOfNode } from "./run-folder.ts";
import { writeLines } from "./terminal.ts";

interface Flags {
  readonly out: string;
  readonly data?: string;
  readonly siblings?: number;
  readonly between?: number;
  readonly json?: true;
}

/** `ltt inspect HASH --out RUN`: looks inside a network; `ltt report RUN` shows what was found. */
export function addInspectCommand(program: Command): void {
  program
    .command("inspect")
    .description("look inside a network of a run: movement, which layer matters, stability, overlap between seeds")
    .argument("<node>", "the network's hash, as in metrics.csv", textOf)
    .requiredOption("--out <dir>", "run folder", pathOf)
    .option("--data <dir>", "folder of the data (default: that of the run)", pathOf)
    .option("--siblings <step>", "train two copies from the weights after this step, 0: from the start", integerFrom(0))
    .option("--between <places>", "between the copies at which errors are measured (default: 30)", integerFrom(1))
    .option("--json", "one JSON object on standard output")
    .addHelpText(
      "after",
      `
moved     of the weights, from the start to the best: mean of |wT − w0|;
          w0 is 0 of a weight that the start did not have (set, rigl)
put back  test accuracy with one layer at its first, or at fresh, weights
          (Zhang et al. 2019); its first are at the positions of the start
barrier   greatest error between two copies that met other noise, minus the
          mean of theirs (Frankle et al. 2020); copies are nodes of the run

What is found stands in RUN/inspection.json; ltt report RUN shows it.`,
    )
    .action(inspect);
}

async function inspect(hash: string, { out, data, siblings, between, json }: Flags): Promise<void> {
  const options = { ...(await optionsOfNode(out, hash)), out, jobs: 1, ...(data === undefined ? {} : { data }) };
  const run = await latestRun(out);
  const network = run.covered.find(({ node }) => node === hash);
  if (network === undefined) throw new RunFolderError(`ltt inspect: ${out}: the latest run has no network ${hash}`);
  const { arm, seed, round } = network;
  const progress = createProgress(process.stderr);
  try {
    const found = await interruptible(async (signal): Promise<InspectedNetwork> => {
      signal.addEventListener("abort", progress.stop);
      const { prepared, settings } = await begin(options, { say: progress.say, signal });
      const { task } = prepared;
      const store = await FolderStore.open(out, { onDamage: progress.say });
      if (siblings !== undefined) progress.say(`copies of ${hash} are trained, unless they are in the run folder`);
      const inspection = await inspectNetwork(task, hash, store, {
        clock: () => performance.now() / 1000,
        ...{ signal, between, siblingsFrom: siblings },
        ...{ criteria: criteriaOf(task, settings.experiment), stops: stopsOf(task, settings.experiment) },
      });
      return { arm, seed, round, node: hash, ...inspection, overlaps: await overlapsOf(store, run, hash) };
    });
    progress.stop();
    await noteInspection(out, found);
    if (json === true) process.stdout.write(`${JSON.stringify({ event: "inspection", ...found })}\n`);
    else writeLines(process.stdout, wordsOf(found));
  } finally {
    progress.stop();
  }
}

/** How alike the masks of a ticket and of those of other seeds are. */
async function overlapsOf(
  store: FolderStore,
  { covered }: NotedRun,
  hash: string,
): Promise<InspectedNetwork["overlaps"]> {
  const own = covered.find(({ node }) => node === hash)!;
  if (own.round === 0) return [];
  const weights = await weightsOf(store, hash);
  const sizes = new Map(Array.from(weights!, ([name, { size }]) => [name, size]));
  const overlaps = [];
  for (const { node, arm, round, seed } of covered) {
    if (arm !== own.arm || round !== own.round || seed === own.seed) continue;
    const others = await weightsOf(store, node);
    if (others !== undefined) overlaps.push({ seed, ...maskOverlap(patternOf(weights!), patternOf(others), sizes) });
  }
  return overlaps;
}

async function weightsOf(store: FolderStore, node: string): Promise<ReadonlyMap<string, Weight> | undefined> {
  const bytes = (await store.read(node))?.files.get("weights.safetensors");
  return bytes && decodeCheckpoint(bytes, node).weights;
}

function wordsOf({
  arm,
  seed,
  round,
  accuracy,
  movement,
  inDense,
  layers,
  siblings,
  overlaps,
}: InspectedNetwork): string {
  const percent = (value: number) => `${(100 * value).toFixed(2)} %`;
  const moved = ({ mean, grew }: typeof movement.all) => `${mean.toPrecision(3)} on average, ${percent(grew)} grew`;
  const others = Object.keys(layers[0]?.accuracy ?? {});
  const width = Math.max(5, ...layers.map(({ layer }) => layer.length));
  return [
    `${arm}, seed ${seed}, round ${round}: test accuracy ${percent(accuracy)}`,
    `moved: ${moved(movement.all)}`,
    ...(inDense === undefined
      ? []
      : [`in the dense network: kept ${moved(inDense.kept)}; others ${moved(inDense.others)}`]),
    `${"layer".padEnd(width)}${others.map((what) => `put back to ${what}`.padStart(21)).join("")}`,
    ...layers.map(
      (one) => one.layer.padEnd(width) + others.map((what) => percent(one.accuracy[what]!).padStart(21)).join(""),
    ),
    ...(siblings === undefined
      ? []
      : [`barrier: ${(100 * siblings.barrier).toFixed(2)} points between copies ${siblings.nodes.join(" and ")}`]),
    ...overlaps.map(
      (one) => `mask shared with seed ${one.seed}: ${one.jaccard.toFixed(4)}, by chance ${one.byChance.toFixed(4)}`,
    ),
  ].join("\n");
}
