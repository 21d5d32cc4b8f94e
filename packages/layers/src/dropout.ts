import { dropout, type Shape, type Tensor } from "@ltt/core";
import { type Context, Module } from "./module.ts";

/** Inverted dropout while training, nothing otherwise. */
export class Dropout extends Module {
  /** The probability that an element is dropped, in [0, 1). */
  readonly p: number;

  /** @throws {RangeError} if p is not in [0, 1). */
  constructor({ p = 0.5 }: { p?: number } = {}) {
    super();
    if (!(p >= 0 && p < 1)) throw new RangeError(`Dropout: p is ${p}; it is a probability in [0, 1)`);
    this.p = p;
  }

  forward<S extends Shape>(x: Tensor<S>, { training }: Context = {}): Tensor<S> {
    return training === undefined ? x : dropout(x, this.p, training.rng);
  }
}
