import { magnitude } from "./criteria/magnitude.ts";
import { identityOf } from "./criterion.ts";
import type { Graph } from "./graph.ts";
import type { Json } from "./json.ts";
import type { State } from "./moment.ts";
import { type Hash, nodeOf, type Params } from "./node.ts";
import { AT, CUT, INIT, START, TRAIN } from "./operations.ts";
import { type Arm, armsNeeded, type ExperimentSettings } from "./settings.ts";

/** A network of an experiment: what it is called, and its node. */
export interface Level {
  readonly arm: Arm | "dense";
  readonly seed: number;
  readonly round: number;
  readonly network: Hash<"trained">;
  /** Of late rewinding: the node of the weights that it goes back to. */
  readonly rewoundTo?: Hash<"weights">;
}

/** All that names depend on. */
export interface Planned {
  readonly data: Json;
  readonly architecture: Json;
  readonly backend: string;
  /** The step that late rewinding goes back to. */
  readonly rewindStep: number;
  readonly settings: ExperimentSettings;
}

/** Those faults that change a training, in an order that is always the same. */
const TRAINING_FAULTS = ["accuracy-of-batch-means", "patience-never-resets"] as const;

/**
 * Adds the nodes of an experiment with one seed to a graph: the dense network, then round by round the networks of each arm. Nothing runs.
 *
 * @returns the networks, each after all that it rests on.
 */
export function plan(graph: Graph, seed: number, planned: Planned): Level[] {
  const { settings } = planned;
  const planner = new Planner(graph, seed, planned);
  const arms = armsNeeded(settings);
  const levels: Level[] = [{ arm: "dense", seed, round: 0, network: planner.dense }];
  const last = new Map<Arm, Hash<"trained">>(arms.map((arm) => [arm, planner.dense]));
  for (let round = 1; round <= settings.rounds; round++) {
    const ticketBefore = last.get("winning-ticket");
    for (const arm of arms) {
      const level = planner.level(arm, round, last.get(arm)!, ticketBefore);
      last.set(arm, level.network);
      levels.push(level);
    }
  }
  return levels;
}

class Planner {
  readonly dense: Hash<"trained">;
  readonly #graph: Graph;
  readonly #seed: number;
  readonly #planned: Planned;
  readonly #init: Hash<"weights">;
  readonly #rewindStep: number;

  constructor(graph: Graph, seed: number, planned: Planned) {
    const { architecture, rewindStep } = planned;
    this.#graph = graph;
    this.#seed = seed;
    this.#planned = planned;
    this.#rewindStep = rewindStep;
    this.#init = graph.add(nodeOf(INIT, { architecture, seed }));
    this.dense = this.#train(this.#init);
  }

  /**
   * One network of an arm.
   *
   * @param before - The arm's network of the round before.
   * @param ticketBefore - The winning ticket's, whose masks controls take.
   */
  level(arm: Arm, round: number, before: Hash<"trained">, ticketBefore: Hash<"trained"> | undefined): Level {
    const seed = this.#seed;
    const { faults } = this.#planned.settings;
    const { architecture } = this.#planned;
    const named = (start: Hash<"start">): Level => ({ arm, seed, round, network: this.#train(start) });
    switch (arm) {
      case "winning-ticket":
        return named(this.#start({ action: "rewind" }, { mask: this.#cut(before), whole: this.#init }));
      case "late-rewinding": {
        const mask = this.#cut(before);
        if (faults.includes("rewinds-to-trained-weights")) {
          return named(this.#start({ action: "rewind" }, { mask, whole: this.#at(this.dense, "best") }));
        }
        const rewoundTo = this.#at(this.dense, this.#rewindStep);
        const start = this.#start({ action: "rewind" }, { mask, whole: rewoundTo });
        return { ...named(start), network: this.#train(start, this.#rewindStep), rewoundTo };
      }
      case "shuffled-init": {
        const mask = this.#cut(ticketBefore!);
        return named(this.#start({ action: "shuffle", seed }, { mask, whole: this.#init }));
      }
      case "random-reinit": {
        const mask = this.#cut(faults.includes("reinit-own-patterns") ? before : ticketBefore!);
        if (!faults.includes("reinit-keeps-trained-embedding")) {
          return named(this.#start({ action: "fresh", architecture, seed }, { mask }));
        }
        const params = { action: "fresh-but-embedding", architecture, seed };
        return named(this.#start(params, { mask, before: this.#at(before, "best") }));
      }
    }
  }

  #train(start: Hash, firstStep = 0): Hash<"trained"> {
    const { data, backend, settings } = this.#planned;
    const { epochs, learningRate, patience, evaluationsPerEpoch, clipNorm = null, faults } = settings;
    const params = {
      data,
      backend,
      seed: this.#seed,
      epochs,
      learningRate,
      patience,
      evaluationsPerEpoch,
      clipNorm,
      firstStep,
      faults: TRAINING_FAULTS.filter((fault) => faults.includes(fault)),
    };
    return this.#graph.add(nodeOf(TRAIN, params, { start }));
  }

  #at(trained: Hash<"trained">, state: State): Hash<"weights"> {
    return this.#graph.add(nodeOf(AT, { state }, { trained }));
  }

  #cut(parent: Hash<"trained">): Hash<"mask"> {
    const { rate, cutAt = "best", criterion = magnitude, pool } = this.#planned.settings;
    const params = { rate, seed: this.#seed, criterion: identityOf(criterion), pool };
    return this.#graph.add(nodeOf(CUT, params, { weights: this.#at(parent, cutAt) }));
  }

  #start(params: Params, inputs: Readonly<Record<string, string>>): Hash<"start"> {
    return this.#graph.add(nodeOf(START, params, inputs));
  }
}
