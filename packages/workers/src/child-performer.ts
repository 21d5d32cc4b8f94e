import type { Network } from "@ltt/lottery";
import type { StoreAddress } from "./address.ts";
import { type MakeListener, NodeProcess } from "./node-process.ts";
import type { KnownPlan, Performer } from "./worker.ts";

export interface ChildOptions {
  /** The file that a child process runs: a call of `serveNodes`. */
  readonly main: string;
  readonly store: StoreAddress;
  /** Of each process. */
  readonly threads: number;
  /** Seconds after which a network in the making is kept again. Default 120. */
  readonly keepEvery?: number | undefined;
  readonly plugins?: readonly string[] | undefined;
  readonly say?: ((line: string) => void) | undefined;
}

/** Trains in child processes: one for each network at the same time, which stays for the next networks of the same plan. */
export class ChildPerformer implements Performer {
  readonly #options: ChildOptions;
  readonly #processes = new Map<number, { readonly plan: string; readonly process: NodeProcess }>();

  constructor(options: ChildOptions) {
    this.#options = options;
  }

  async make(slot: number, { id, bytes }: KnownPlan, network: Network, listener: MakeListener): Promise<void> {
    const { main, store, threads, keepEvery = 120, plugins = [], say = () => {} } = this.#options;
    let own = this.#processes.get(slot);
    if (own === undefined || own.plan !== id || own.process.hasEnded) {
      await own?.process.close();
      const process = new NodeProcess(main, { kind: "open", store, plan: bytes, threads, keepEvery, plugins }, say);
      own = { plan: id, process };
      this.#processes.set(slot, own);
    }
    try {
      await own.process.make(network, listener);
    } catch (error) {
      this.#processes.delete(slot); // the next network has a new one
      if (!listener.signal.aborted) await own.process.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#processes.values()].map(({ process }) => process.close()));
    this.#processes.clear();
  }
}
