import { setImmediate } from "node:timers/promises";
import { stream } from "@ltt/core";
import { Adam, type Model, parametersOf, snapshot, train, trainable, withParameters } from "@ltt/layers";
import {
  armsNeeded,
  cut,
  type ExperimentSettings,
  elementwise,
  folderContents,
  lastStepOf,
  networkCount,
  type Pattern,
  type PlannedNode,
  patternOf,
  plannedNodes,
  sparseWeights,
  type Values,
  valuesAt,
} from "@ltt/lottery";
import type { PreparedTask } from "./prepared-task.ts";
import { secondsOfJobs } from "./schedule.ts";

/** What a run would take at most: networks that stop early take less. */
export interface RunEstimate {
  readonly networks: number;
  readonly stepsAtMost: number;
  /** The steps that were timed, the dense network's first. Those of the rounds between them are interpolated. */
  readonly measured: readonly MeasuredStep[];
  /** Of all networks, one after another. */
  readonly secondsAtMost: number;
  /** Those of `--jobs`, and the seconds in which they train what is not in the folder, if they do not slow each other down. */
  readonly jobs: number;
  readonly secondsOfJobs: number;
  /** Peak of this process while it measured the dense network, in MB. */
  readonly memoryMb: number;
  readonly parameters: number;
  readonly folder: string;
  /** Every node of the experiment, each after those that it rests on. */
  readonly nodes: readonly NodeEstimate[];
}

/** A node, and what making it takes. */
export interface NodeEstimate extends PlannedNode {
  readonly secondsAtMost: number;
}

/** A training step of a round's network. */
interface MeasuredStep {
  readonly round: number;
  /** The fraction of the weights that is left. */
  readonly density: number;
  readonly seconds: number;
}

/** Seconds for which steps run untimed, since V8 compiles hot WebAssembly a second time, and are timed; a step and two steps at least. */
const [WARM, TIMED] = [0.5, 1];

/**
 * Trains a few real steps of the dense network and of networks pruned as far as some of the rounds, and adds up. Their patterns are those
 * of the largest initial weights, since nothing is trained yet.
 */
export async function estimateRun(
  { task, parameters, stepsPerEpoch }: PreparedTask,
  experiment: ExperimentSettings,
  {
    folder,
    jobs,
    signal,
  }: { readonly folder: string; readonly jobs: number; readonly signal: AbortSignal | undefined },
): Promise<RunEstimate> {
  const { rounds, rate, seeds } = experiment;
  const lastStep = lastStepOf(experiment, stepsPerEpoch);
  const model = task.model(stream(seeds[0]!, "init"));
  const weights = parametersOf(model);
  const initial = await snapshot(weights);

  let pattern = patternOf(weights);
  const total = sizeOf(pattern);
  const measured: MeasuredStep[] = [];
  let memoryMb = 0;
  for (const round of measuredRounds(rounds)) {
    const rounded = 1 - (1 - rate) ** (round - (measured.at(-1)?.round ?? 0));
    const scores = elementwise(Math.abs, valuesAt(initial, pattern));
    pattern = cut(pattern, scores, { rate: rounded, rng: stream(0, "ties", round) });
    const network = round === 0 ? model : pruned(model, initial, pattern);
    const seconds = await secondsPerStep(network, task.batches(seeds[0]!).train, experiment, signal);
    measured.push({ round, density: sizeOf(pattern) / total, seconds });
    if (round === 0) memoryMb = Math.round(process.resourceUsage().maxRSS / 1024);
  }

  const { nodes: there } = await folderContents(folder);
  const nodes = plannedNodes(task, experiment, new Set(there.keys())).map((node) => ({
    ...node,
    secondsAtMost: node.stepsAtMost * at(node.round),
  }));
  const networks = networkCount(experiment);
  const sparse = seeds.length * armsNeeded(experiment).length;
  const costs = Array.from({ length: rounds + 1 }, (_, round) => (round === 0 ? seeds.length : sparse) * at(round));
  return {
    networks,
    stepsAtMost: networks * lastStep,
    measured,
    secondsAtMost: costs.reduce((sum, cost) => sum + cost, 0) * lastStep,
    jobs,
    secondsOfJobs: secondsOfJobs(nodes, jobs),
    memoryMb,
    parameters,
    folder,
    nodes,
  };

  /** Seconds of a step of a round, on the straight line between those that were measured. */
  function at(round: number): number {
    const after = measured.find((step) => step.round >= round)!;
    const before = measured.findLast((step) => step.round <= round)!;
    if (after.round === before.round) return after.seconds;
    const share = (round - before.round) / (after.round - before.round);
    return before.seconds + share * (after.seconds - before.seconds);
  }
}

/**
 * The dense network, the last round, and of 20 rounds of a fifth those with 41 and 11 % left: where sparse kernels begin to pay, and do.
 */
function measuredRounds(rounds: number): number[] {
  return [...new Set([0, Math.ceil(rounds / 5), Math.ceil(rounds / 2), rounds])];
}

function pruned(model: Model, initial: Values, pattern: Pattern): Model {
  const weights = parametersOf(model);
  return withParameters(model, new Map([...weights, ...sparseWeights(weights, pattern, valuesAt(initial, pattern))]));
}

async function secondsPerStep(
  model: Model,
  batches: ReturnType<PreparedTask["task"]["batches"]>["train"],
  { learningRate, clipNorm }: ExperimentSettings,
  signal: AbortSignal | undefined,
): Promise<number> {
  const optimiser = new Adam(trainable(model), { learningRate });
  const elapsed = () => (performance.now() - began) / 1000;
  let began = performance.now();
  let [untimed, timed] = [0, 0];
  const epochs = Number.MAX_SAFE_INTEGER; // a small epoch may end before the time does
  for await (const { step } of train(model, { batches, epochs, optimiser, seed: 0, clipNorm })) {
    if (untimed > 0) timed = step - untimed;
    else if (elapsed() >= WARM) [untimed, began] = [step, performance.now()];
    if (timed >= 2 && elapsed() >= TIMED) break;
    await setImmediate(); // so that Node hears a signal
    signal?.throwIfAborted();
  }
  return elapsed() / timed;
}

function sizeOf(pattern: Pattern): number {
  return [...pattern.values()].reduce((sum, { length }) => sum + length, 0);
}
