import { backend } from "@ltt/core";
import {
  type ExperimentSettings,
  experimentNodes,
  FolderStore,
  planExperiment,
  plannedNodes,
  runExperiment,
  type Task,
} from "@ltt/lottery";
import { toySettings, toyTask } from "../../lottery/test/toy-task.ts";
import {
  MirroredStore,
  openWorkStore,
  pack,
  QueueRun,
  queueAddress,
  storeAddress,
  type WorkPlan,
  workPlan,
} from "../src/index.ts";
import { sha256 } from "../src/sha256.ts";

/** The toy lottery of `@ltt/lottery`'s tests, whose every step takes so many milliseconds more. */
export function slowTask(milliseconds: number): Task<never> {
  const pause = () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
  const batches: typeof toyTask.batches = (seed) => {
    const { train, ...others } = toyTask.batches(seed);
    return {
      ...others,
      *train(epoch) {
        for (const batch of train(epoch)) {
          if (milliseconds > 0) pause();
          yield batch;
        }
      },
    };
  };
  return { ...toyTask, batches } as Task<never>;
}

const settings: ExperimentSettings = { ...toySettings, seeds: [1, 2], rounds: 2 };

/** What its data is packed as: nothing, for the task is code of this test. */
const data: Uint8Array = pack({ toy: 1 });

export function toyPlan(chosen: ExperimentSettings = settings): WorkPlan {
  const task = slowTask(0);
  const labels = new Map(
    planExperiment(task, chosen).map(({ network, arm, seed, round }) => [network as string, `${arm} ${seed} ${round}`]),
  );
  const nodes = experimentNodes(task, chosen);
  return workPlan({ title: "toy", backend: backend().name, data: sha256(data), nodes }, labels);
}

export interface Asked {
  readonly queue: string;
  readonly store: string;
  readonly folder: string;
  readonly surroundings: Parameters<typeof storeAddress>[1];
  readonly say?: (line: string) => void;
  readonly chosen?: ExperimentSettings;
}

/** Plans it, and waits until workers have trained all of it into the folder. */
export async function runQueued({
  queue,
  store: url,
  folder,
  surroundings,
  say,
  chosen = settings,
}: Asked): Promise<void> {
  const store = await openWorkStore(storeAddress(url, surroundings), { onDamage: say });
  const run = await QueueRun.begin({ queue: queueAddress(queue), store, plan: toyPlan(chosen), data, say });
  try {
    const near = await FolderStore.open(folder);
    const options = { store: new MirroredStore(near, store.nodes), clock: () => 0, jobs: run.jobs };
    for await (const _ of runExperiment(slowTask(0), chosen, options));
    for (const { hash, stored } of plannedNodes(slowTask(0), chosen, new Set())) {
      if (stored !== null) await options.store.read(hash); // weights along the way too, which nobody asked for yet
    }
  } finally {
    await run.close();
  }
}

/** Trains it in this process. */
export async function runLocally(folder: string, chosen: ExperimentSettings = settings): Promise<void> {
  const store = await FolderStore.open(folder);
  for await (const _ of runExperiment(slowTask(0), chosen, { store, clock: () => 0 }));
}
