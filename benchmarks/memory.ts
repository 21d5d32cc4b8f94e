import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { BackendName } from "@ltt/cli";
import type { Pattern, Values } from "@ltt/lottery";
import type { BenchmarkInput } from "./inputs.ts";
import { type Network, networkOf, ticketOf } from "./training.ts";

/** What a process of its own is told: a network at a density, and the batches to train it on. */
export interface MemoryJob {
  readonly network: Network;
  readonly backend: BackendName;
  readonly threads: number;
  readonly rows: number;
  readonly outputs: number;
  /** Of an LSTM: gates are computed again. */
  readonly recompute: boolean;
  /** The largest initial weights of every tensor, if some are left out. */
  readonly ticket: { readonly pattern: Pattern; readonly values: Values } | undefined;
  readonly batches: readonly {
    readonly ids: Int32Array;
    readonly time: number;
    readonly lengths: Int32Array;
    readonly targets: Int32Array;
  }[];
}

/** In bytes. */
export interface MemoryUse {
  /**
   * What the memory that all tensors lie in has grown to: weights, optimiser, activations, gradients, scratch, index structures, and what lies free between them.
   * It never shrinks, and grows ahead of its use by an eighth at most.
   */
  readonly linear: number;
  /** The most of it that was in use at a time. */
  readonly peak: number;
  /** Resident memory of the whole process at its peak, Node and compiled code included, and before the network was made. */
  readonly resident: number;
  readonly idle: number;
}

/** Trains a network in a process of its own and tells the memory that it took. */
export async function memoryOf(
  network: Network,
  backend: BackendName,
  threads: number,
  density: number,
  { rows, outputs, padded }: BenchmarkInput,
  { recompute = false }: { recompute?: boolean } = {},
): Promise<MemoryUse> {
  const job: MemoryJob = {
    ...{ network, backend, threads, rows, outputs, recompute },
    ticket: density === 1 ? undefined : await ticketOf(networkOf(network, { rows, outputs }), density),
    batches: padded.map(({ input, lengths, targets }) => ({
      ...{ ids: input.data, time: input.shape[1], lengths: lengths.data, targets: targets.data },
    })),
  };
  const child: ChildProcess = fork(fileURLToPath(new URL("memory-of-training.ts", import.meta.url)), {
    serialization: "advanced",
    execArgv: [...process.execArgv, "--expose-gc"],
  });
  child.send(job);
  const [answer] = (await Promise.race([
    once(child, "message"),
    once(child, "exit").then(([code]) => {
      throw new Error(`the process that measures memory ended with ${code}`);
    }),
  ])) as [MemoryUse];
  return answer;
}
