import { type Cube, linear, type Matrix, type Rng, type Tensor, type WeightMatrix, type WeightVector } from "@ltt/core";
import { callable, checkOptions, checkRng, checkTensor, flag, type Kinds, object, positive } from "@ltt/core/arguments";
import { type Initialiser, parameter } from "./initialiser.ts";
import { kaimingUniform, uniform } from "./initialisers.ts";
import { Module } from "./module.ts";

export interface LinearOptions {
  readonly inputs: number;
  readonly outputs: number;
  /** Default true. */
  readonly bias?: boolean;
  /** Default, as in PyTorch: both uniform on ±1/√inputs. */
  readonly initialisers?: { readonly weight?: Initialiser; readonly bias?: Initialiser };
}

const OPTIONS: Kinds<LinearOptions> = { inputs: positive, outputs: positive, bias: flag, initialisers: object };

/** `y = x · weightᵀ + bias`: `[…, inputs] → […, outputs]`. */
export class Linear extends Module {
  /** `[outputs, inputs]` */
  readonly weight: WeightMatrix;
  /** `[outputs]` */
  readonly bias: WeightVector | undefined;

  /**
   * @throws {TypeError} if an option is unknown or of the wrong kind, or there is no stream.
   * @throws {RangeError} if a size is not an integer from 1.
   */
  constructor(options: LinearOptions, rng: Rng) {
    super();
    const checked = checkOptions("Linear", options, OPTIONS, ["inputs", "outputs"]);
    const { inputs, outputs, bias = true, initialisers = {} } = checked;
    checkOptions("Linear: initialisers", initialisers, { weight: callable, bias: callable });
    checkRng("Linear", "rng", rng);
    const limit = 1 / Math.sqrt(inputs);
    const { weight = kaimingUniform({ gain: Math.sqrt(1 / 3) }) } = initialisers;
    const { bias: initialBias = uniform({ low: -limit, high: limit }) } = initialisers;
    this.weight = parameter([outputs, inputs], weight, rng.split("weight"));
    this.bias = bias ? parameter([outputs], initialBias, rng.split("bias")) : undefined;
  }

  forward(x: Cube): Cube;
  forward(x: Matrix): Matrix;
  forward(x: Tensor): Tensor {
    checkTensor("Linear", "x", x);
    return linear(x, this.weight, this.bias);
  }
}
