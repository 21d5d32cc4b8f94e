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
import { normedTask } from "../../lottery/test/normed-task.ts";
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

/** A toy lottery: its task is code of these tests, and what workers unpack names it. */
export interface Toy {
  readonly name: keyof typeof TASKS;
  readonly settings: ExperimentSettings;
}

/** Toys of `@ltt/lottery`'s tests; the network of images has batch normalisation. */
const TASKS = { texts: toyTask as Task<never>, images: normedTask as Task<never> };

/** 18 networks of the standard arms. */
export const TEXTS: Toy = { name: "texts", settings: { ...toySettings, seeds: [1, 2], rounds: 2 } };

/** Arms whose masks are searched for, and those that cut whole units. */
export const IMAGES: Toy = {
  name: "images",
  settings: { ...toySettings, arms: ["early-bird", "filters", "thinet", "slimming"] },
};

const dataOf = ({ name }: Toy): Uint8Array => pack({ toy: name });

/** The task that unpacked data name, whose every step takes so many milliseconds more. */
export function slowTask(data: unknown, milliseconds: number): Task<never> {
  const task = TASKS[(data as { readonly toy: Toy["name"] }).toy];
  const pause = () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
  const batches: typeof task.batches = (seed) => {
    const { train, ...others } = task.batches(seed);
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
  return { ...task, batches };
}

export function toyPlan(toy: Toy = TEXTS): WorkPlan {
  const task = TASKS[toy.name];
  const labels = new Map(
    planExperiment(task, toy.settings).map(({ network, arm, seed, round }) => [
      network as string,
      `${arm} ${seed} ${round}`,
    ]),
  );
  const nodes = experimentNodes(task, toy.settings);
  return workPlan({ title: "toy", backend: backend().name, data: sha256(dataOf(toy)), nodes }, labels);
}

export interface Asked {
  readonly queue: string;
  readonly store: string;
  readonly folder: string;
  readonly surroundings?: Parameters<typeof storeAddress>[1];
  readonly say?: ((line: string) => void) | undefined;
  readonly toy?: Toy | undefined;
}

/** Plans it, and waits until workers have trained all of it into the folder. */
export async function runQueued({ queue, store: url, folder, surroundings, say, toy = TEXTS }: Asked): Promise<void> {
  const store = await openWorkStore(storeAddress(url, surroundings), { onDamage: say });
  const run = await QueueRun.begin({ queue: queueAddress(queue), store, plan: toyPlan(toy), data: dataOf(toy), say });
  try {
    const task = TASKS[toy.name];
    const near = await FolderStore.open(folder);
    const options = { store: new MirroredStore(near, store.nodes), clock: () => 0, jobs: run.jobs };
    for await (const _ of runExperiment(task, toy.settings, options));
    for (const { hash, stored } of plannedNodes(task, toy.settings, new Set())) {
      if (stored !== null) await options.store.read(hash); // weights along the way too, which nobody asked for yet
    }
  } finally {
    await run.close();
  }
}

/** Trains it in this process. */
export async function runLocally(folder: string, { name, settings }: Toy = TEXTS): Promise<void> {
  const store = await FolderStore.open(folder);
  for await (const _ of runExperiment(TASKS[name], settings, { store, clock: () => 0 }));
}
