import { type Matrix, maxPool2d, type Rng, relu, reshape, type Tensor4 } from "@ltt/core";
import { checkOptions, checkRng, checkTensor, type Kinds, positive } from "@ltt/core/arguments";
import { Conv2d } from "./conv2d.ts";
import { xavierNormal, zeros } from "./initialisers.ts";
import { filters, neurons, readByConv, readByLinear } from "./layer-units.ts";
import { Linear } from "./linear.ts";
import type { Model } from "./model.ts";
import { Module } from "./module.ts";
import type { UnitGroup, UnitModel } from "./units.ts";

export interface LeNet5Options {
  /** Height and width of an image. Default 28. */
  readonly size?: number;
  /** Default 1. */
  readonly channels?: number;
  /** Classes. Default 10. */
  readonly outputs?: number;
}

const OPTIONS: Kinds<LeNet5Options> = { size: positive, channels: positive, outputs: positive };

/**
 * LeNet-5 as papers on pruning train it: 5×5 convolutions of 20 and 50 filters without padding, a maximum over 2×2 behind each, and two
 * dense layers, 500, outputs; ReLU behind the first. Of 28×28 images 430,500 weights and 580 biases. Weights start Glorot-normal, biases at
 * 0.
 *
 * Departs from LeCun et al. (1998), who had fewer filters, means in the place of maxima, and tanh.
 *
 * @see Han, Pool, Tran & Dally, “Learning both weights and connections for efficient neural networks”, NIPS 2015, table 4.
 */
export class LeNet5 extends Module implements Model<Tensor4>, UnitModel {
  readonly convs: readonly Conv2d[];
  readonly fc1: Linear;
  readonly output: Linear;

  /**
   * @throws {TypeError} if an option is unknown or of the wrong kind, or there is no stream.
   * @throws {RangeError} if a size is not an integer from 1, or images have fewer than 16 × 16 pixels.
   */
  constructor(options: LeNet5Options, rng: Rng) {
    super();
    const { size = 28, channels = 1, outputs = 10 } = checkOptions("LeNet5", options, OPTIONS);
    checkRng("LeNet5", "rng", rng);
    const side = Math.floor((Math.floor((size - 4) / 2) - 4) / 2);
    if (side < 1) throw new RangeError(`LeNet5: images of ${size} × ${size} are too small; they have 16 × 16 at least`);
    const initialisers = { weight: xavierNormal(), bias: zeros() };
    this.convs = [
      new Conv2d({ channels, filters: 20, size: 5, initialisers }, rng.split("convs", 0)),
      new Conv2d({ channels: 20, filters: 50, size: 5, initialisers }, rng.split("convs", 1)),
    ];
    this.fc1 = new Linear({ inputs: 50 * side * side, outputs: 500, initialisers }, rng.split("fc1"));
    this.output = new Linear({ inputs: 500, outputs, initialisers }, rng.split("output"));
  }

  /** `[batch, channels, height, width] → [batch, outputs]` */
  forward(x: Tensor4): Matrix {
    checkTensor("LeNet5", "x", x, 4);
    const images = this.convs.reduce((y, conv) => maxPool2d(conv.forward(y), 2), x);
    const features = reshape(images, [images.shape[0], -1]) as Matrix;
    return this.output.forward(relu(this.fc1.forward(features)));
  }

  /** The filters of both convolutions, and the neurons of the hidden layer. */
  units(): readonly UnitGroup[] {
    const [first, second] = this.convs as readonly [Conv2d, Conv2d];
    const pixels = this.fc1.weight.shape[1] / second.weight.shape[0];
    return [
      { ...filters("convs.0", first, [readByConv("convs.1", second)]), isLinear: true },
      { ...filters("convs.1", second, [readByLinear("fc1", this.fc1, 0, pixels)]), isLinear: true },
      neurons("fc1", this.fc1, [readByLinear("output", this.output)]),
    ];
  }
}
