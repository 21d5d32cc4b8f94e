import type { Network, TicketFor } from "@ltt/lottery";
import type { RunOptions } from "./run-options.ts";
import type { TaskData } from "./task-of.ts";

/** What a command tells a process that trains for it. */
export type ToJob =
  /**
   * What was read, what to do with it, and the run folder. Once, before anything else. Options name plugins, whose code no message holds.
   */
  | {
      readonly kind: "begin";
      readonly data: TaskData;
      readonly options: RunOptions;
      readonly folder: string;
      /** Tickets of another run, which are in the folder. */
      readonly tickets: readonly TicketFor[];
    }
  /** Train a network; answered by `made`, `stopped` or `failed`. */
  | { readonly kind: "make"; readonly network: Network }
  /** Compute with so many threads from now on. */
  | { readonly kind: "threads"; readonly threads: number }
  /** Keep the network in the making. */
  | { readonly kind: "stop" };

/** What that process tells. */
export type FromJob =
  | { readonly kind: "step"; readonly hash: string; readonly step: number; readonly loss: number }
  | { readonly kind: "made" }
  | { readonly kind: "stopped" }
  | { readonly kind: "failed"; readonly message: string; readonly stack: string | undefined }
  /** A line for people: what was damaged in the folder. */
  | { readonly kind: "say"; readonly line: string };
