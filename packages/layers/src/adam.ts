import { adamUpdate, type Tensor, zeros } from "@ltt/core";
import { atLeast0, fraction, type ParameterGroup, TensorwiseOptimiser } from "./optimiser.ts";

export interface AdamOptions {
  /** Default 1e-3. */
  readonly learningRate?: number;
  /** Decay of the mean and of the square. Default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Default 1e-8. */
  readonly epsilon?: number;
  /** Default 0 for Adam, 1e-2 for AdamW. */
  readonly weightDecay?: number;
}

interface Moments {
  readonly [name: string]: Tensor;
  readonly m: Tensor;
  readonly v: Tensor;
}

/** Adam as `torch.optim.Adam`: weight decay is added to the gradient. The formula is at `adamUpdate`. */
export class Adam extends TensorwiseOptimiser<Moments> {
  readonly #options: Checked;

  /** @throws {RangeError} if an option is negative, or a beta not in [0, 1). */
  constructor(parameters: readonly Tensor[] | readonly ParameterGroup[], options: AdamOptions = {}) {
    const checked = check("adam", options, 0);
    super("adam", parameters, checked.learningRate, moments);
    this.#options = checked;
  }

  protected override update(
    parameter: Tensor,
    gradient: Tensor,
    memory: Moments,
    learningRate: number,
    step: number,
  ): void {
    adamUpdate(parameter, gradient, memory, { ...this.#options, learningRate, decoupledDecay: 0, step });
  }
}

/** AdamW as `torch.optim.AdamW`: weight decay is taken from the weights, and never enters the moments. */
export class AdamW extends TensorwiseOptimiser<Moments> {
  readonly #options: Checked;

  /** @throws {RangeError} if an option is negative, or a beta not in [0, 1). */
  constructor(parameters: readonly Tensor[] | readonly ParameterGroup[], options: AdamOptions = {}) {
    const checked = check("adamw", options, 1e-2);
    super("adamw", parameters, checked.learningRate, moments);
    this.#options = checked;
  }

  protected override update(
    parameter: Tensor,
    gradient: Tensor,
    memory: Moments,
    learningRate: number,
    step: number,
  ): void {
    const { weightDecay: decoupledDecay, ...options } = this.#options;
    adamUpdate(parameter, gradient, memory, { ...options, learningRate, weightDecay: 0, decoupledDecay, step });
  }
}

interface Checked {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}

function check(kind: string, options: AdamOptions, usualDecay: number): Checked {
  const { learningRate = 1e-3, betas = [0.9, 0.999], epsilon = 1e-8, weightDecay = usualDecay } = options;
  return {
    learningRate,
    beta1: fraction(kind, "betas[0]", betas[0]),
    beta2: fraction(kind, "betas[1]", betas[1]),
    epsilon: atLeast0(kind, "epsilon", epsilon),
    weightDecay: atLeast0(kind, "weightDecay", weightDecay),
  };
}

function moments({ shape }: Tensor): Moments {
  return { m: zeros(shape), v: zeros(shape) };
}
