import { check, checkOptions, count, type Kinds, object, oneOf, text } from "@ltt/core/arguments";
import { magnitude } from "./criteria/magnitude.ts";
import type { Criterion } from "./criterion.ts";
import { POOLS, type Pool } from "./cut.ts";
import { type Expectation, lowestBy, nestedIn, removed } from "./expectation.ts";
import type { Graph } from "./graph.ts";
import type { Json } from "./json.ts";
import { share } from "./kinds.ts";
import type { State } from "./moment.ts";
import type { TrainingSettings } from "./network.ts";
import { type Hash, type Node, nodeOf } from "./node.ts";
import { AT, CUT, INIT, START, TRAIN } from "./operations.ts";
import { optimiserParams } from "./optimisers.ts";

/** All that the nodes of an experiment with one seed have in common. */
export interface CommonParams {
  readonly seed: number;
  readonly data: Json;
  readonly architecture: Json;
  readonly backend: string;
  readonly training: TrainingSettings;
  /** Names of faults of publications that training re-enacts. */
  readonly trainingFaults: readonly string[];
  /** The fraction of what is left that a cut removes. */
  readonly rate: number;
  /** Which weights of a network a cut scores. */
  readonly cutAt: "best" | "end";
  /** What a cut scores by. Default `magnitude`. */
  readonly criterion?: Criterion | undefined;
  /** What competes in a cut. Default `tensor`. */
  readonly pool?: Pool | undefined;
  /** SHA-256 of the plugin file that the arm comes from, and so its criteria. Default: it comes from none. */
  readonly plugin?: string | undefined;
}

/** How a cut differs from those of the experiment. */
export interface CutParams {
  /** The fraction of what is left that goes. */
  readonly rate?: number | undefined;
  /** Which weights are scored. */
  readonly at?: "best" | "end" | undefined;
  /** What scores them. */
  readonly criterion?: Criterion | undefined;
  /** What competes to stay: the weights of each tensor, of each group of tensors, or all. */
  readonly pool?: Pool | undefined;
}

/**
 * The graph of an experiment with one seed, as arms see it: each method adds a node, with what the settings say filled in, and returns its name. Nothing runs, and a
 * node that is added twice is there once.
 */
export class ExperimentGraph {
  readonly seed: number;
  /** The initial weights of the dense network. */
  readonly init: Hash<"weights">;
  /** The dense network, which all arms share. */
  readonly dense: Hash<"trained">;
  readonly #graph: Graph;
  readonly #common: CommonParams;

  constructor(graph: Graph, common: CommonParams) {
    this.#graph = graph;
    this.#common = common;
    this.seed = common.seed;
    this.init = this.add(nodeOf(INIT, { architecture: common.architecture, seed: common.seed }));
    this.dense = this.train(this.init);
  }

  /** Any node, for what the other methods do not offer. */
  add<Kind extends string>(node: Node<Kind>): Hash<Kind> {
    return this.#graph.add(node);
  }

  /**
   * A network, trained from weights or from a start.
   *
   * @param options - `firstStep`: the step that the start's values are those after; training goes on from there to the last step. Default 0.
   */
  train(start: Hash<"weights"> | Hash<"start">, options: { readonly firstStep?: number } = {}): Hash<"trained"> {
    check("ExperimentGraph.train", "start", start, text);
    const { firstStep = 0 } = checkOptions("ExperimentGraph.train", options, { firstStep: count });
    const { data, backend, seed, training, trainingFaults } = this.#common;
    const { epochs, learningRate, patience, evaluationsPerEpoch, clipNorm = null } = training;
    const { measureTraining = false } = training;
    const schedule = { epochs, learningRate, patience, evaluationsPerEpoch, clipNorm };
    const params = {
      data,
      backend,
      seed,
      ...schedule,
      ...optimiserParams(training),
      firstStep,
      faults: [...trainingFaults],
      measureTraining,
    };
    return this.add(nodeOf(TRAIN, params, { start }));
  }

  /** Weights of a training: the best, those that it ended with, or those after a step. */
  at(trained: Hash<"trained">, state: State): Hash<"weights"> {
    check("ExperimentGraph.at", "trained", trained, text);
    check("ExperimentGraph.at", "state", state, stateKind);
    return this.add(nodeOf(AT, { state }, { trained }));
  }

  /** The mask that is left of a network's when its lowest scores have gone. */
  cut(parent: Hash<"trained">, options: CutParams = {}): Hash<"mask"> {
    const { at, ...params } = this.#cutParams("ExperimentGraph.cut", options);
    return this.add(nodeOf(CUT, { ...params, seed: this.seed }, { weights: this.at(parent, at) }));
  }

  /** What the audit must find of such a cut: within the parent's mask, the exact number gone, the lowest scores gone. */
  expectCut(parent: Hash<"trained">, options: CutParams = {}): Expectation[] {
    const { rate, at, criterion, pool } = this.#cutParams("ExperimentGraph.expectCut", options);
    return [nestedIn(parent), removed(rate, parent, { pool }), lowestBy(criterion, this.at(parent, at), { pool })];
  }

  /** A start: the values of whole tensors at a mask. */
  rewind(mask: Hash<"mask">, whole: Hash<"weights">): Hash<"start"> {
    check("ExperimentGraph.rewind", "mask", mask, text);
    check("ExperimentGraph.rewind", "whole", whole, text);
    return this.add(nodeOf(START, { action: "rewind" }, { mask, whole }));
  }

  /** A start: the values of whole tensors at a mask, in another order within each tensor. */
  shuffle(mask: Hash<"mask">, whole: Hash<"weights">): Hash<"start"> {
    check("ExperimentGraph.shuffle", "mask", mask, text);
    check("ExperimentGraph.shuffle", "whole", whole, text);
    return this.add(nodeOf(START, { action: "shuffle", seed: this.seed }, { mask, whole }));
  }

  /** A start: values drawn anew at a mask, in every tensor. */
  fresh(mask: Hash<"mask">): Hash<"start"> {
    check("ExperimentGraph.fresh", "mask", mask, text);
    const { architecture } = this.#common;
    return this.add(nodeOf(START, { action: "fresh", architecture, seed: this.seed }, { mask }));
  }

  /** The architecture that fresh weights are drawn for, as nodes name it. */
  get architecture(): Json {
    return this.#common.architecture;
  }

  #cutParams(where: string, options: CutParams): { rate: number; at: "best" | "end"; criterion: Json; pool: Pool } {
    const { rate, cutAt, criterion, pool = "tensor" } = this.#common;
    const told = checkOptions(where, options, CUT_PARAMS);
    return {
      rate: told.rate ?? rate,
      at: told.at ?? cutAt,
      criterion: this.#identityOf(where, told.criterion ?? criterion ?? magnitude),
      pool: told.pool ?? pool,
    };
  }

  /** What a node names a criterion by: of an arm from a plugin file also with the digest of this file, where it brings the criterion itself. */
  #identityOf(where: string, criterion: Criterion): Json {
    const isOfSettings = criterion === this.#common.criterion;
    return this.#graph.know(where, criterion, isOfSettings ? undefined : this.#common.plugin);
  }
}

const CUT_PARAMS: Kinds<CutParams> = {
  rate: share,
  at: oneOf("best", "end"),
  criterion: object,
  pool: oneOf(...POOLS),
};

const stateKind = {
  words: '"best", "end" or the number of a step',
  accepts: (value: unknown): boolean => value === "best" || value === "end" || count.accepts(value),
};
