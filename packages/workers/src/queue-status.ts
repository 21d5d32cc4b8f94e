import type { QueueAddress } from "./address.ts";
import { Board, type PlanOnBoard, type WorkerOnBoard } from "./board.ts";
import { connect } from "./connection.ts";
import { NetworkQueue } from "./network-queue.ts";

/** How far the plans of a queue are. */
export interface QueueStatus {
  readonly plans: readonly PlanOnBoard[];
  readonly workers: readonly WorkerOnBoard[];
  /** Networks that are being trained, and what a worker told of each last. */
  readonly active: readonly { readonly label: string; readonly progress: unknown }[];
  /** Networks that can begin, and those that wait a little before they are tried again. */
  readonly waiting: number;
  readonly delayed: number;
  /** Networks that failed for good, by node, and why. */
  readonly failed: ReadonlyMap<string, string>;
}

/** @throws {Error} if the queue cannot be reached. */
export async function queueStatus(address: QueueAddress): Promise<QueueStatus> {
  const redis = await connect(address);
  const [board, queue] = [new Board(redis, address), new NetworkQueue(address)];
  try {
    const { waiting, delayed } = await queue.counts();
    return {
      plans: await board.planStates(),
      workers: await board.workers(),
      active: await queue.active(),
      waiting,
      delayed,
      failed: await queue.failed(),
    };
  } finally {
    await queue.close();
    redis.disconnect();
  }
}
