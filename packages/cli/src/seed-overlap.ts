import type { Weight } from "@ltt/core";
import { type MaskOverlap, maskOverlap, patternOf, RunFolderError } from "@ltt/lottery";
import { plannedRuns } from "./run-file.ts";

/** How alike the masks of one round are, of two seeds. */
export interface SeedOverlap extends MaskOverlap {
  readonly round: number;
  readonly seeds: readonly [number, number];
}

/**
 * The overlap of an arm's masks between the seeds of a run folder, round by round, each pair of seeds once: do searches that begin with
 * other weights find the same tickets?
 *
 * @param weightsOf - The trained weights of a node.
 * @throws {RunFolderError} if the folder has no run, or the arm has no round with two seeds.
 */
export async function seedOverlaps(
  folder: string,
  arm: string,
  weightsOf: (node: string) => Promise<ReadonlyMap<string, Weight>>,
): Promise<readonly SeedOverlap[]> {
  const runs = await plannedRuns(folder);
  if (runs.length === 0)
    throw new RunFolderError(`ltt diff: ${folder}: there is no run: name two networks, or a run's folder`);
  const networks = runs.flatMap(({ networks, covered = [] }) => [...networks, ...covered]);
  const arms = [...new Set(networks.map((network) => network.arm))];
  if (!arms.includes(arm))
    throw new RunFolderError(`ltt diff: ${folder}: there is no arm ${arm}; it has ${arms.join(", ")}`);
  const nodes = new Map<string, (typeof networks)[number]>();
  for (const one of networks) {
    const name = `${one.round} ${one.seed}`; // of runs with other settings, the latest counts
    if (one.arm === arm && one.round > 0 && !nodes.has(name)) nodes.set(name, one);
  }
  const rounds = [...new Set(Array.from(nodes.values(), ({ round }) => round))].sort((a, b) => a - b);
  const overlaps: SeedOverlap[] = [];
  for (const round of rounds) {
    const own = [...nodes.values()].filter((one) => one.round === round).sort((a, b) => a.seed - b.seed);
    if (own.length < 2) continue;
    const weights = await Promise.all(own.map(({ node }) => weightsOf(node)));
    const sizes = new Map(Array.from(weights[0]!, ([name, { size }]) => [name, size]));
    const masks = weights.map((each) => patternOf(each));
    for (let a = 0; a < own.length; a++)
      for (let b = a + 1; b < own.length; b++)
        overlaps.push({ round, seeds: [own[a]!.seed, own[b]!.seed], ...maskOverlap(masks[a]!, masks[b]!, sizes) });
  }
  if (overlaps.length > 0) return overlaps;
  throw new RunFolderError(`ltt diff: ${folder}: no round of ${arm} has two seeds; run it with --seeds 1,2,3`);
}
