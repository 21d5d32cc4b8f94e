import {
  type ExperimentSettings,
  finishedResults,
  type LevelResult,
  type NodeStore,
  RunFolderError,
  type Task,
} from "@ltt/lottery";

/**
 * The results of the same experiment with other seeds that earlier runs left in the folder: a report without them would replace theirs. Seeds
 * that lack a network with these settings are left out, and `say` hears of both.
 */
export async function otherSeeds(
  task: Task,
  settings: ExperimentSettings,
  store: NodeStore,
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

/** The seeds of all nodes of a folder, in rising order. */
async function seedsIn(store: NodeStore): Promise<number[]> {
  const seeds = new Set<number>();
  for (const hash of await store.hashes()) {
    try {
      const bytes = await (await store.find(hash))?.read("config.json");
      const { seed } = JSON.parse(new TextDecoder().decode(bytes)) as { seed?: unknown };
      if (typeof seed === "number") seeds.add(seed);
    } catch (error) {
      if (!(error instanceof RunFolderError || error instanceof SyntaxError)) throw error; // a damaged node has no seed to tell
    }
  }
  return [...seeds].sort((a, b) => a - b);
}
