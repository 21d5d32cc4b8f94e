import { add, type Cube, conv1d, dense, type Rng, type WeightCube, type WeightVector } from "@ltt/core";
import { type Initialiser, parameter } from "./initialiser.ts";
import { kaimingUniform, uniform } from "./initialisers.ts";
import { Module } from "./module.ts";
import { checkSizes } from "./sizes.ts";

export interface Conv1dOptions {
  readonly width: number;
  readonly channels: number;
  readonly filters: number;
  /** Default true. */
  readonly bias?: boolean;
  /** Default, as in PyTorch: both uniform on ±1/√(width · channels). */
  readonly initialisers?: { readonly weight?: Initialiser; readonly bias?: Initialiser };
}

/** `conv1d` with learned filters and a bias: `[batch, time, channels] → [batch, time − width + 1, filters]`. */
export class Conv1d extends Module {
  /** `[width, channels, filters]`; PyTorch's is `[filters, channels, width]`. */
  readonly weight: WeightCube;
  /** `[filters]` */
  readonly bias: WeightVector | undefined;

  /** @throws {RangeError} if a size is not an integer from 1. */
  constructor({ width, channels, filters, bias = true, initialisers = {} }: Conv1dOptions, rng: Rng) {
    super();
    checkSizes("Conv1d", { width, channels, filters });
    const limit = 1 / Math.sqrt(width * channels);
    const { weight = kaimingUniform({ gain: Math.sqrt(1 / 3) }) } = initialisers;
    const { bias: initialBias = uniform({ low: -limit, high: limit }) } = initialisers;
    this.weight = parameter([width, channels, filters], weight, rng.split("weight"));
    this.bias = bias ? parameter([filters], initialBias, rng.split("bias")) : undefined;
  }

  forward(x: Cube): Cube {
    const y = conv1d(x, this.weight);
    return this.bias === undefined ? y : add(y, dense(this.bias));
  }
}
