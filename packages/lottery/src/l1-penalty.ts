import { add, mul, sign, type Tensor } from "@ltt/core";
import type { Optimiser, OptimiserState } from "@ltt/layers";

/** An optimiser of the loss and `λ · Σ|w|`: to each gradient comes `λ · sign(w)`, of weights that are 0 nothing. */
export class L1Penalty implements Optimiser {
  readonly #optimiser: Optimiser;
  readonly #strength: number;
  readonly #on: ReadonlySet<Tensor> | undefined;

  /**
   * @param strength - λ, above 0.
   * @param on - The parameters that the penalty is on. Default: all.
   */
  constructor(optimiser: Optimiser, strength: number, on?: ReadonlySet<Tensor>) {
    this.#optimiser = optimiser;
    this.#strength = strength;
    this.#on = on;
  }

  get parameters(): readonly Tensor[] {
    return this.#optimiser.parameters;
  }

  get learningRate(): number {
    return this.#optimiser.learningRate;
  }

  set learningRate(rate: number) {
    this.#optimiser.learningRate = rate;
  }

  get steps(): number {
    return this.#optimiser.steps;
  }

  step(gradients: readonly Tensor[]): void {
    const slope = (gradient: Tensor, i: number) => {
      const weight = this.parameters[i]!;
      if (this.#on?.has(weight) === false) return gradient;
      return add(gradient, mul(sign(weight), this.#strength));
    };
    this.#optimiser.step(gradients.map(slope));
  }

  state(): Promise<OptimiserState> {
    return this.#optimiser.state();
  }

  load(state: OptimiserState): void {
    this.#optimiser.load(state);
  }
}
