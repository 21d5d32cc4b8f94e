import type { Operation } from "./node.ts";

/**
 * The operations of an experiment: what their options and inputs are called. Their names, versions and defaults are
 * part of every node's name and never change; an operation that comes to give other results gets another version.
 */

/** Fresh weights: `architecture`, `seed`. */
export const INIT: Operation<"weights"> = { name: "init", version: 1, defaults: {}, makes: "weights" };

/**
 * A network, trained and measured. Options: `data`, `backend`, `seed`, `epochs` or `steps`, `learningRate`,
 * `evaluationsPerEpoch` or `evaluateEvery`, and unless default `optimiser`, `momentum`, `weightDecay`, `schedule`
 * (`milestones`, the steps after which `factor` multiplies the rate), `warmUp` (steps), `patience`, `clipNorm`,
 * `evaluateEnd`, `firstStep`, `faults`, `measureTraining`, `rewiring`, `learns`, `l1`, `gammaPenalty`. Input:
 * `start`, weights or a start. Version 1 added every sum in one chain.
 */
export const TRAIN: Operation<"trained"> = {
  name: "train",
  version: 2,
  defaults: {
    optimiser: "adam",
    momentum: 0,
    weightDecay: null,
    schedule: null,
    warmUp: 0,
    patience: null,
    clipNorm: null,
    evaluateEnd: false,
    firstStep: 0,
    faults: [],
    measureTraining: false,
    rewiring: null,
    learns: "weights",
    l1: 0,
    gammaPenalty: 0,
  },
  makes: "trained",
};

/** Weights of a training: `state` is `best`, `end` or the number of a step. Input: `trained`. */
export const AT: Operation<"weights"> = { name: "at", version: 1, defaults: {}, makes: "weights" };

/**
 * A mask: what is left of the one that weights were trained with, after the lowest scores went. Options: `rate`, `seed`
 * (of ties), and unless default `rates`, `exclude`, `criterion`, `pool`. Input: `weights`.
 */
export const CUT: Operation<"mask"> = {
  name: "cut",
  version: 1,
  defaults: { rates: {}, exclude: [], criterion: "magnitude", pool: "tensor" },
  makes: "mask",
};

/**
 * A mask: that of the first moment of a training at which a search has seen enough, else of the last one, cut as `cut`
 * does. Options: those of `cut`, and `stop`. Inputs: weights of one training, named so that their order is that of the
 * moments.
 */
export const SEARCH: Operation<"mask"> = { name: "search", version: 1, defaults: CUT.defaults, makes: "mask" };

/**
 * A mask: what is left of the one that weights were trained with, after whole units with the lowest scores went:
 * filters, neurons, hidden units, with all that makes them and all that reads them. Options: `rate`, `seed` (of ties),
 * and unless default `criterion`, `pool`. Input: `weights`.
 */
export const CUT_UNITS: Operation<"mask"> = {
  name: "cut-units",
  version: 1,
  defaults: { criterion: "l1-norm", pool: "layer" },
  makes: "mask",
};

/** A mask: as many positions of each tensor as another one has, at random places. Option: `seed`. Input: `mask`. */
export const SHUFFLE_MASK: Operation<"mask"> = { name: "shuffle-mask", version: 1, defaults: {}, makes: "mask" };

/**
 * A ticket that comes from another run, mapped to the shapes of this one: a mask, and values at some of its positions.
 * Options: `digest` of its files, and `source`, the network there that it was. Input: `init`, of the shapes. It is made
 * by `transferTicket` and stored, never computed.
 */
export const GIVEN: Operation<"mask"> = { name: "given", version: 1, defaults: {}, makes: "mask" };

/**
 * What a sparse network starts from. Option: `action`. `rewind`: the values of `whole` at the mask. `fresh`: drawn anew
 * (`architecture`, `seed`). `shuffle`: the values of `whole` at the mask, in another order within each tensor (`seed`).
 * `move`: the values of `whole` at the mask `from`, in random order (`seed`). `transplant`: the values that the ticket
 * `mask` was given, and those of `whole` where it has none. `constant`: `±α`, α the standard deviation of each tensor
 * of `whole`, or `value`, or learned on training batches (`learns`: `steps`, `learningRate`, `data`, `backend`)
 * (`seed`, of signs and batches); `gains`: tensors of equal values are `kept`, or `constant` as others are. `signs`: those of `whole` are
 * kept. `fresh-but-embedding`: the fault of a publication. `rest`: what is not at the mask is `zero`, keeps the values of `whole`
 * (`freeze`), or does so unless it came nearer to 0 in `trained` (`freeze-unless-shrunk`). Inputs: `mask`, `whole`, `from`, `trained`.
 */
export const START: Operation<"start"> = {
  name: "start",
  version: 1,
  defaults: { signs: false, value: null, gains: "constant", learns: null, rest: "zero" },
  makes: "start",
};

/** Every operation that there is. */
export const OPERATIONS: readonly Operation<string>[] = [
  INIT,
  TRAIN,
  AT,
  CUT,
  SEARCH,
  CUT_UNITS,
  SHUFFLE_MASK,
  GIVEN,
  START,
];
