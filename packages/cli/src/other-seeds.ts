import {
  type ExperimentSettings,
  finishedResults,
  type LevelResult,
  RunFolderError,
  type Store,
  type Task,
} from "@ltt/lottery";

/**
 * The results of the same experiment with other seeds that earlier runs left in the folder: a report without them would replace theirs. Seeds
 * that lack a network with these settings are left out, and `say` hears of both.
 */
export async function otherSeeds<Input>(
  task: Task<Input>,
  settings: ExperimentSettings,
  store: Store,
  say?: (line: string) => void,
): Promise<LevelResult[]> {
  const results: LevelResult[] = [];
  for (const seed of await seedsIn(store)) {
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

/** The seeds of all nodes of a store, in rising order. */
async function seedsIn(store: Store): Promise<number[]> {
  const seeds = new Set<number>();
  for (const hash of await store.list()) {
    const seed = (await store.node(hash))?.params.seed;
    if (typeof seed === "number") seeds.add(seed);
  }
  return [...seeds].sort((a, b) => a - b);
}
