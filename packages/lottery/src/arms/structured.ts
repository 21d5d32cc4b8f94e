import { atLeast0, checkOptions, flag, type Kinds, oneOf } from "@ltt/core/arguments";
import { type Arm, checkPlanning } from "../arm.ts";
import { freshEverywhere, sameMaskAs, startsFrom } from "../expectation.ts";
import type { ExperimentGraph } from "../experiment-graph.ts";
import type { Hash } from "../node.ts";
import { UNIT_CRITERIA, UNIT_POOLS, type UnitCriterionName, type UnitPool } from "../structured/unit-criteria.ts";
import { FINE_TUNING_RATE } from "./fine-tuning.ts";

/** How whole units are removed: what they are scored by, and which compete. */
export interface Structured {
  readonly criterion: UnitCriterionName;
  /** Default `layer`. */
  readonly pool?: UnitPool | undefined;
  /**
   * What is left keeps its trained weights and goes on at a tenth of the learning rate, as these methods were published; else it starts
   * from its initial weights, as a ticket does. Default false.
   */
  readonly fineTuned?: boolean | undefined;
  /**
   * λ of a penalty on γ, with which the network that is cut first is trained, one of its own beside the dense one, and all that are cut
   * after it. Default 0: the dense network is cut.
   */
  readonly gammaPenalty?: number | undefined;
}

const STRUCTURED: Kinds<Structured> = {
  criterion: oneOf(...UNIT_CRITERIA),
  pool: oneOf(...UNIT_POOLS),
  fineTuned: flag,
  gammaPenalty: atLeast0,
};

/**
 * Each round removes whole units of the network of the round before: filters, neurons, hidden units. `compact` makes of the result a
 * network that is smaller.
 */
export function structuredBy(how: Structured): Arm {
  checkOptions("structuredBy", how, STRUCTURED, ["criterion"]);
  return function* (graph, seed, settings) {
    checkPlanning("structured", graph, seed, settings);
    let before = firstOf(graph, how);
    for (let round = 1; round <= settings.rounds; round++) {
      const network = removing(graph, before, how);
      const start = how.fineTuned === true ? graph.at(before, graph.cutAt) : graph.init;
      yield { round, network, expect: [...graph.expectUnitCut(before, cutOf(how)), startsFrom(start)] };
      before = network;
    }
  };
}

/**
 * The control of structured pruning: the same small network, trained from fresh weights for as many steps as the dense one. Liu et al.
 * (ICLR 2019, arXiv 1810.05270), §3, “Scratch-E”: if it is as good, the method has found a size, and no weights.
 */
export function structuredReinitBy(how: Structured): Arm {
  checkOptions("structuredReinitBy", how, STRUCTURED, ["criterion"]);
  return function* (graph, seed, settings) {
    checkPlanning("structuredReinit", graph, seed, settings);
    let before = firstOf(graph, how);
    for (let round = 1; round <= settings.rounds; round++) {
      const beside = removing(graph, before, how);
      const network = graph.train(graph.fresh(graph.cutUnits(before, cutOf(how))));
      yield { round, network, expect: [sameMaskAs(beside), freshEverywhere([beside, graph.dense])] };
      before = beside;
    }
  };
}

/** The network that is cut first. */
function firstOf(graph: ExperimentGraph, { gammaPenalty }: Structured): Hash<"trained"> {
  return gammaPenalty === undefined ? graph.dense : graph.train(graph.init, { gammaPenalty });
}

/** The network of the next round. */
function removing(graph: ExperimentGraph, before: Hash<"trained">, how: Structured): Hash<"trained"> {
  const mask = graph.cutUnits(before, cutOf(how));
  const { fineTuned = false, gammaPenalty } = how;
  const start = graph.rewind(mask, fineTuned ? graph.at(before, graph.cutAt) : graph.init);
  return graph.train(start, { gammaPenalty, ...(fineTuned ? { learningRateScale: FINE_TUNING_RATE } : {}) });
}

function cutOf({ criterion, pool }: Structured): Pick<Structured, "criterion" | "pool"> {
  return { criterion, pool };
}
