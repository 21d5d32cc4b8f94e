import { rmspropUpdate, type Tensor, zeros } from "@ltt/core";
import { atLeast0, checkOptions, fraction, type Kinds } from "@ltt/core/arguments";
import { type ParameterGroup, TensorwiseOptimiser } from "./optimiser.ts";

export interface RmspropOptions {
  /** Default 1e-2. */
  readonly learningRate?: number;
  /** Decay of the square. Default 0.99. */
  readonly alpha?: number;
  /** Default 1e-8. */
  readonly epsilon?: number;
  /** Default 0. */
  readonly weightDecay?: number;
  /** Default 0. */
  readonly momentum?: number;
}

interface Memory {
  readonly [name: string]: Tensor;
  readonly v: Tensor;
}

const OPTIONS: Kinds<RmspropOptions> = {
  learningRate: atLeast0,
  alpha: fraction,
  epsilon: atLeast0,
  weightDecay: atLeast0,
  momentum: atLeast0,
};

/** RMSprop as `torch.optim.RMSprop`, not centred; the formula is at `rmspropUpdate`. */
export class Rmsprop extends TensorwiseOptimiser<Memory> {
  readonly #options: Omit<Required<RmspropOptions>, "learningRate">;

  /**
   * @throws {TypeError} if an option is unknown or of the wrong kind, or the parameters are no array of tensors or groups.
   * @throws {RangeError} if an option is negative, or alpha not in [0, 1).
   */
  constructor(parameters: readonly Tensor[] | readonly ParameterGroup[], options: RmspropOptions = {}) {
    const checked = checkOptions("Rmsprop", options, OPTIONS);
    const { learningRate = 1e-2, alpha = 0.99, epsilon = 1e-8, weightDecay = 0, momentum = 0 } = checked;
    super("Rmsprop", parameters, learningRate, ({ shape }) =>
      momentum === 0 ? { v: zeros(shape) } : { v: zeros(shape), velocity: zeros(shape) },
    );
    this.#options = { alpha, epsilon, weightDecay, momentum };
  }

  protected override update(parameter: Tensor, gradient: Tensor, memory: Memory, learningRate: number): void {
    const { v, velocity } = memory;
    const { alpha, epsilon, weightDecay, momentum } = this.#options;
    rmspropUpdate(parameter, gradient, { v, velocity }, { learningRate, alpha, epsilon, weightDecay, momentum });
  }
}
