import { check, checkOptions, count, flag, list, oneOf, text } from "@ltt/core/arguments";
import { type CutNode, cutNode, unitCut } from "./cut-node.ts";
import { type Expectation, lowestBy, lowestUnitsBy, nestedIn, removed, unitsRemoved } from "./expectation.ts";
import { GIVEN_TICKET, type GivenTicket, givenNode } from "./given.ts";
import type { Graph } from "./graph.ts";
import {
  CONSTANT_VALUE,
  type CommonParams,
  type CutParams,
  STATE,
  type TrainOptions,
  type UnitCutParams,
} from "./graph-options.ts";
import type { Json } from "./json.ts";
import { checkEach } from "./kinds.ts";
import { CONSTANT_LEARNING } from "./learned-constant.ts";
import type { State } from "./moment.ts";
import { type Hash, type Node, nodeOf } from "./node.ts";
import { AT, CUT, CUT_UNITS, INIT, SEARCH, SHUFFLE_MASK, START } from "./operations.ts";
import { RESTS, type Rest } from "./rest.ts";
import type { StopSearch } from "./search.ts";
import { trainNode } from "./train-node.ts";

/**
 * The graph of an experiment with one seed, as arms see it: each method adds a node, with what the settings say filled
 * in, and returns its name. Nothing runs, and a node that is added twice is there once.
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
   * @param options - `firstStep`: the step that the start's values are those after; training goes on from there to the
   *   last step. Default 0. `learningRateScale`: what the learning rate is multiplied by. Default 1. `rewiring`: how
   *   the mask changes on the way. Default: it does not. `gammaPenalty`: λ of a penalty `λ · Σ|γ|` on the gains of batch
   *   normalisations. Default 0.
   */
  train(start: Hash<"weights"> | Hash<"start">, options: TrainOptions = {}): Hash<"trained"> {
    check("ExperimentGraph.train", "start", start, text);
    return this.add(trainNode(this.#common, start, options));
  }

  /**
   * A network of weights that stay, whose masks are trained: see `MaskedModel`. By SGD, with the rate 100 and the
   * momentum 0.9 of Zhou et al. 2019.
   */
  learnMask(start: Hash<"weights">): Hash<"trained"> {
    check("ExperimentGraph.learnMask", "start", start, text);
    const published = { learningRate: 100, optimiser: "sgd", momentum: 0.9, weightDecay: null, l1: 0 };
    return this.add(trainNode(this.#common, start, {}, { learns: "mask", ...published }));
  }

  /** Weights of a training: the best, those that it ended with, or those after a step. */
  at(trained: Hash<"trained">, state: State): Hash<"weights"> {
    check("ExperimentGraph.at", "trained", trained, text);
    check("ExperimentGraph.at", "state", state, STATE);
    const { rewiring, learns } = this.#graph.node(trained).params;
    if (state !== "best" && (rewiring ?? learns) !== undefined)
      throw new RangeError(
        `ExperimentGraph.at: state is ${state}, of a network whose mask changes while it trains; only its best weights are kept`,
      );
    return this.add(nodeOf(AT, { state }, { trained }));
  }

  /** The mask that is left of a network's when its lowest scores have gone. */
  cut(parent: Hash<"trained">, options: CutParams = {}): Hash<"mask"> {
    const { at, ...params } = this.#cut("ExperimentGraph.cut", options);
    return this.add(nodeOf(CUT, { ...params, seed: this.seed }, { weights: this.at(parent, at) }));
  }

  /** What the audit must find of such a cut: within the parent's mask, the exact number gone, the lowest scores gone. */
  expectCut(parent: Hash<"trained">, options: CutParams = {}): Expectation[] {
    const { at, criterion, ...shares } = this.#cut("ExperimentGraph.expectCut", options);
    const { rate, rates, exclude, pool } = shares;
    return [
      nestedIn(parent),
      removed(rate, parent, { rates, exclude, pool }),
      lowestBy(criterion, this.at(parent, at), { exclude, pool }),
    ];
  }

  /**
   * The mask that is left of a network when a search has seen enough of its training, at the first of some steps where
   * that is so, else at the last one.
   *
   * @param steps - Ascending.
   * @param stop - Looks at the masks of these steps, one after another.
   */
  search(
    parent: Hash<"trained">,
    steps: readonly number[],
    stop: StopSearch,
    options: Omit<CutParams, "at"> = {},
  ): Hash<"mask"> {
    check("ExperimentGraph.search", "steps", steps, list);
    checkEach("ExperimentGraph.search", "steps", steps, count);
    const falls = steps.findIndex((step, i) => step <= (steps[i - 1] ?? -1));
    if (falls >= 0 || steps.length === 0)
      throw new RangeError(`ExperimentGraph.search: steps are [${steps}]; there is one at least, and they ascend`);
    const { at: _, ...params } = this.#cut("ExperimentGraph.search", options);
    const identity = this.#graph.knowStop("ExperimentGraph.search", stop, this.#common.plugin);
    const moments = steps.map((step): [string, string] => [String(step).padStart(9, "0"), this.at(parent, step)]);
    return this.add(nodeOf(SEARCH, { ...params, seed: this.seed, stop: identity }, Object.fromEntries(moments)));
  }

  /** What the audit must find of such a mask: within the parent's, the exact number gone. Which moment it is of, it finds by itself. */
  expectSearch(parent: Hash<"trained">, options: Omit<CutParams, "at"> = {}): Expectation[] {
    const { rate, rates, exclude, pool } = this.#cut("ExperimentGraph.expectSearch", options);
    return [nestedIn(parent), removed(rate, parent, { rates, exclude, pool })];
  }

  /** The mask that is left of a network's when its units with the lowest scores have gone, whole. */
  cutUnits(parent: Hash<"trained">, options: UnitCutParams = {}): Hash<"mask"> {
    check("ExperimentGraph.cutUnits", "parent", parent, text);
    const params = unitCut("ExperimentGraph.cutUnits", this.#common, options);
    const weights = this.at(parent, this.#common.cutAt);
    return this.add(nodeOf(CUT_UNITS, { ...params, seed: this.seed }, { weights }));
  }

  /**
   * What the audit must find of such a cut: within the parent's mask, the exact number of units gone, each whole, those
   * with the lowest scores.
   */
  expectUnitCut(parent: Hash<"trained">, options: UnitCutParams = {}): Expectation[] {
    check("ExperimentGraph.expectUnitCut", "parent", parent, text);
    const { rate, criterion, pool } = unitCut("ExperimentGraph.expectUnitCut", this.#common, options);
    return [
      nestedIn(parent),
      unitsRemoved(rate, parent, pool),
      lowestUnitsBy(criterion, this.at(parent, this.#common.cutAt), pool),
    ];
  }

  /**
   * A start: the values of whole tensors at a mask.
   *
   * @param options - `rest`: what becomes of weights that are not at the mask. Default `zero`. `of`: the network whose
   *   training says which of them shrank.
   */
  rewind(
    mask: Hash<"mask">,
    whole: Hash<"weights">,
    options: { readonly rest?: Rest; readonly of?: Hash<"trained"> } = {},
  ): Hash<"start"> {
    check("ExperimentGraph.rewind", "mask", mask, text);
    check("ExperimentGraph.rewind", "whole", whole, text);
    const { rest = "zero", of } = checkOptions("ExperimentGraph.rewind", options, { rest: oneOf(...RESTS), of: text });
    if (rest !== "freeze-unless-shrunk") return this.add(nodeOf(START, { action: "rewind", rest }, { mask, whole }));
    check("ExperimentGraph.rewind", "of", of, text);
    const trained = this.at(of!, this.cutAt);
    return this.add(nodeOf(START, { action: "rewind", rest }, { mask, whole, trained }));
  }

  /**
   * A start: the values of whole tensors at a mask, in another order within each tensor.
   *
   * @param options - `signs`: only sizes are shuffled, and the signs stay. Default false.
   */
  shuffle(mask: Hash<"mask">, whole: Hash<"weights">, options: { readonly signs?: boolean } = {}): Hash<"start"> {
    check("ExperimentGraph.shuffle", "mask", mask, text);
    check("ExperimentGraph.shuffle", "whole", whole, text);
    const { signs } = checkOptions("ExperimentGraph.shuffle", options, { signs: flag });
    return this.add(nodeOf(START, { action: "shuffle", seed: this.seed, signs }, { mask, whole }));
  }

  /** A mask with as many positions of each tensor, at random places. */
  shuffleMask(mask: Hash<"mask">): Hash<"mask"> {
    check("ExperimentGraph.shuffleMask", "mask", mask, text);
    return this.add(nodeOf(SHUFFLE_MASK, { seed: this.seed }, { mask }));
  }

  /** A start: the values of whole tensors at a mask, moved in random order to another mask with as many positions of each tensor. */
  move(from: Hash<"mask">, to: Hash<"mask">, whole: Hash<"weights">): Hash<"start"> {
    check("ExperimentGraph.move", "from", from, text);
    check("ExperimentGraph.move", "to", to, text);
    check("ExperimentGraph.move", "whole", whole, text);
    return this.add(nodeOf(START, { action: "move", seed: this.seed }, { mask: to, from, whole }));
  }

  /** A ticket that comes from another run, as `givenNode` names it: a mask, and values that `transplant` puts there. */
  given(ticket: GivenTicket): Hash<"mask"> {
    const { digest, source } = checkOptions("ExperimentGraph.given", ticket, GIVEN_TICKET, ["digest", "source"]);
    return this.add(givenNode({ digest, source }, this.init));
  }

  /** A start: the values that a ticket of another run brings, and those of whole tensors where it brings none. */
  transplant(given: Hash<"mask">, whole: Hash<"weights">): Hash<"start"> {
    check("ExperimentGraph.transplant", "given", given, text);
    check("ExperimentGraph.transplant", "whole", whole, text);
    return this.add(nodeOf(START, { action: "transplant" }, { mask: given, whole }));
  }

  /**
   * A start: values drawn anew at a mask, in every tensor.
   *
   * @param options - `signsOf`: weights whose signs they have. Default: none.
   */
  fresh(mask: Hash<"mask">, options: { readonly signsOf?: Hash<"weights"> } = {}): Hash<"start"> {
    check("ExperimentGraph.fresh", "mask", mask, text);
    const { signsOf } = checkOptions("ExperimentGraph.fresh", options, { signsOf: text });
    const params = { action: "fresh", architecture: this.#common.architecture, seed: this.seed };
    if (signsOf === undefined) return this.add(nodeOf(START, params, { mask }));
    return this.add(nodeOf(START, { ...params, signs: true }, { mask, whole: signsOf }));
  }

  /**
   * A start: `±α` at a mask, α the standard deviation of each of some whole tensors.
   *
   * @param options - `signs`: those of the tensors, else they are drawn. `value`: one α for all;
   *   `"learned"`: the one that makes the training loss small, see `learnedConstant`.
   */
  constant(
    mask: Hash<"mask">,
    whole: Hash<"weights">,
    options: { readonly signs?: boolean; readonly value?: number | "learned" } = {},
  ): Hash<"start"> {
    check("ExperimentGraph.constant", "mask", mask, text);
    check("ExperimentGraph.constant", "whole", whole, text);
    const { signs, value } = checkOptions("ExperimentGraph.constant", options, { signs: flag, value: CONSTANT_VALUE });
    const { data, backend } = this.#common;
    const size = value === "learned" ? { learns: { data, backend, ...CONSTANT_LEARNING } } : { value };
    return this.add(
      nodeOf(START, { action: "constant", seed: this.seed, signs, gains: "kept", ...size }, { mask, whole }),
    );
  }

  /** Tensors and groups that the experiment does not cut. */
  get excluded(): readonly string[] {
    return this.#common.exclude ?? [];
  }

  /** The names of the task's tables that ids look rows up in. */
  get embeddings(): readonly string[] {
    return this.#common.embeddings ?? [];
  }

  /** Which weights of a network the experiment cuts. */
  get cutAt(): "best" | "end" {
    return this.#common.cutAt;
  }

  /** The architecture that fresh weights are drawn for, as nodes name it. */
  get architecture(): Json {
    return this.#common.architecture;
  }

  #cut(where: string, options: CutParams): CutNode {
    return cutNode(where, this.#graph, this.#common, options);
  }
}
