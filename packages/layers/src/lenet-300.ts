import { type Matrix, type Rng, relu } from "@ltt/core";
import { checkOptions, checkRng, checkTensor, type Kinds, positive } from "@ltt/core/arguments";
import { xavierNormal, zeros } from "./initialisers.ts";
import { neurons, readByLinear } from "./layer-units.ts";
import { Linear } from "./linear.ts";
import type { Model } from "./model.ts";
import { Module } from "./module.ts";
import type { UnitGroup, UnitModel } from "./units.ts";

export interface LeNet300Options {
  /** Pixels of an image. Default 784: 28 × 28. */
  readonly inputs?: number;
  /** Classes. Default 10. */
  readonly outputs?: number;
}

const OPTIONS: Kinds<LeNet300Options> = { inputs: positive, outputs: positive };

/**
 * LeNet-300-100: `[batch, inputs] → 300 → 100 → [batch, outputs]` with ReLU between: 266,200 weights and 410 biases. Weights start
 * Glorot-normal, biases at 0.
 *
 * @see LeCun, Bottou, Bengio & Haffner, “Gradient-based learning applied to document recognition”, Proceedings of the IEEE 1998; as in
 *   Frankle & Carbin, ICLR 2019, fig. 2.
 */
export class LeNet300 extends Module implements Model<Matrix>, UnitModel {
  readonly fc1: Linear;
  readonly fc2: Linear;
  readonly output: Linear;

  /**
   * @throws {TypeError} if an option is unknown or of the wrong kind, or there is no stream.
   * @throws {RangeError} if a size is not an integer from 1.
   */
  constructor(options: LeNet300Options, rng: Rng) {
    super();
    const { inputs = 784, outputs = 10 } = checkOptions("LeNet300", options, OPTIONS);
    checkRng("LeNet300", "rng", rng);
    const initialisers = { weight: xavierNormal(), bias: zeros() };
    this.fc1 = new Linear({ inputs, outputs: 300, initialisers }, rng.split("fc1"));
    this.fc2 = new Linear({ inputs: 300, outputs: 100, initialisers }, rng.split("fc2"));
    this.output = new Linear({ inputs: 100, outputs, initialisers }, rng.split("output"));
  }

  forward(x: Matrix): Matrix {
    checkTensor("LeNet300", "x", x, 2);
    return this.output.forward(relu(this.fc2.forward(relu(this.fc1.forward(x)))));
  }

  /** The neurons of both hidden layers. */
  units(): readonly UnitGroup[] {
    return [
      neurons("fc1", this.fc1, [readByLinear("fc2", this.fc2)]),
      neurons("fc2", this.fc2, [readByLinear("output", this.output)]),
    ];
  }
}
