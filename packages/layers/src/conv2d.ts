import { add, conv2d, dense, type Rng, reshape, type Tensor4, type WeightTensor4, type WeightVector } from "@ltt/core";
import {
  callable,
  checkOptions,
  checkRng,
  checkTensor,
  count,
  flag,
  type Kinds,
  object,
  positive,
} from "@ltt/core/arguments";
import { type Initialiser, parameter } from "./initialiser.ts";
import { kaimingUniform, uniform } from "./initialisers.ts";
import { Module } from "./module.ts";

export interface Conv2dOptions {
  readonly channels: number;
  readonly filters: number;
  /** Height and width of the kernel. */
  readonly size: number;
  /** Default 1. */
  readonly stride?: number;
  /** Zeros on each side of the image. Default 0. */
  readonly padding?: number;
  /** Default true. */
  readonly bias?: boolean;
  /** Default, as in PyTorch: both uniform on ±1/√(channels · size²). */
  readonly initialisers?: { readonly weight?: Initialiser; readonly bias?: Initialiser };
}

const OPTIONS: Kinds<Conv2dOptions> = {
  channels: positive,
  filters: positive,
  size: positive,
  stride: positive,
  padding: count,
  bias: flag,
  initialisers: object,
};

/** `conv2d` with learned filters and a bias: `[batch, channels, height, width] → [batch, filters, rows, columns]`. */
export class Conv2d extends Module {
  /** `[filters, channels, size, size]` */
  readonly weight: WeightTensor4;
  /** `[filters]` */
  readonly bias: WeightVector | undefined;
  readonly stride: number;
  readonly padding: number;

  /**
   * @throws {TypeError} if an option is unknown or of the wrong kind, or there is no stream.
   * @throws {RangeError} if a size is not an integer from 1.
   */
  constructor(options: Conv2dOptions, rng: Rng) {
    super();
    const checked = checkOptions("Conv2d", options, OPTIONS, ["channels", "filters", "size"]);
    const { channels, filters, size, stride = 1, padding = 0, bias = true, initialisers = {} } = checked;
    checkOptions("Conv2d: initialisers", initialisers, { weight: callable, bias: callable });
    checkRng("Conv2d", "rng", rng);
    const limit = 1 / Math.sqrt(channels * size * size);
    const { weight = kaimingUniform({ gain: Math.sqrt(1 / 3) }) } = initialisers;
    const { bias: initialBias = uniform({ low: -limit, high: limit }) } = initialisers;
    this.weight = parameter([filters, channels, size, size], weight, rng.split("weight"));
    this.bias = bias ? parameter([filters], initialBias, rng.split("bias")) : undefined;
    this.stride = stride;
    this.padding = padding;
  }

  forward(x: Tensor4): Tensor4 {
    checkTensor("Conv2d", "x", x, 4);
    const y = conv2d(x, this.weight, { stride: this.stride, padding: this.padding });
    return this.bias === undefined ? y : add(y, reshape(dense(this.bias), [this.bias.shape[0], 1, 1]));
  }
}
