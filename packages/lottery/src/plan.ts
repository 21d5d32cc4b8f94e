import { check, count, list, object, positive, text } from "@ltt/core/arguments";
import type { ArmSettings, Level } from "./arm.ts";
import { BUILT_IN_ARMS } from "./arms/arms.ts";
import { ExperimentGraph } from "./experiment-graph.ts";
import { Graph } from "./graph.ts";
import type { Json } from "./json.ts";
import { checkEach, checkFields, optional } from "./kinds.ts";
import type { StepRates } from "./learning-rates.ts";
import { faultyArms } from "./published-2020/faulty-arms.ts";
import { trainingFaults } from "./published-2020/training-faults.ts";
import { armsNeeded, checkArms, type ExperimentSettings } from "./settings.ts";

/** A network of an experiment: what it is called, its node, and what the audit must find. */
export interface PlannedLevel extends Level {
  /** `dense`, or the name of an arm. */
  readonly arm: string;
  readonly seed: number;
}

/** All that names depend on. */
export interface Planned {
  readonly data: Json;
  readonly architecture: Json;
  readonly backend: string;
  /** The step that late rewinding goes back to. */
  readonly rewindStep: number;
  /** The last one of training. */
  readonly lastStep: number;
  readonly stepsPerEpoch?: number | undefined;
  readonly settings: ExperimentSettings;
  /** What its schedule and warm-up are in steps. Default: the learning rate never changes. */
  readonly learningRates?: StepRates | undefined;
  /** The names of tables that ids look rows up in. Default: none. */
  readonly embeddings?: readonly string[] | undefined;
}

/**
 * Adds the nodes of an experiment with one seed to a graph: the dense network, then round by round the networks of each arm. Nothing runs.
 *
 * @returns the networks, each after all that it rests on.
 * @throws {TypeError | RangeError} if an arm from outside plans what is no level.
 */
export function plan(graph: Graph, seed: number, { data, architecture, backend, ...planned }: Planned): PlannedLevel[] {
  const { rounds, rate, rates, exclude, cutAt = "best", criterion, pool, faults, ...settings } = planned.settings;
  const common = {
    ...{ seed, data, architecture, backend, training: settings, trainingFaults: trainingFaults(faults) },
    ...{ rate, rates, exclude, cutAt, criterion, pool, embeddings: planned.embeddings },
    learningRates: planned.learningRates,
  };
  const own = new ExperimentGraph(graph, common);
  const { rewindStep, lastStep, stepsPerEpoch } = planned;
  const read: ArmSettings = { rounds, rate, rewindStep, lastStep, stepsPerEpoch };
  const faulty = faultyArms(faults);
  const levels = armsNeeded(planned.settings).flatMap((arm) => {
    if (typeof arm === "string")
      return levelsOf(graph, arm, (faulty[arm] ?? BUILT_IN_ARMS[arm].levels)(own, seed, read), seed);
    const { name, plugin } = arm;
    const seen = plugin === undefined ? own : new ExperimentGraph(graph, { ...common, plugin });
    return levelsOf(graph, name, arm.levels(seen, seed, read), seed);
  });
  const dense = { arm: "dense", seed, round: 0, network: own.dense };
  return [dense, ...levels.sort((a, b) => a.round - b.round)];
}

/** How many networks an experiment has, over all its seeds: those of arms from outside are counted by planning them. */
export function networkCount(settings: Pick<ExperimentSettings, "arms" | "faults" | "seeds" | "rounds">): number {
  check("networkCount", "settings", settings, object);
  checkArms("networkCount", settings);
  checkEach("networkCount", "seeds", settings.seeds, count);
  check("networkCount", "rounds", settings.rounds, count);
  const others = {
    rate: 0.5,
    epochs: 1,
    learningRate: 1,
    patience: null,
    evaluationsPerEpoch: 1,
    rewindTo: { step: 1 },
  };
  const planned = {
    data: null,
    architecture: null,
    backend: "",
    rewindStep: 1,
    lastStep: 1,
    settings: { ...others, ...settings },
  };
  return settings.seeds.reduce((sum, seed) => sum + plan(new Graph(), seed, planned).length, 0);
}

function levelsOf(graph: Graph, arm: string, levels: Iterable<Level>, seed: number): PlannedLevel[] {
  return Array.from(levels, (level, i) => {
    const where = `arm "${arm}"`;
    checkFields(where, `level ${i}`, level, { round: positive, network: text, expect: optional(list) });
    if (graph.node(level.network).op !== "train") {
      throw new RangeError(`${where}: level ${i}: network is ${level.network}, which is no trained network`);
    }
    return { ...level, arm, seed };
  });
}
