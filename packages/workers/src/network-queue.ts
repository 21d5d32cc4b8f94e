import type { Store } from "@ltt/lottery";
import { type JobsOptions, Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { QueueAddress } from "./address.ts";
import type { Board } from "./board.ts";
import { clientFor } from "./connection.ts";
import { type Payload, payloadOf } from "./payload.ts";
import type { PlannedNetwork, WorkPlan } from "./work-plan.ts";

/** Of the queue in Redis, after the address's prefix. */
export const QUEUE_NAME = "networks";

/** BullMQ limits neither attempts nor workers that die with a network: the store counts both. */
export const NO_LIMIT: number = 2 ** 31 - 1;

/** Milliseconds before a network that failed is tried again. */
const RETRY_AFTER = 1000;

/** The largest number that BullMQ has for the last to go. */
const LOWEST_PRIORITY = 2 ** 21 - 1;

/**
 * Networks that can be trained now, in Redis. Each is a job whose name is the node: adding it twice adds it once, whatever plan it is of.
 */
export class NetworkQueue {
  readonly #queue: Queue;
  readonly #redis: Redis;

  constructor(address: QueueAddress) {
    const { prefix } = address;
    this.#redis = clientFor(address);
    this.#queue = new Queue(QUEUE_NAME, { connection: this.#redis, prefix });
    this.#queue.on("error", () => {}); // it connects again by itself
  }

  /** Adds networks all of whose inputs are finished. */
  async add(plan: string, networks: readonly PlannedNetwork[]): Promise<void> {
    for (let at = 0; at < networks.length; at += BATCH) {
      await this.#queue.addBulk(networks.slice(at, at + BATCH).map((network) => jobOf(plan, network)));
    }
  }

  /** Forgets that networks have failed, so that they can be added again. */
  async forgetFailed(networks: readonly string[]): Promise<void> {
    const failed = await this.failed();
    for (const network of networks) {
      if (failed.has(network)) await this.#queue.remove(jobId(network));
    }
  }

  /** Networks that failed for good, and why. */
  async failed(): Promise<ReadonlyMap<string, string>> {
    const jobs = await this.#queue.getFailed();
    return new Map(jobs.flatMap(({ id, failedReason }) => (id === undefined ? [] : [[networkOf(id), failedReason]])));
  }

  /** Networks that are being trained, as workers last told. */
  async active(): Promise<{ readonly label: string; readonly progress: unknown }[]> {
    const jobs = await this.#queue.getActive();
    return jobs.map(({ data, progress }) => ({ label: String((data as Partial<Payload>)?.label), progress }));
  }

  /** Jobs by state. */
  async counts(): Promise<{ readonly waiting: number; readonly delayed: number; readonly active: number }> {
    const {
      wait = 0,
      prioritized = 0,
      delayed = 0,
      active = 0,
    } = await this.#queue.getJobCounts("wait", "prioritized", "delayed", "active");
    return { waiting: wait + prioritized, delayed, active };
  }

  async close(): Promise<void> {
    await this.#queue.close();
    this.#redis.disconnect();
  }
}

/** Commands of one request. */
const BATCH = 500;

function jobOf(plan: string, { hash, label, chain }: PlannedNetwork) {
  const opts: JobsOptions = {
    jobId: jobId(hash),
    priority: Math.max(1, LOWEST_PRIORITY - chain),
    attempts: NO_LIMIT,
    backoff: { type: "fixed", delay: RETRY_AFTER },
    removeOnComplete: true,
    removeOnFail: false,
  };
  return { name: "train", data: payloadOf(plan, hash, label), opts };
}

/** A name that is never a number alone, which BullMQ gives itself. */
function jobId(network: string): string {
  return `node-${network}`;
}

export function networkOf(jobId: string): string {
  return jobId.replace(/^node-/, "");
}

/** Notes that a network of a plan is finished, and adds those that waited for it alone. */
export async function release(
  { queue, board, nodes }: { readonly queue: NetworkQueue; readonly board: Board; readonly nodes: Store },
  id: string,
  { networks }: WorkPlan,
  finished: string,
): Promise<void> {
  await board.finish(id, finished);
  const next: PlannedNetwork[] = [];
  for (const network of networks) {
    const { hash, after } = network;
    if (!after.includes(finished) || !(await board.areFinished(id, after))) continue;
    const isThere = (await board.areFinished(id, [hash])) && (await nodes.has(hash));
    if (!isThere) next.push(network);
  }
  await queue.add(id, next);
}
