import {
  type ExperimentSettings,
  finishedResults,
  type LevelResult,
  RunFolderError,
  type Store,
  type Task,
} from "@ltt/lottery";

/**
 * The results of the same experiment with other seeds that earlier runs left in the folder: a report without them would replace theirs.
 * Seeds that lack a network with these settings are left out, and `say` hears of both.
 */
export async function otherSeeds<Input>(
  task: Task<Input>,
  settings: ExperimentSettings,
  store: Store,
  say?: (line: string) => void,
): Promise<LevelResult[]> {
  const results: LevelResult[] = [];
  for (const seed of await seedsIn(store, say)) {
    if (settings.seeds.includes(seed)) continue;
    const finished = await finishedResults(task, { ...settings, seeds: [seed] }, store).catch((error: unknown) => {
      if (!(error instanceof RunFolderError)) throw error;
      say?.(error.message);
      return undefined;
    });
    results.push(...(finished ?? []));
    say?.(
      finished === undefined
        ? `seed ${seed} is in this folder too, but not finished with these settings: the report leaves it out`
        : `seed ${seed} is finished in this folder: the report covers it too`,
    );
  }
  return results;
}

/** The seeds of all nodes of a store, in rising order. What is no node of this version is said, and left alone. */
async function seedsIn(store: Store, say?: (line: string) => void): Promise<number[]> {
  const seeds = new Set<number>();
  let others = 0;
  for (const hash of await store.list()) {
    const node = await store.node(hash);
    if (node === undefined) others++;
    else if (typeof node.params.seed === "number") seeds.add(node.params.seed);
  }
  if (others > 0) {
    const what = others === 1 ? "1 node in this folder is" : `${others} nodes in this folder are`;
    say?.(`${what} of another version of ltt, or damaged: not used`);
  }
  return [...seeds].sort((a, b) => a - b);
}
