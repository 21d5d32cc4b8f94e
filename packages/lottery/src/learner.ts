import type { Matrix, Rng, Sparse, Tensor, Weight } from "@ltt/core";
import {
  type Batch,
  buffersOf,
  type Context,
  type Model,
  Module,
  type Optimiser,
  type OptimiserState,
  parametersOf,
  snapshot,
  stateOf,
  trainable,
  withParameters,
} from "@ltt/layers";
import { carried, type Exchanged, exchanged, grown, survivors } from "./exchange.ts";
import { withGammaPenalty } from "./gamma-penalty.ts";
import { growthOf } from "./growth.ts";
import { type OptimiserSettings, optimiserOf } from "./optimisers.ts";
import { type Pattern, patternOf, sparseWeights, type Values } from "./pattern.ts";

/**
 * A network that is being trained, and its optimiser. Where its mask changes on the way, both are made anew, with what is stored and nothing else; `model` and `optimiser`, which the training
 * loop was given, then stand for the new ones.
 */
export class Learner<Input> {
  /** For the training loop, as long as it runs. */
  readonly model: Model<Input> & { readonly network: Model<Input> };
  readonly optimiser: Optimiser;
  readonly #model: CurrentModel<Input>;
  readonly #optimiser: CurrentOptimiser;
  readonly #settings: OptimiserSettings;
  readonly #gammaPenalty: number;

  constructor(model: Model<Input>, settings: OptimiserSettings, gammaPenalty = 0) {
    this.#settings = settings;
    this.#gammaPenalty = gammaPenalty;
    this.model = this.#model = new CurrentModel(model);
    this.optimiser = this.#optimiser = new CurrentOptimiser(this.#newOptimiser());
  }

  /** By the names of the model that there was at first. */
  get weights(): ReadonlyMap<string, Weight> {
    return parametersOf(this.#model.network);
  }

  get buffers(): ReadonlyMap<string, Tensor> {
    return buffersOf(this.#model.network);
  }

  /** Weights and buffers. */
  get state(): ReadonlyMap<string, Weight> {
    return stateOf(this.#model.network);
  }

  /** Gives sparse weights other masks and values; what the optimiser remembers is lost. */
  become(mask: Pattern, values: Values): void {
    const { weights } = this;
    const { learningRate } = this.optimiser;
    const changed = sparseWeights(weights, mask, values);
    this.#model.network = withParameters(this.#model.network, new Map([...weights, ...changed]));
    this.#optimiser.now = this.#newOptimiser();
    this.optimiser.learningRate = learningRate;
    for (const name of mask.keys()) (weights.get(name) as Sparse).pattern.release(); // layouts of the masks that were
  }

  #newOptimiser(): Optimiser {
    return withGammaPenalty(optimiserOf(this.weights, this.#settings), this.#model.network, this.#gammaPenalty);
  }

  /**
   * Exchanges a fraction of each sparse weight: the smallest go, as many others grow, with the value 0, and what the optimiser remembers of them is 0. What it remembers of the rest stays, and so does its
   * count of steps.
   *
   * @param batch - That whose gradient says what grows; without it, that is drawn.
   * @param tables - The names of tables that ids look rows up in.
   */
  async exchange(
    fraction: number,
    {
      batch,
      tables,
      rng,
    }: { readonly batch?: Batch<Input> | undefined; readonly tables: readonly string[]; readonly rng: Rng },
  ): Promise<void> {
    const { weights } = this;
    const sizes = new Map(Array.from(weights, ([name, { size }]) => [name, size]));
    const mask = patternOf(weights);
    const values = await snapshot(weights);
    const kept = survivors(mask, values, sizes, fraction, rng.split("drop"));
    const growth = batch === undefined ? undefined : await growthOf(this.#model.network, batch, tables);
    const changes = new Map(
      Array.from(kept, ([name, stay]): [string, Exchanged] => {
        const before = mask.get(name)!;
        const count = before.length - stay.length;
        const more = grown(stay, sizes.get(name)!, count, rng.split("grow", name), growth?.get(name));
        return [name, exchanged(before, stay, more)];
      }),
    );
    const state = await this.optimiser.state();
    this.become(
      new Map(Array.from(changes, ([name, { positions }]) => [name, positions])),
      new Map(Array.from(changes, ([name, change]) => [name, carried(values.get(name)!, change)])),
    );
    this.optimiser.load(memoryOf(state, trainedNames(weights), changes));
  }
}

/** The name of each weight that is trained, in the order of an optimiser's parameters. */
function trainedNames(weights: ReadonlyMap<string, Weight>): string[] {
  return [...weights].filter(([, weight]) => trainable([weight]).length > 0).map(([name]) => name);
}

/** What an optimiser remembers after an exchange: of `m.2`, `m` of the third parameter, what belongs to weights that stayed. */
function memoryOf(
  state: OptimiserState,
  names: readonly string[],
  changes: ReadonlyMap<string, Exchanged>,
): OptimiserState {
  const values = Array.from(state.values, ([part, values]): [string, Float32Array] => {
    const change = changes.get(names[Number(part.slice(part.lastIndexOf(".") + 1))]!);
    return [part, change === undefined ? values : carried(values, change)];
  });
  return { ...state, values: new Map(values) };
}

/** Stands for a model that others take the place of. */
class CurrentModel<Input> extends Module implements Model<Input> {
  network: Model<Input>;

  constructor(network: Model<Input>) {
    super();
    this.network = network;
  }

  forward(input: Input, context?: Context): Matrix {
    return this.network.forward(input, context);
  }
}

/** Stands for an optimiser that others take the place of. */
class CurrentOptimiser implements Optimiser {
  now: Optimiser;

  constructor(now: Optimiser) {
    this.now = now;
  }

  get parameters(): readonly Tensor[] {
    return this.now.parameters;
  }

  get learningRate(): number {
    return this.now.learningRate;
  }

  set learningRate(rate: number) {
    this.now.learningRate = rate;
  }

  get steps(): number {
    return this.now.steps;
  }

  step(gradients: readonly Tensor[]): void {
    this.now.step(gradients);
  }

  state(): Promise<OptimiserState> {
    return this.now.state();
  }

  load(state: OptimiserState): void {
    this.now.load(state);
  }
}
