import { ShapeError, type Tensor } from "@ltt/core";
import { show } from "./parameters.ts";

/** What moves weights against their gradients, step by step. */
export interface Optimiser {
  /** The tensors it trains, group after group. */
  readonly parameters: readonly Tensor[];
  /** May be set before any step, as schedules do. Each group multiplies it by its own `rate`. */
  learningRate: number;
  /** Steps taken so far. */
  readonly steps: number;
  /**
   * One step, in place.
   *
   * @param gradients - One for each of `parameters`, in that order, of its shape.
   * @throws {ShapeError} if there are more or fewer, or shapes differ.
   */
  step(gradients: readonly Tensor[]): void;
  /** What a checkpoint must hold besides the options to go on to the same bits. */
  state(): Promise<OptimiserState>;
  /**
   * Goes on from a state.
   *
   * @throws {RangeError} if the state is of another kind of optimiser, or of other parameters; nothing is loaded then.
   */
  load(state: OptimiserState): void;
}

export interface OptimiserState {
  /** `adam`, `sgd`, … */
  readonly kind: string;
  readonly steps: number;
  /** Running averages and the like: `m.0` is the first parameter's `m`. */
  readonly values: ReadonlyMap<string, Float32Array>;
}

/** Tensors trained at a multiple of the learning rate: Frankle & Carbin train output layers at `rate` 0.5. */
export interface ParameterGroup {
  readonly parameters: readonly Tensor[];
  /** Default 1. */
  readonly rate?: number;
}

/** What of a parameter an optimiser remembers from step to step, by name. */
type Memory = { readonly [name: string]: Tensor };

/** For authors of optimisers: everything but the formula. */
export abstract class TensorwiseOptimiser<M extends Memory> implements Optimiser {
  readonly parameters: readonly Tensor[];
  readonly #kind: string;
  readonly #rates: readonly number[];
  readonly #memories: readonly M[];
  #learningRate: number;
  #steps = 0;

  /**
   * @param remember - The memory of a parameter, made once, here.
   * @throws {RangeError} if a rate is negative or not finite, or a tensor stands there twice.
   */
  constructor(
    kind: string,
    parameters: readonly Tensor[] | readonly ParameterGroup[],
    learningRate: number,
    remember: (parameter: Tensor) => M,
  ) {
    const groups = parameters.map((part) => ("parameters" in part ? part : { parameters: [part] }));
    this.#kind = kind;
    this.parameters = groups.flatMap((group) => group.parameters);
    this.#rates = groups.flatMap(({ parameters, rate = 1 }) =>
      parameters.map(() => atLeast0(kind, "a group's rate", rate)),
    );
    for (const [i, parameter] of this.parameters.entries()) {
      const first = this.parameters.indexOf(parameter);
      if (first < i)
        throw new RangeError(`${kind}: parameters ${first} and ${i} are the same tensor ${show(parameter)}`);
    }
    this.#learningRate = atLeast0(kind, "learningRate", learningRate);
    this.#memories = this.parameters.map(remember);
  }

  get learningRate(): number {
    return this.#learningRate;
  }

  set learningRate(rate: number) {
    this.#learningRate = atLeast0(this.#kind, "learningRate", rate);
  }

  get steps(): number {
    return this.#steps;
  }

  step(gradients: readonly Tensor[]): void {
    const { parameters } = this;
    if (gradients.length !== parameters.length) {
      throw new ShapeError(`${this.#kind}: ${gradients.length} gradients for ${parameters.length} parameters`);
    }
    for (const [i, parameter] of parameters.entries()) {
      if (show(gradients[i]!) !== show(parameter)) {
        throw new ShapeError(
          `${this.#kind}: parameter ${i} is ${show(parameter)}, its gradient ${show(gradients[i]!)}`,
        );
      }
    }
    this.#steps++;
    for (const [i, parameter] of parameters.entries()) {
      this.update(parameter, gradients[i]!, this.#memories[i]!, this.#learningRate * this.#rates[i]!, this.#steps);
    }
  }

  /** The formula, for one parameter. `step` is 1 at the first. */
  protected abstract update(parameter: Tensor, gradient: Tensor, memory: M, learningRate: number, step: number): void;

  async state(): Promise<OptimiserState> {
    const steps = this.#steps;
    const reading = Array.from(this.#tensors(), async ([name, tensor]) => [name, await tensor.read()] as const);
    return { kind: this.#kind, steps, values: new Map(await Promise.all(reading)) };
  }

  load({ kind, steps, values }: OptimiserState): void {
    if (kind !== this.#kind) throw new RangeError(`${this.#kind}: the state is that of ${kind}`);
    const tensors = this.#tensors();
    for (const [name, tensor] of tensors) {
      const has = values.get(name)?.length;
      if (has !== tensor.size) {
        throw new RangeError(`${kind}: the state has ${has ?? "no"} values for "${name}", which holds ${tensor.size}`);
      }
    }
    const unknown = [...values.keys()].find((name) => !tensors.has(name));
    if (unknown !== undefined)
      throw new RangeError(`${kind}: the state has "${unknown}", which this optimiser has not`);
    for (const [name, tensor] of tensors) tensor.write(values.get(name)!);
    this.#steps = steps;
  }

  #tensors(): Map<string, Tensor> {
    const named = this.#memories.map((memory, i) =>
      Object.entries(memory).map(([name, tensor]) => [`${name}.${i}`, tensor] as const),
    );
    return new Map(named.flat());
  }
}

/** @throws {RangeError} unless the option is finite and at least 0. */
export function atLeast0(kind: string, option: string, value: number): number {
  if (!(value >= 0 && value < Infinity)) throw new RangeError(`${kind}: ${option} is ${value}; it is at least 0`);
  return value;
}

/** @throws {RangeError} unless the option is in [0, 1). */
export function fraction(kind: string, option: string, value: number): number {
  if (!(value >= 0 && value < 1)) throw new RangeError(`${kind}: ${option} is ${value}; it is in [0, 1)`);
  return value;
}
