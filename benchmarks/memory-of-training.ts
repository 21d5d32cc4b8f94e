// Started by memory.ts: trains one network, and answers with the memory that it took.
import { createBackend } from "@ltt/cli";
import { createReferenceBackend, tokens, useBackend, type WasmBackend } from "@ltt/core";
import { Adam, type Batch, type Model, parametersOf, trainable, withParameters } from "@ltt/layers";
import { sparseWeights } from "@ltt/lottery";
import type { MemoryJob, MemoryUse } from "./memory.ts";
import { networkOf, trainStep } from "./training.ts";

/** Twice through the batches: what a step takes depends on how many words its texts have. */
const STEPS = 32;

process.once("message", async (job: MemoryJob) => {
  process.send!(await measure(job), () => process.exit());
});

async function measure({
  network,
  backend: name,
  threads,
  ticket,
  rows,
  outputs,
  recompute,
  batches,
}: MemoryJob): Promise<MemoryUse> {
  const backend = await createBackend(name, { threads });
  useBackend(backend);
  const use = () => (backend as WasmBackend).memory();
  const resident = () => process.memoryUsage.rss();
  globalThis.gc!();
  const idle = resident();

  const model = create();
  globalThis.gc!();
  const optimiser = new Adam(trainable(parametersOf(model).values()), { learningRate: 1e-3 });
  let highest = 0;
  for (let step = 0; step < STEPS; step++) {
    await trainStep(model, optimiser, batchAt(step), step).reading;
    highest = Math.max(highest, resident());
  }
  const { total: linear, peak } = use();
  return { linear, peak, resident: highest, idle };

  /** A pruned network takes only its form from a dense one, which is made elsewhere: the memory measured never held it. */
  function create(): Model {
    if (ticket === undefined) return networkOf(network, { rows, outputs, recompute });
    useBackend(createReferenceBackend());
    const form = networkOf(network, { rows, outputs, recompute });
    useBackend(backend);
    return withParameters(form, sparseWeights(parametersOf(form), ticket.pattern, ticket.values));
  }

  function batchAt(step: number): Batch {
    const { ids, time, lengths, targets } = batches[step % batches.length]!;
    const batch = targets.length;
    return {
      input: tokens(ids, [batch, time]),
      lengths: tokens(lengths, [batch]),
      targets: tokens(targets, [batch]),
    };
  }
}
