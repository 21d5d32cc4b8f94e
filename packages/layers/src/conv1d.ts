import { add, type Cube, conv1d, dense, type Rng, type WeightCube, type WeightVector } from "@ltt/core";
import { callable, checkOptions, checkRng, checkTensor, flag, type Kinds, object, positive } from "@ltt/core/arguments";
import { type Initialiser, parameter } from "./initialiser.ts";
import { kaimingUniform, uniform } from "./initialisers.ts";
import { Module } from "./module.ts";

export interface Conv1dOptions {
  readonly width: number;
  readonly channels: number;
  readonly filters: number;
  /** Default true. */
  readonly bias?: boolean;
  /** Default, as in PyTorch: both uniform on ±1/√(width · channels). */
  readonly initialisers?: { readonly weight?: Initialiser; readonly bias?: Initialiser };
}

const OPTIONS: Kinds<Conv1dOptions> = {
  width: positive,
  channels: positive,
  filters: positive,
  bias: flag,
  initialisers: object,
};

/** `conv1d` with learned filters and a bias: `[batch, time, channels] → [batch, time − width + 1, filters]`. */
export class Conv1d extends Module {
  /** `[width, channels, filters]`; PyTorch's is `[filters, channels, width]`. */
  readonly weight: WeightCube;
  /** `[filters]` */
  readonly bias: WeightVector | undefined;

  /**
   * @throws {TypeError} if an option is unknown or of the wrong kind, or there is no stream.
   * @throws {RangeError} if a size is not an integer from 1.
   */
  constructor(options: Conv1dOptions, rng: Rng) {
    super();
    const checked = checkOptions("Conv1d", options, OPTIONS, ["width", "channels", "filters"]);
    const { width, channels, filters, bias = true, initialisers = {} } = checked;
    checkOptions("Conv1d: initialisers", initialisers, { weight: callable, bias: callable });
    checkRng("Conv1d", "rng", rng);
    const limit = 1 / Math.sqrt(width * channels);
    const { weight = kaimingUniform({ gain: Math.sqrt(1 / 3) }) } = initialisers;
    const { bias: initialBias = uniform({ low: -limit, high: limit }) } = initialisers;
    this.weight = parameter([width, channels, filters], weight, rng.split("weight"));
    this.bias = bias ? parameter([filters], initialBias, rng.split("bias")) : undefined;
  }

  forward(x: Cube): Cube {
    checkTensor("Conv1d", "x", x, 3);
    const y = conv1d(x, this.weight);
    return this.bias === undefined ? y : add(y, dense(this.bias));
  }
}
