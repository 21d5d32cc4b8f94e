import type { Weight } from "@ltt/core";
import {
  anyNumber,
  atLeast0,
  check,
  checkOptions,
  count,
  floats,
  type Kinds,
  map,
  object,
  positive,
} from "@ltt/core/arguments";
import { checkWeights, restore, snapshot } from "./parameters.ts";

export interface EarlyStoppingOptions {
  /** How many evaluations in a row may bring no improvement before it is time to stop. */
  readonly patience: number;
  /** An improvement is a loss below the best by more than this. Default 0. */
  readonly minDelta?: number;
}

/** What early stopping remembers between evaluations: for resuming. */
export interface EarlyStoppingState {
  /** Evaluations in a row that brought no improvement. */
  readonly waited: number;
  readonly best:
    | { readonly step: number; readonly loss: number; readonly values: ReadonlyMap<string, Float32Array> }
    | undefined;
}

const OPTIONS: Kinds<EarlyStoppingOptions> = { patience: positive, minDelta: atLeast0 };

const STATE: Kinds<EarlyStoppingState> = { waited: count, best: object };

const BEST: Kinds<NonNullable<EarlyStoppingState["best"]>> = { step: count, loss: anyNumber, values: map };

/**
 * Watches a validation loss, says when to stop, and keeps the best weights.
 *
 * Every improvement starts the patience anew. Of equal losses the earlier is the best.
 */
export class EarlyStopping {
  readonly #weights: ReadonlyMap<string, Weight>;
  readonly #patience: number;
  readonly #minDelta: number;
  #best: EarlyStoppingState["best"];
  #waited = 0;

  /**
   * @throws {TypeError} if the weights are no map of weights, or an option is unknown or of the wrong kind.
   * @throws {RangeError} if patience is not an integer from 1, or minDelta negative.
   */
  constructor(weights: ReadonlyMap<string, Weight>, options: EarlyStoppingOptions) {
    checkWeights("EarlyStopping", weights);
    const { patience, minDelta = 0 } = checkOptions("EarlyStopping", options, OPTIONS, ["patience"]);
    this.#weights = weights;
    this.#patience = patience;
    this.#minDelta = minDelta;
  }

  /** The best so far: undefined before the first evaluation. */
  get best(): { readonly step: number; readonly loss: number } | undefined {
    return this.#best && { step: this.#best.step, loss: this.#best.loss };
  }

  /**
   * Takes note of an evaluation after `step` steps, and copies the weights if it is the best.
   *
   * @returns whether it is time to stop.
   * @throws {RangeError} if the loss is NaN.
   */
  async update(step: number, loss: number): Promise<boolean> {
    check("EarlyStopping", "step", step, count);
    check("EarlyStopping", "loss", loss, anyNumber);
    if (Number.isNaN(loss)) throw new RangeError(`EarlyStopping: the loss after step ${step} is NaN`);
    if (this.#best === undefined || loss < this.#best.loss - this.#minDelta) {
      this.#waited = 0;
      this.#best = { step, loss, values: await snapshot(this.#weights) };
    } else {
      this.#waited++;
    }
    return this.#waited >= this.#patience;
  }

  /** What goes on to the same decisions after `load`. */
  state(): EarlyStoppingState {
    return { waited: this.#waited, best: this.#best };
  }

  /** Goes on from a state. */
  load(state: EarlyStoppingState): void {
    const { waited, best } = checkOptions("EarlyStopping: state", state, STATE, ["waited"]);
    if (best !== undefined) {
      checkOptions("EarlyStopping: state.best", best, BEST, ["step", "loss", "values"]);
      for (const [name, values] of best.values)
        check("EarlyStopping: state.best", `values of "${name}"`, values, floats);
    }
    this.#waited = waited;
    this.#best = best;
  }

  /**
   * Puts the best weights back.
   *
   * @throws {Error} if nothing has been evaluated.
   */
  restore(): void {
    if (this.#best === undefined) throw new Error("EarlyStopping: nothing to restore: no evaluation has been noted");
    restore(this.#weights, this.#best.values);
  }
}
