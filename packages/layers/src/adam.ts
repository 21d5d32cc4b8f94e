import { adamUpdate, type Tensor, zeros } from "@ltt/core";
import { atLeast0, check, checkOptions, fraction, type Kind, type Kinds } from "@ltt/core/arguments";
import { type ParameterGroup, TensorwiseOptimiser } from "./optimiser.ts";

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

  /**
   * @throws {TypeError} if an option is unknown or of the wrong kind, or the parameters are no array of tensors or groups.
   * @throws {RangeError} if an option is negative, or a beta not in [0, 1).
   */
  constructor(parameters: readonly Tensor[] | readonly ParameterGroup[], options: AdamOptions = {}) {
    const checked = checkAdam("Adam", options, 0);
    super("Adam", parameters, checked.learningRate, moments);
    this.#options = checked;
  }

  protected override update(
    parameter: Tensor,
    gradient: Tensor,
    memory: Moments,
    learningRate: number,
    step: number,
  ): void {
    const { beta1, beta2, epsilon, weightDecay } = this.#options;
    const rates = { learningRate, beta1, beta2, epsilon, weightDecay, decoupledDecay: 0, step };
    adamUpdate(parameter, gradient, memory, rates);
  }
}

/** AdamW as `torch.optim.AdamW`: weight decay is taken from the weights, and never enters the moments. */
export class AdamW extends TensorwiseOptimiser<Moments> {
  readonly #options: Checked;

  /**
   * @throws {TypeError} if an option is unknown or of the wrong kind, or the parameters are no array of tensors or groups.
   * @throws {RangeError} if an option is negative, or a beta not in [0, 1).
   */
  constructor(parameters: readonly Tensor[] | readonly ParameterGroup[], options: AdamOptions = {}) {
    const checked = checkAdam("AdamW", options, 1e-2);
    super("AdamW", parameters, checked.learningRate, moments);
    this.#options = checked;
  }

  protected override update(
    parameter: Tensor,
    gradient: Tensor,
    memory: Moments,
    learningRate: number,
    step: number,
  ): void {
    const { beta1, beta2, epsilon, weightDecay: decoupledDecay } = this.#options;
    const rates = { learningRate, beta1, beta2, epsilon, weightDecay: 0, decoupledDecay, step };
    adamUpdate(parameter, gradient, memory, rates);
  }
}

interface Checked {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}

const pair: Kind = {
  words: "an array of two numbers",
  accepts: (value) => Array.isArray(value) && value.length === 2,
};

const OPTIONS: Kinds<AdamOptions> = { learningRate: atLeast0, betas: pair, epsilon: atLeast0, weightDecay: atLeast0 };

function checkAdam(name: string, options: AdamOptions, usualDecay: number): Checked {
  const checked = checkOptions(name, options, OPTIONS);
  const { learningRate = 1e-3, betas = [0.9, 0.999], epsilon = 1e-8, weightDecay = usualDecay } = checked;
  const [beta1, beta2] = betas;
  check(name, "betas[0]", beta1, fraction);
  check(name, "betas[1]", beta2, fraction);
  return { learningRate, beta1, beta2, epsilon, weightDecay };
}

function moments({ shape }: Tensor): Moments {
  return { m: zeros(shape), v: zeros(shape) };
}
