export {
  type FolderAddress,
  type QueueAddress,
  queueAddress,
  type S3Address,
  type S3Credentials,
  type StoreAddress,
  type Surroundings,
  storeAddress,
} from "./address.ts";
export type { Attempt, Attempts } from "./attempts.ts";
export type { BlobKind, Blobs } from "./blobs.ts";
export type { PlanOnBoard, WorkerOnBoard } from "./board.ts";
export { type ChildOptions, ChildPerformer } from "./child-performer.ts";
export { MirroredStore } from "./mirrored-store.ts";
export type { MakeListener } from "./node-process.ts";
export { pack, unpack } from "./packed.ts";
export { type Payload, Refusal } from "./payload.ts";
export { QueueRun, type QueueRunOptions } from "./queue-run.ts";
export { type QueueStatus, queueStatus } from "./queue-status.ts";
export type { S3Options } from "./s3-client.ts";
export { type NodeServer, serveNodes } from "./serve-nodes.ts";
export { type PlannedNetwork, type WorkPlan, workPlan } from "./work-plan.ts";
export { openWorkStore, type WorkStore, type WorkStoreOptions } from "./work-store.ts";
export { type KnownPlan, type Performer, type Worked, type WorkOptions, work } from "./worker.ts";
