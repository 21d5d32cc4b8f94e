import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Weight } from "@ltt/core";
import { decodeCheckpoint } from "@ltt/layers";
import { type Agreement, compareWeights, FolderStore, RunFolderError } from "@ltt/lottery";
import type { Command } from "commander";
import { pathOf, textOf } from "./option-values.ts";
import { checkIsFolder } from "./path-kind.ts";
import { seedOverlaps } from "./seed-overlap.ts";
import { widthOf, writeLines } from "./terminal.ts";

interface Flags {
  readonly out?: string;
  readonly arm?: string;
  readonly json?: true;
}

/** `ltt diff A B`: how two networks agree in their masks, signs and values. `ltt diff RUN`: how the masks of seeds do. */
export function addDiffCommand(program: Command): void {
  program
    .command("diff")
    .description("compare the masks, signs and values of two networks, tensor by tensor; or the masks of a run's seeds")
    .argument("<a>", "a node's folder, a node's hash with --out, or a safetensors file; or alone, a run folder", textOf)
    .argument("[b]", "another", textOf)
    .option("--out <dir>", "run folder that hashes are looked up in", pathOf)
    .option("--arm <name>", "of a run: whose masks (default: winning-ticket)", textOf)
    .option("--json", "one JSON object on standard output")
    .addHelpText(
      "after",
      `
stored   elements that A and B store; what is pruned is not stored
common   elements that both store
Jaccard  common / stored by either: 1 where the masks are the same
signs    of the common, the part with the same sign
distance of the common, the Euclidean distance of their values

Nodes are compared by their trained weights (weights.safetensors).

Of a run alone, each pair of seeds in each round: Jaccard of their masks, and what
random masks with as many weights of each tensor have on average. Tensors of which
nothing was removed do not count.`,
    )
    .action(diff);
}

async function diff(a: string, b: string | undefined, { out, arm, json }: Flags): Promise<void> {
  if (b === undefined) return diffSeeds(a, arm ?? "winning-ticket", json === true);
  if (arm !== undefined)
    throw new RangeError("ltt diff: --arm is of a run, whose seeds are compared; name the run alone");
  const [left, right] = [await weightsOf(a, out), await weightsOf(b, out)];
  const { tensors, all, others } = await compareWeights(left, right);
  if (tensors.length === 0) throw new RangeError(`ltt diff: ${a} and ${b} have no tensor of the same name and shape`);
  if (json === true) {
    process.stdout.write(`${JSON.stringify({ event: "diff", a, b, tensors, all, others })}\n`);
    return;
  }
  const rows = [...tensors.map(({ name, ...of }) => cells(name, of)), cells("all", all)];
  writeLines(process.stdout, tableOf([HEAD, ...rows], widthOf(process.stdout)));
  if (others.length > 0)
    writeLines(process.stdout, `not compared, in one only or of other shapes: ${others.join(", ")}`);
}

async function diffSeeds(run: string, arm: string, json: boolean): Promise<void> {
  await checkIsFolder(run, "name two networks, or a run's folder");
  const overlaps = await seedOverlaps(run, arm, (node) => weightsOfNode(run, node));
  if (json) {
    process.stdout.write(`${JSON.stringify({ event: "diff", run, arm, overlaps })}\n`);
    return;
  }
  const rows = overlaps.map(({ round, seeds, jaccard, byChance }) =>
    [`${round}`, seeds.join(", "), jaccard.toFixed(4), byChance.toFixed(4)].map((cell, i) =>
      cell.padStart([5, 9, 9, 11][i]!),
    ),
  );
  const head = ["round", "seeds", "Jaccard", "by chance"].map((cell, i) => cell.padStart([5, 9, 9, 11][i]!));
  writeLines(process.stdout, [head, ...rows].map((row) => row.join("")).join("\n"));
}

const HEAD = ["tensor", "stored A", "stored B", "common", "Jaccard", "signs", "distance"] as const;

function cells(name: string, { sizes, overlap, jaccard, sameSign, distance }: Agreement): string[] {
  return [
    name,
    String(sizes[0]),
    String(sizes[1]),
    String(overlap),
    jaccard.toFixed(4),
    sameSign === null ? "–" : sameSign.toFixed(4),
    distance.toPrecision(4),
  ];
}

/** Columns, the first to the left and cut to what the width leaves, the others to the right. */
function tableOf(rows: readonly (readonly string[])[], width: number): string {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const numbers = widths.slice(1).reduce((sum, each) => sum + each + 2, 0);
  const first = Math.max(8, Math.min(widths[0]!, width - numbers));
  const shown = (name: string) => (name.length <= first ? name : `…${name.slice(1 - first)}`);
  return rows
    .map(
      ([name, ...row]) =>
        shown(name!).padEnd(first) + row.map((cell, i) => `  ${cell.padStart(widths[i + 1]!)}`).join(""),
    )
    .join("\n");
}

/** Trained weights of a node, or those of a file. */
async function weightsOf(named: string, out: string | undefined): Promise<ReadonlyMap<string, Weight>> {
  const isHash = /^[0-9a-f]{16}$/.test(named);
  if (isHash && out !== undefined) {
    await checkIsFolder(out);
    return weightsOfNode(out, named);
  }
  const found = await stat(named).catch(() => undefined);
  if (found?.isDirectory() === true) return weightsOfNode(dirname(dirname(join(named, "."))), basename(named));
  if (found !== undefined) return decodeCheckpoint(await readFile(named), named).weights;
  throw new RunFolderError(
    isHash
      ? `ltt diff: ${named}: name its run folder with --out, or its own, as RUN/nodes/${named}`
      : `ltt diff: ${named}: there is no such node or file`,
  );
}

async function weightsOfNode(folder: string, hash: string): Promise<ReadonlyMap<string, Weight>> {
  const found = await stat(join(folder, "nodes", hash)).catch(() => undefined); // a store that is opened makes its folders
  const stored = found && (await (await FolderStore.open(folder)).read(hash));
  const bytes = stored?.files.get("weights.safetensors");
  if (bytes === undefined) throw new RunFolderError(`ltt diff: ${folder} has no node ${hash} with weights`);
  return decodeCheckpoint(bytes, `${stored!.place}/weights.safetensors`).weights;
}
