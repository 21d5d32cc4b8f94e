import { isWeight, ShapeError, Tensor } from "@ltt/core";
import {
  atLeast0,
  check,
  checkOptions,
  checkTensor,
  checkTensors,
  count,
  describe,
  floats,
  type Kinds,
  list,
  map,
  text,
} from "@ltt/core/arguments";
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
   * @throws {TypeError} if they are no array of tensors.
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
  readonly #name: string;
  readonly #rates: readonly number[];
  readonly #memories: readonly M[];
  #learningRate: number;
  #steps = 0;

  /**
   * @param name - What messages begin with, `Adam`; in lower case the `kind` of its states.
   * @param remember - The memory of a parameter, made once, here.
   * @throws {TypeError} if the parameters are no array of tensors or groups.
   * @throws {RangeError} if there is none; if a rate is negative or not finite, or a tensor stands there twice.
   */
  constructor(
    name: string,
    parameters: readonly Tensor[] | readonly ParameterGroup[],
    learningRate: number,
    remember: (parameter: Tensor) => M,
  ) {
    check(name, "learningRate", learningRate, atLeast0);
    const groups = groupsOf(name, parameters);
    this.#name = name;
    this.parameters = groups.flatMap((group) => group.parameters);
    if (this.parameters.length === 0) {
      throw new RangeError(
        `${name}: there are no parameters: trainable(model) finds those of layers in public fields of a Module, and in arrays there`,
      );
    }
    this.#rates = groups.flatMap(({ parameters, rate = 1 }) => parameters.map(() => rate));
    for (const [i, parameter] of this.parameters.entries()) {
      const first = this.parameters.indexOf(parameter);
      if (first < i)
        throw new RangeError(`${name}: parameters ${first} and ${i} are the same tensor ${show(parameter)}`);
    }
    this.#learningRate = learningRate;
    this.#memories = this.parameters.map(remember);
  }

  get learningRate(): number {
    return this.#learningRate;
  }

  set learningRate(rate: number) {
    check(this.#name, "learningRate", rate, atLeast0);
    this.#learningRate = rate;
  }

  get steps(): number {
    return this.#steps;
  }

  step(gradients: readonly Tensor[]): void {
    const { parameters } = this;
    checkTensors(this.#name, "gradients", gradients);
    if (gradients.length !== parameters.length) {
      throw new ShapeError(`${this.#name}: ${gradients.length} gradients for ${parameters.length} parameters`);
    }
    for (const [i, parameter] of parameters.entries()) {
      if (!sameShape(gradients[i]!, parameter)) {
        throw new ShapeError(
          `${this.#name}: parameter ${i} is ${show(parameter)}, its gradient ${show(gradients[i]!)}`,
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
    return { kind: this.#name.toLowerCase(), steps, values: new Map(await Promise.all(reading)) };
  }

  load(state: OptimiserState): void {
    const name = this.#name;
    checkState(`${name}: state`, state);
    const { kind, steps, values } = state;
    if (kind !== name.toLowerCase()) throw new RangeError(`${name}: the state is that of ${kind}`);
    const tensors = this.#tensors();
    for (const [part, tensor] of tensors) {
      const found = values.get(part);
      if (found?.length === tensor.size) continue;
      throw new RangeError(
        `${name}: the state has ${found?.length ?? "no"} values for "${part}", which holds ${tensor.size}`,
      );
    }
    const unknown = [...values.keys()].find((part) => !tensors.has(part));
    if (unknown !== undefined)
      throw new RangeError(`${name}: the state has "${unknown}", which this optimiser has not`);
    for (const [part, tensor] of tensors) tensor.write(values.get(part)!);
    this.#steps = steps;
  }

  #tensors(): Map<string, Tensor> {
    const named = this.#memories.map((memory, i) =>
      Object.entries(memory).map(([name, tensor]) => [`${name}.${i}`, tensor] as const),
    );
    return new Map(named.flat());
  }
}

function sameShape({ shape }: Tensor, other: Tensor): boolean {
  return shape.length === other.shape.length && shape.every((size, axis) => size === other.shape[axis]);
}

const STATE: Kinds<OptimiserState> = { kind: text, steps: count, values: map };

/** @throws {TypeError | RangeError} unless it is a state of some optimiser. */
export function checkState(where: string, state: OptimiserState): void {
  const { values } = checkOptions(where, state, STATE, ["kind", "steps", "values"]);
  for (const [name, part] of values) check(where, `values of "${name}"`, part, floats);
}

const GROUP: Kinds<ParameterGroup> = { parameters: list, rate: atLeast0 };

function groupsOf(name: string, parameters: readonly (Tensor | ParameterGroup)[]): readonly ParameterGroup[] {
  if (!Array.isArray(parameters)) throw notTrainable(name, "parameters", parameters);
  return parameters.map((part: Tensor | ParameterGroup, i) => {
    const where = `parameters[${i}]`;
    if (part instanceof Tensor) return { parameters: [part] };
    if (typeof part !== "object" || part === null || isWeight(part) || !("parameters" in part))
      throw notTrainable(name, where, part);
    checkOptions(`${name}: ${where}`, part, GROUP, ["parameters"]);
    for (const [j, one] of part.parameters.entries()) checkTensor(name, `${where}.parameters[${j}]`, one);
    return part;
  });
}

function notTrainable(name: string, argument: string, value: unknown): TypeError {
  const wanted =
    argument === "parameters" ? "an array of tensors or groups" : "a tensor or a group { parameters, rate }";
  return new TypeError(`${name}: ${argument} is ${describe(value)}; it is ${wanted}: trainable(model) gives a model's`);
}
