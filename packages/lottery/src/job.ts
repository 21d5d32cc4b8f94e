import { callable, type Kind, object } from "@ltt/core/arguments";

/** A network of an experiment: its node, and what messages call it. */
export interface Network {
  readonly hash: string;
  readonly label: string;
}

export interface JobListener {
  /** Called after every step, with the node that is trained: one that this network rests on, if that was damaged. */
  readonly onStep: (hash: string, step: number, loss: number) => void;
  /** Ends the training, of which is kept how far it is. */
  readonly signal: AbortSignal;
}

/** What trains networks of an experiment, one at a time: this process, or another one that works on the same store. */
export interface Job {
  /**
   * Resolves when the network is in the store.
   *
   * @throws the signal's reason, once the network in the making is kept.
   */
  make(network: Network, listener: JobListener): Promise<void>;
}

export const jobKind: Kind = {
  words: "a job: createJob(task, settings, options) makes one",
  accepts: (value) => object.accepts(value) && callable.accepts((value as Partial<Job>).make),
};
