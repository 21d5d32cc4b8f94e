import { type Matrix, maxPool2d, mean, type Rng, type Tensor4 } from "@ltt/core";
import { callable, checkOptions, checkRng, checkTensor, type Kinds, positive } from "@ltt/core/arguments";
import { BatchNorm2d } from "./batch-norm.ts";
import { type Context, checkContext } from "./context.ts";
import { Conv2d } from "./conv2d.ts";
import type { Initialiser } from "./initialiser.ts";
import { constant, xavierNormal, zeros } from "./initialisers.ts";
import { filters, readByConv, readByLinear } from "./layer-units.ts";
import { Linear } from "./linear.ts";
import type { Model } from "./model.ts";
import { Module } from "./module.ts";
import type { UnitGroup, UnitModel } from "./units.ts";

export interface VggOptions {
  /** Layers, the dense one counted as the original's three: 11, 16 or 19. */
  readonly depth: 11 | 16 | 19;
  /** Default 3. */
  readonly channels?: number;
  /** Classes. Default 10. */
  readonly outputs?: number;
  /** Of convolutions and of the dense layer. Default Glorot-normal. */
  readonly initialiser?: Initialiser;
  /** Of γ. Default 1. */
  readonly gamma?: Initialiser;
}

const OPTIONS: Kinds<VggOptions> = {
  depth: positive,
  channels: positive,
  outputs: positive,
  initialiser: callable,
  gamma: callable,
};

const FILTERS = [64, 128, 256, 512, 512] as const;
/** Convolutions of each stage. */
const STAGES = { 11: [1, 1, 2, 2, 2], 16: [2, 2, 3, 3, 3], 19: [2, 2, 4, 4, 4] } as const;

/**
 * VGG for small images, as lottery-ticket papers train it: stages of 3×3 convolutions with batch normalisation and ReLU, a maximum over 2×2
 * between stages, a mean over all pixels, one dense layer. Of 3 channels and 10 classes VGG-16 has 14,715,584 weights and VGG-19
 * 20,024,000, without biases.
 *
 * @see Simonyan & Zisserman, “Very deep convolutional networks for large-scale image recognition”, ICLR 2015, table 1; the head as in
 *   Frankle & Carbin, ICLR 2019, §4.
 */
export class Vgg extends Module implements Model<Tensor4>, UnitModel {
  readonly convs: readonly Conv2d[];
  readonly norms: readonly BatchNorm2d[];
  readonly output: Linear;
  /** Convolutions after which images are halved. */
  readonly halvings: readonly number[];

  /**
   * @throws {TypeError} if an option is unknown or of the wrong kind, or there is no stream.
   * @throws {RangeError} if the depth is none of the three, or a size is not an integer from 1.
   */
  constructor(options: VggOptions, rng: Rng) {
    super();
    const checked = checkOptions("Vgg", options, OPTIONS, ["depth"]);
    const { depth, channels = 3, outputs = 10, initialiser = xavierNormal(), gamma = constant(1) } = checked;
    if (!([11, 16, 19] as readonly number[]).includes(depth))
      throw new RangeError(`Vgg: depth is ${depth}; it is 11, 16 or 19`);
    checkRng("Vgg", "rng", rng);
    const filters = STAGES[depth].flatMap((count, stage) => new Array<number>(count).fill(FILTERS[stage]!));
    this.convs = filters.map((to, i) => {
      const of = { channels: i === 0 ? channels : filters[i - 1]!, filters: to, size: 3, padding: 1, bias: false };
      return new Conv2d({ ...of, initialisers: { weight: initialiser } }, rng.split("convs", i));
    });
    this.norms = filters.map(
      (to, i) => new BatchNorm2d({ channels: to, initialisers: { weight: gamma } }, rng.split("norms", i)),
    );
    const initialisers = { weight: initialiser, bias: zeros() };
    this.output = new Linear({ inputs: 512, outputs, initialisers }, rng.split("output"));
    let last = -1;
    this.halvings = STAGES[depth].slice(0, -1).map((count) => {
      last += count;
      return last;
    });
  }

  /** `[batch, channels, height, width] → [batch, outputs]`; height and width are at least 16. */
  forward(x: Tensor4, context: Context = {}): Matrix {
    checkTensor("Vgg", "x", x, 4);
    checkContext("Vgg", context);
    const features = this.convs.reduce((y, conv, i) => {
      const z = this.norms[i]!.forward(conv.forward(y), context, { relu: true });
      return this.halvings.includes(i) ? maxPool2d(z, 2) : z;
    }, x);
    return this.output.forward(mean(features, { axis: [2, 3] }) as Matrix);
  }

  /** The filters of every convolution. */
  units(): readonly UnitGroup[] {
    return this.convs.map((conv, i) => {
      const next = this.convs[i + 1];
      const reader = next === undefined ? readByLinear("output", this.output) : readByConv(`convs.${i + 1}`, next);
      return filters(`convs.${i}`, conv, [reader], [`norms.${i}`, this.norms[i]!]);
    });
  }
}
