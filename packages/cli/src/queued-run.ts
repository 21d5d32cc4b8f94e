import { createHash } from "node:crypto";
import { backend } from "@ltt/core";
import {
  type ExperimentSettings,
  experimentNodes,
  FolderStore,
  type Job,
  planExperiment,
  type Store,
  type Task,
} from "@ltt/lottery";
import { counted } from "./jobs.ts";
import type { RunListener } from "./run-options.ts";
import type { TaskData } from "./task-of.ts";
import { storeTickets, type TransferredTickets } from "./tickets.ts";
import { workersPackage } from "./workers-package.ts";

/** A run whose networks are trained by workers elsewhere. */
export interface QueuedRun {
  /** The run folder, which gets what workers finish. */
  readonly store: Store;
  readonly jobs: readonly Job[];
  /** Leaves; workers go on. */
  readonly close: () => Promise<void>;
}

export interface QueuedOptions {
  readonly queue: string;
  /** Default: the run folder, which then all machines must see. */
  readonly store: string | undefined;
  readonly title: string;
  readonly folder: string;
  readonly task: Task;
  readonly data: TaskData;
  readonly experiment: ExperimentSettings;
  readonly transferred: TransferredTickets | undefined;
}

/**
 * Puts the networks of an experiment into a queue, and what is finished in the run folder into the store.
 *
 * @throws {Error} if the queue cannot be reached, the store refuses, or `@ltt/workers` is not installed.
 */
export async function beginQueued(options: QueuedOptions, { say }: Pick<RunListener, "say">): Promise<QueuedRun> {
  const { MirroredStore, openWorkStore, pack, QueueRun, queueAddress, storeAddress, workPlan } =
    await workersPackage("--queue");
  const { folder, task, experiment, transferred, title } = options;
  const queue = queueAddress(options.queue, process.env);
  const near = await FolderStore.open(folder, { onDamage: say });
  const store = await openWorkStore(storeAddress(options.store ?? folder, process.env), { onDamage: say });
  const both = new MirroredStore(near, store.nodes);
  if (transferred !== undefined) await storeTickets(transferred, both);

  const labels = new Map<string, string>();
  for (const { arm, seed, round, network } of planExperiment(task, experiment)) {
    if (!labels.has(network)) labels.set(network, `${arm}, seed ${seed}, round ${round}`);
  }
  const data = pack(options.data);
  const named = {
    title,
    backend: backend().name,
    data: createHash("sha256").update(data).digest("hex"),
    nodes: experimentNodes(task, experiment),
  };
  const plan = workPlan(named, labels);
  const there = new Set(await store.nodes.list());
  const here = new Set(await near.list());
  for (const { hash } of plan.networks) {
    const found = here.has(hash) && !there.has(hash) ? await near.read(hash) : undefined;
    if (found === undefined) continue;
    const { node: _node, files: _files, ...receipt } = found.receipt;
    await both.putIfAbsent(hash, found.files, receipt as { readonly seconds: number });
    there.add(hash);
  }
  const run = await QueueRun.begin({ queue, store, plan, data, say });
  const finished = plan.networks.filter(({ hash }) => there.has(hash)).length;
  say?.(
    `queue ${queue.shown}, store ${store.shown}: ${counted(plan.networks.length, "network")}, ${finished} of them finished; ` +
      "workers train the others, also when this command has left",
  );
  return { store: both, jobs: run.jobs, close: () => run.close() };
}
