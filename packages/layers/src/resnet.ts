import { type Matrix, mean, type Rng, type Tensor4 } from "@ltt/core";
import { callable, checkOptions, checkRng, checkTensor, type Kinds, positive } from "@ltt/core/arguments";
import { BatchNorm2d } from "./batch-norm.ts";
import { type Context, checkContext } from "./context.ts";
import { Conv2d } from "./conv2d.ts";
import type { Initialiser } from "./initialiser.ts";
import { constant, xavierNormal, zeros } from "./initialisers.ts";
import { filters, readByConv } from "./layer-units.ts";
import { Linear } from "./linear.ts";
import type { Model } from "./model.ts";
import { Module } from "./module.ts";
import { Sequential } from "./sequential.ts";
import type { UnitGroup, UnitModel } from "./units.ts";

export interface ResNetOptions {
  /** Layers: 6n + 2. Default 20. */
  readonly depth?: number;
  /** Default 3. */
  readonly channels?: number;
  /** Classes. Default 10. */
  readonly outputs?: number;
  /** Of convolutions and of the dense layer. Default Glorot-normal. */
  readonly initialiser?: Initialiser;
  /** Of γ. Default 1. */
  readonly gamma?: Initialiser;
}

const OPTIONS: Kinds<ResNetOptions> = {
  depth: positive,
  channels: positive,
  outputs: positive,
  initialiser: callable,
  gamma: callable,
};

interface Start {
  readonly weight: Initialiser;
  readonly gamma: Initialiser;
}

/**
 * The residual networks for CIFAR-10: a 3×3 convolution, three stages of n blocks with 16, 32 and 64 filters, the first block of the second
 * and third with stride 2, a mean over all pixels, and a dense layer. ResNet-20 of 32×32×3 images has 270,896 weights without biases. Where
 * the shape changes, the shortcut is a 1×1 convolution with batch normalisation.
 *
 * @see He, Zhang, Ren & Sun, “Deep residual learning for image recognition”, CVPR 2016, §4.2; option B.
 */
export class ResNet extends Module implements Model<Tensor4>, UnitModel {
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly layer1: readonly ResidualBlock[];
  readonly layer2: readonly ResidualBlock[];
  readonly layer3: readonly ResidualBlock[];
  readonly fc: Linear;

  /**
   * @throws {TypeError} if an option is unknown or of the wrong kind, or there is no stream.
   * @throws {RangeError} if a size is not an integer from 1, or the depth not 6n + 2.
   */
  constructor(options: ResNetOptions, rng: Rng) {
    super();
    const checked = checkOptions("ResNet", options, OPTIONS);
    const { depth = 20, channels = 3, outputs = 10, initialiser = xavierNormal(), gamma = constant(1) } = checked;
    checkRng("ResNet", "rng", rng);
    if (depth < 8 || depth % 6 !== 2) throw new RangeError(`ResNet: depth is ${depth}; it is 6n + 2: 8, 14, 20, …`);
    const start = { weight: initialiser, gamma };
    const blocks = (depth - 2) / 6;
    const stage = (name: string, from: number, to: number) =>
      Array.from({ length: blocks }, (_, i) => {
        const stride = i === 0 && from !== to ? 2 : 1;
        return new ResidualBlock(i === 0 ? from : to, to, stride, start, rng.split(name, i));
      });
    this.conv1 = convolution(channels, 16, 3, 1, start, rng.split("conv1"));
    this.bn1 = normalisation(16, start, rng.split("bn1"));
    this.layer1 = stage("layer1", 16, 16);
    this.layer2 = stage("layer2", 16, 32);
    this.layer3 = stage("layer3", 32, 64);
    const initialisers = { weight: initialiser, bias: zeros() };
    this.fc = new Linear({ inputs: 64, outputs, initialisers }, rng.split("fc"));
  }

  /** `[batch, channels, height, width] → [batch, outputs]` */
  forward(x: Tensor4, context: Context = {}): Matrix {
    checkTensor("ResNet", "x", x, 4);
    checkContext("ResNet", context);
    const first = this.bn1.forward(this.conv1.forward(x), context, { relu: true });
    const blocks = [...this.layer1, ...this.layer2, ...this.layer3];
    const features = blocks.reduce((y, block) => block.forward(y, context), first);
    return this.fc.forward(mean(features, { axis: [2, 3] }) as Matrix);
  }

  /**
   * The filters between the two convolutions of every block. What a block gives is added to its input: these channels belong to all blocks
   * of a stage, and stay.
   */
  units(): readonly UnitGroup[] {
    return (["layer1", "layer2", "layer3"] as const).flatMap((stage) =>
      this[stage].map(({ conv1, bn1, conv2 }, i) => {
        const of = (part: string) => `${stage}.${i}.${part}`;
        return filters(of("conv1"), conv1, [readByConv(of("conv2"), conv2)], [of("bn1"), bn1]);
      }),
    );
  }
}

/** `relu(x' + bn2(conv2(relu(bn1(conv1(x))))))`, x' being x, or where shapes differ a 1×1 convolution of it. Names as in torchvision. */
class ResidualBlock extends Module {
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;
  readonly downsample: Sequential<Tensor4, Tensor4> | undefined;

  constructor(from: number, to: number, stride: number, start: Start, rng: Rng) {
    super();
    this.conv1 = convolution(from, to, 3, stride, start, rng.split("conv1"));
    this.bn1 = normalisation(to, start, rng.split("bn1"));
    this.conv2 = convolution(to, to, 3, 1, start, rng.split("conv2"));
    this.bn2 = normalisation(to, start, rng.split("bn2"));
    if (stride === 1 && from === to) return;
    this.downsample = new Sequential([
      convolution(from, to, 1, stride, start, rng.split("downsample", 0)),
      normalisation(to, start, rng.split("downsample", 1)),
    ]);
  }

  forward(x: Tensor4, context: Context): Tensor4 {
    const inner = this.bn1.forward(this.conv1.forward(x), context, { relu: true });
    const residual = this.downsample?.forward(x, context) ?? x;
    return this.bn2.forward(this.conv2.forward(inner), context, { residual, relu: true });
  }
}

/** Without a bias, since β follows. */
function convolution(channels: number, filters: number, size: number, stride: number, start: Start, rng: Rng): Conv2d {
  const initialisers = { weight: start.weight };
  return new Conv2d({ channels, filters, size, stride, padding: (size - 1) / 2, bias: false, initialisers }, rng);
}

function normalisation(channels: number, { gamma }: Start, rng: Rng): BatchNorm2d {
  return new BatchNorm2d({ channels, initialisers: { weight: gamma } }, rng);
}
