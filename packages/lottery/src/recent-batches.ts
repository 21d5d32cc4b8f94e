import type { Batch, Position } from "@ltt/layers";
import type { Batches } from "./task.ts";

/** The batches of a training, which remember the last ones that it took: it takes one ahead. */
export class RecentBatches<Input> {
  readonly #batches: Batches<Input>;
  readonly #taken: { readonly epoch: number; readonly index: number; readonly batch: Batch<Input> }[] = [];

  constructor(batches: Batches<Input>) {
    this.#batches = batches;
  }

  /** Those of an epoch. */
  *train(epoch: number): Generator<Batch<Input>> {
    let index = 0;
    for (const batch of this.#batches.train(epoch)) {
      this.#taken.push({ epoch, index: index++, batch });
      if (this.#taken.length > 2) this.#taken.shift();
      yield batch;
    }
  }

  /** The batch of the step that led to a position. Where training has just been taken up again its epoch is walked once more. */
  of(position: Position): Batch<Input> {
    const { epoch, index } =
      position.batch > 0
        ? { epoch: position.epoch, index: position.batch - 1 }
        : { epoch: position.epoch - 1, index: this.#batches.stepsPerEpoch - 1 };
    const known = this.#taken.find((taken) => taken.epoch === epoch && taken.index === index);
    if (known !== undefined) return known.batch;
    let passed = 0;
    for (const batch of this.#batches.train(epoch)) if (passed++ === index) return batch;
    throw new RangeError(`batches: epoch ${epoch} has ${passed} batches, not ${index + 1}`);
  }
}
