import { mkdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { storedPositions, tensor, useBackend, type Weight } from "@ltt/core";
import {
  buffersOf,
  type Compacted,
  compact,
  countParameters,
  encodeCheckpoint,
  parametersOf,
  snapshot,
  type UnitModel,
  withParameters,
} from "@ltt/layers";
import { FolderStore, RunFolderError, writeAtomic } from "@ltt/lottery";
import type { Command } from "commander";
import { type Architecture, type Network, networkWith } from "./architecture.ts";
import { createBackend } from "./backends.ts";
import { type Pass, trialOf } from "./made-up-examples.ts";
import { pathOf, textOf } from "./option-values.ts";
import { writeLines } from "./terminal.ts";
import { storedNetwork } from "./trained-network.ts";

interface Flags {
  readonly out: string;
  readonly json?: true;
}

/** Examples that are computed together, and passes whose median is told, after as many that warm up. */
const [BATCH, PASSES] = [64, 20];

/** `ltt compact RUN/nodes/HASH --out DIR`: the network without the units that do nothing, as a smaller one. */
export function addCompactCommand(program: Command): void {
  program
    .command("compact")
    .description("make a network smaller: remove filters, neurons and hidden units that do nothing")
    .argument("<node>", "a network's folder, RUN/nodes/HASH", textOf)
    .requiredOption("--out <dir>", "folder for weights.safetensors and config.json", pathOf)
    .option("--json", "one JSON object on standard output")
    .addHelpText(
      "after",
      `
A unit does nothing if no weight reads it, or nothing reaches it; a constant that
it gives goes into the biases behind it. Outputs are the same bits where none is
moved so, else the same up to rounding. Of networks whose whole units were cut
(--arms filters, thinet, slimming) all that is left is dense.

Time is measured here and now, on ${BATCH} random examples, one thread: compare only
what was measured in one call.`,
    )
    .action(run);
}

async function run(node: string, { out, json }: Flags): Promise<void> {
  const folder = resolve(node);
  const [runFolder, hash] = [dirname(dirname(folder)), basename(folder)];
  const isThere = await stat(join(folder, "weights.safetensors")).catch(() => undefined); // a store that is opened makes its folders
  const stored = isThere && (await (await FolderStore.open(runFolder)).read(hash));
  if (stored === undefined)
    throw new RunFolderError(
      `${node}: is no trained network: name its folder, RUN/nodes/HASH; hashes stand in metrics.csv`,
    );
  useBackend(await createBackend(undefined, { threads: 1 }));
  const { architecture, network } = await storedNetwork(stored, runFolder);
  const compacted = await compact(network.module);
  const after = networkWith(compacted.model, network.shape);
  const whole = networkWith(await unpruned(network.module), network.shape);
  const trials = [whole, network, after].map(trialOf);

  const passes = trials.map(({ pass }) => pass(BATCH));
  const [one, other] = [passes[1]!.read(), passes[2]!.read()];
  const difference = one.reduce((most, value, i) => Math.max(most, Math.abs(value - other[i]!)), 0);
  const bytes = await checkpointOf(after);
  await mkdir(out, { recursive: true });
  await writeAtomic(join(out, "weights.safetensors"), bytes);
  await writeAtomic(join(out, "config.json"), `${JSON.stringify(configOf(hash, architecture, compacted), null, 2)}\n`);

  const times = timed(passes);
  const lengths = [(await checkpointOf(whole)).length, (await checkpointOf(network)).length, bytes.length];
  const [all, was, is] = [whole, network, after].map(({ module }, i) => ({
    ...sizeOf(module),
    ...{ macs: trials[i]!.macs, bytes: lengths[i]!, ms: times[i]! },
  })) as [Sized, Sized, Sized];
  const { groups, folded } = compacted;
  const units = groups.map(({ name, kind, count, kept }) => ({ name, kind, count, kept: kept.length }));
  if (json === true) {
    process.stdout.write(
      `${JSON.stringify({ event: "compact", node: hash, out, units, folded, difference, whole: all, before: was, after: is })}\n`,
    );
    return;
  }
  const row = (name: string, numbers: readonly number[], digits = 0) =>
    name.padEnd(31) +
    numbers.map((value) => shown(value, digits).padStart(13)).join("") +
    `${Math.round((100 * numbers.at(-1)!) / numbers[0]!)} %`.padStart(7);
  const sizes = (of: (size: Sized) => number) => [all, was, is].map(of);
  writeLines(
    process.stdout,
    [
      "".padEnd(31) + ["unpruned", "pruned", "compact"].map((head) => head.padStart(13)).join(""),
      ...units.map(({ name, kind, count, kept }) => row(`${name} (${kind})`, [count, count, kept])),
      row(
        "elements of tensors",
        sizes(({ elements }) => elements),
      ),
      row(
        "stored weights",
        sizes(({ stored }) => stored),
      ),
      row(
        "bytes of weights.safetensors",
        sizes(({ bytes }) => bytes),
      ),
      row(
        "multiplications an example",
        sizes(({ macs }) => macs),
      ),
      row(
        `ms for ${BATCH} examples, median`,
        sizes(({ ms }) => ms),
        3,
      ),
      difference === 0
        ? "outputs: the same bits"
        : `outputs: differ by ${difference.toExponential(1)} at most; ${folded} constants are in biases now`,
      `written: ${join(out, "weights.safetensors")}, config.json`,
    ].join("\n"),
  );
}

/** What a network weighs and takes. */
interface Sized {
  readonly elements: number;
  readonly stored: number;
  readonly macs: number;
  readonly bytes: number;
  readonly ms: number;
}

/** The same network with every weight stored, those that were pruned as 0: what it costs to compute it so. */
async function unpruned<M extends UnitModel>(model: M): Promise<M> {
  const values = await snapshot(parametersOf(model));
  const whole = Array.from(parametersOf(model), ([name, weight]): [string, Weight] => {
    const positions = storedPositions(weight);
    if (positions === undefined) return [name, weight];
    const all = new Float32Array(weight.size);
    for (const [i, at] of positions.entries()) all[at] = values.get(name)![i]!;
    return [name, tensor(all, weight.shape)];
  });
  return withParameters(model, new Map(whole));
}

function checkpointOf({ module }: Network): Promise<Uint8Array> {
  return encodeCheckpoint({ weights: parametersOf(module), buffers: buffersOf(module) });
}

/** What `weights.safetensors` is of: for `resized(new …(architecture), decodeCheckpoint(bytes))`. */
function configOf(node: string, architecture: Architecture, { model, groups, folded }: Compacted<UnitModel>) {
  const shapes = Object.fromEntries(Array.from(parametersOf(model), ([name, { shape }]) => [name, shape]));
  return { node, architecture, shapes, units: groups, folded };
}

function sizeOf(model: UnitModel): Pick<Sized, "elements" | "stored"> {
  const elements = [...parametersOf(model).values()].reduce((sum, { size }: Weight) => sum + size, 0);
  return { elements, stored: countParameters(model) };
}

/** Milliseconds of each pass, the median; taken in turns, so that whatever else runs meets all. */
function timed(passes: readonly Pass[]): number[] {
  const times: number[][] = passes.map(() => []);
  for (let round = 0; round < 2 * PASSES; round++)
    for (const [i, { run }] of passes.entries()) {
      const began = performance.now();
      run();
      if (round >= PASSES) times[i]!.push(performance.now() - began);
    }
  return times.map((all) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)]!);
}

function shown(value: number, digits: number): string {
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
