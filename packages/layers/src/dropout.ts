import { dropout, type Shape, type Tensor } from "@ltt/core";
import { checkOptions, checkTensor, probability } from "@ltt/core/arguments";
import { type Context, checkContext } from "./context.ts";
import { Module } from "./module.ts";

/** Inverted dropout while training, nothing otherwise. */
export class Dropout extends Module {
  /** The probability that an element is dropped, in [0, 1). */
  readonly p: number;

  /** @throws {RangeError} if p is not in [0, 1). */
  constructor(options: { p?: number } = {}) {
    super();
    const { p = 0.5 } = checkOptions("Dropout", options, { p: probability });
    this.p = p;
  }

  forward<S extends Shape>(x: Tensor<S>, context: Context = {}): Tensor<S> {
    checkTensor("Dropout", "x", x);
    checkContext("Dropout", context);
    const { training } = context;
    return training === undefined ? x : dropout(x, this.p, training.rng);
  }
}
