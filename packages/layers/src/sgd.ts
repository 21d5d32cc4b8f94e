import { sgdUpdate, type Tensor, zeros } from "@ltt/core";
import { atLeast0, checkOptions, finite, flag, type Kinds } from "@ltt/core/arguments";
import { type ParameterGroup, TensorwiseOptimiser } from "./optimiser.ts";

export interface SgdOptions {
  /** Default 1e-3. */
  readonly learningRate?: number;
  /** Default 0. */
  readonly momentum?: number;
  /** Default 0. */
  readonly dampening?: number;
  /** Default false. */
  readonly nesterov?: boolean;
  /** Default 0. */
  readonly weightDecay?: number;
}

const OPTIONS: Kinds<SgdOptions> = {
  learningRate: atLeast0,
  momentum: atLeast0,
  dampening: finite,
  nesterov: flag,
  weightDecay: atLeast0,
};

/** Stochastic gradient descent as `torch.optim.SGD`; the formula is at `sgdUpdate`. */
export class Sgd extends TensorwiseOptimiser<{ velocity: Tensor } | Record<never, Tensor>> {
  readonly #options: Omit<Required<SgdOptions>, "learningRate">;

  /**
   * @throws {TypeError} if an option is unknown or of the wrong kind, or the parameters are no array of tensors or groups.
   * @throws {RangeError} if an option is negative, or Nesterov stands without momentum or with dampening.
   */
  constructor(parameters: readonly Tensor[] | readonly ParameterGroup[], options: SgdOptions = {}) {
    const checked = checkOptions("Sgd", options, OPTIONS);
    const { learningRate = 1e-3, momentum = 0, dampening = 0, nesterov = false, weightDecay = 0 } = checked;
    if (nesterov && (momentum === 0 || dampening !== 0)) {
      throw new RangeError(
        `Sgd: nesterov wants a momentum and no dampening; momentum is ${momentum}, dampening ${dampening}`,
      );
    }
    super("Sgd", parameters, learningRate, ({ shape }) => (momentum === 0 ? {} : { velocity: zeros(shape) }));
    this.#options = { momentum, dampening, nesterov, weightDecay };
  }

  protected override update(
    parameter: Tensor,
    gradient: Tensor,
    memory: { velocity?: Tensor },
    learningRate: number,
    step: number,
  ): void {
    const { momentum, dampening, nesterov, weightDecay } = this.#options;
    const rates = { learningRate, momentum, dampening, nesterov, weightDecay, first: step === 1 };
    sgdUpdate(parameter, gradient, memory, rates);
  }
}
