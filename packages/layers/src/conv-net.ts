import { type Matrix, maxPool2d, type Rng, relu, reshape, type Tensor4 } from "@ltt/core";
import { checkOptions, checkRng, checkTensor, type Kinds, positive } from "@ltt/core/arguments";
import { Conv2d } from "./conv2d.ts";
import { xavierNormal, zeros } from "./initialisers.ts";
import { filters, neurons, readByConv, readByLinear } from "./layer-units.ts";
import { Linear } from "./linear.ts";
import type { Model } from "./model.ts";
import { Module } from "./module.ts";
import type { UnitGroup, UnitModel } from "./units.ts";

export interface ConvNetOptions {
  /** Convolutions: 2, 4 or 6. */
  readonly depth: 2 | 4 | 6;
  /** Height and width of an image, which the pools halve. Default 32. */
  readonly size?: number;
  /** Default 3. */
  readonly channels?: number;
  /** Classes. Default 10. */
  readonly outputs?: number;
}

const OPTIONS: Kinds<ConvNetOptions> = {
  depth: positive,
  size: positive,
  channels: positive,
  outputs: positive,
};

/** Filters of each pair of convolutions. */
const FILTERS = [64, 128, 256] as const;

/**
 * Conv-2, Conv-4 and Conv-6, small relatives of VGG: pairs of 3×3 convolutions with padding, of 64, 128 and 256 filters, a maximum over 2×2
 * behind each pair, and three dense layers, 256, 256, outputs; ReLU between. Of 32×32×3 images 4,300,992, 2,425,024 and 2,261,184 weights.
 * Weights start Glorot-normal, biases at 0.
 *
 * @see Frankle & Carbin, “The Lottery Ticket Hypothesis”, ICLR 2019, fig. 2.
 */
export class ConvNet extends Module implements Model<Tensor4>, UnitModel {
  readonly convs: readonly Conv2d[];
  readonly fc1: Linear;
  readonly fc2: Linear;
  readonly output: Linear;

  /**
   * @throws {TypeError} if an option is unknown or of the wrong kind, or there is no stream.
   * @throws {RangeError} if the depth is none of the three, a size is not an integer from 1, or images are too small to be halved so often.
   */
  constructor(options: ConvNetOptions, rng: Rng) {
    super();
    const { depth, size = 32, channels = 3, outputs = 10 } = checkOptions("ConvNet", options, OPTIONS, ["depth"]);
    if (!([2, 4, 6] as readonly number[]).includes(depth))
      throw new RangeError(`ConvNet: depth is ${depth}; it is 2, 4 or 6`);
    checkRng("ConvNet", "rng", rng);
    const pairs = depth / 2;
    const side = Math.floor(size / 2 ** pairs);
    if (side === 0) throw new RangeError(`ConvNet: images of ${size} × ${size} cannot be halved ${pairs} times`);
    const initialisers = { weight: xavierNormal(), bias: zeros() };
    this.convs = Array.from({ length: depth }, (_, i) => {
      const [from, to] = [i === 0 ? channels : FILTERS[Math.floor((i - 1) / 2)]!, FILTERS[Math.floor(i / 2)]!];
      return new Conv2d({ channels: from, filters: to, size: 3, padding: 1, initialisers }, rng.split("convs", i));
    });
    const features = FILTERS[pairs - 1]! * side * side;
    this.fc1 = new Linear({ inputs: features, outputs: 256, initialisers }, rng.split("fc1"));
    this.fc2 = new Linear({ inputs: 256, outputs: 256, initialisers }, rng.split("fc2"));
    this.output = new Linear({ inputs: 256, outputs, initialisers }, rng.split("output"));
  }

  /** `[batch, channels, height, width] → [batch, outputs]` */
  forward(x: Tensor4): Matrix {
    checkTensor("ConvNet", "x", x, 4);
    const images = this.convs.reduce((y, conv, i) => {
      const z = relu(conv.forward(y));
      return i % 2 === 1 ? maxPool2d(z, 2) : z;
    }, x);
    const features = reshape(images, [images.shape[0], -1]) as Matrix;
    return this.output.forward(relu(this.fc2.forward(relu(this.fc1.forward(features)))));
  }

  /** The filters of every convolution, and the neurons of both hidden layers. */
  units(): readonly UnitGroup[] {
    const last = this.convs.at(-1)!;
    const pixels = this.fc1.weight.shape[1] / last.weight.shape[0];
    const convs = this.convs.map((conv, i) => {
      const next = this.convs[i + 1];
      const reader = next === undefined ? readByLinear("fc1", this.fc1, 0, pixels) : readByConv(`convs.${i + 1}`, next);
      return filters(`convs.${i}`, conv, [reader]);
    });
    return [
      ...convs,
      neurons("fc1", this.fc1, [readByLinear("fc2", this.fc2)]),
      neurons("fc2", this.fc2, [readByLinear("output", this.output)]),
    ];
  }
}
