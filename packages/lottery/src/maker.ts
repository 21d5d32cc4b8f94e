import type { Rng } from "@ltt/core";
import type { Model } from "@ltt/layers";
import type { Graph } from "./graph.ts";
import type { StoredNetwork } from "./network-files.ts";
import type { Pattern, Values } from "./pattern.ts";
import type { Task } from "./task.ts";
import type { TrainNetworkOptions } from "./training-options.ts";
import type { TransferredTicket } from "./transfer.ts";

/** What the parts of the executor ask each other for, by a node's hash. */
export interface Maker<Input> {
  /** What messages about the task begin with. */
  readonly caller: string;
  readonly task: Task<Input>;
  readonly graph: Graph;
  readonly signal: AbortSignal | undefined;
  /** A network, from the store or trained. */
  train(hash: string, label: string): Promise<StoredNetwork>;
  /** How a network is trained. */
  training(hash: string): TrainNetworkOptions<Input>;
  mask(hash: string): Promise<Pattern>;
  /** A ticket of another run, as it was stored. */
  given(hash: string): Promise<TransferredTicket>;
  /** Whole tensors of `init`, the stored values of `at`; the buffers of either. */
  weights(hash: string): Promise<Values>;
  /** Whole tensors of weights; what has been pruned is 0. */
  whole(hash: string): Promise<Values>;
  init(hash: string): Promise<{ readonly model: Model<Input>; readonly values: Values }>;
  /** The first weights that a node rests on: what frozen tensors and shapes are taken from. */
  initOf(hash: string): string;
  /** What a training begins with. */
  startOf(trained: string): string;
  /** A new model of the task, checked. */
  create(by: "model" | "randomModel", rng: Rng): Model<Input>;
}
