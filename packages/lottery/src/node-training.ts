import { backend } from "@ltt/core";
import { canonicalJson, type Json } from "./json.ts";
import { ratesInSteps } from "./learning-rates.ts";
import { hashOf, type Node } from "./node.ts";
import { trainParams } from "./node-params.ts";
import { injectedBy } from "./published-2020/training-faults.ts";
import { type Batches, checkBatches, type Task } from "./task.ts";
import type { TrainNetworkOptions } from "./training-options.ts";

interface Listening {
  /** Called after every step. */
  readonly onStep?: ((hash: string, step: number, loss: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * What a node says of how its network is trained, with the task's batches and measures.
 *
 * @param caller - What messages about the task begin with.
 * @throws {RangeError} if the node is of other data, or of another backend than the one in use.
 */
export function trainingOf<Input>(
  caller: string,
  task: Task<Input>,
  node: Node,
  { onStep, signal }: Listening,
): TrainNetworkOptions<Input> {
  const hash = hashOf(node);
  const params = trainParams(node);
  const { epochs, steps, learningRate, patience, evaluationsPerEpoch, evaluateEvery, evaluateEnd } = params;
  const { clipNorm, optimiser, momentum, weightDecay, schedule, warmUp } = params;
  return {
    batches: batchesOf(caller, task, params, params.seed, hash),
    settings: {
      ...{ epochs, steps, evaluationsPerEpoch, evaluateEvery, evaluateEnd },
      ...{ learningRate, patience, clipNorm: clipNorm ?? undefined },
      ...{ optimiser, momentum: momentum === 0 ? undefined : momentum, weightDecay: weightDecay ?? undefined },
      ...ratesInSteps({ schedule, warmUp }),
      ...(params.l1 === 0 ? {} : { l1: params.l1 }),
      ...(params.measureTraining ? { measureTraining: true } : {}),
    },
    seed: params.seed,
    firstStep: params.firstStep,
    rewiring: params.rewiring ?? undefined,
    gammaPenalty: params.gammaPenalty,
    embeddings: task.embeddings,
    measure: task.measure,
    chance: task.chance,
    ...injectedBy(params.faults),
    onStep: (step, loss) => onStep?.(hash, step, loss),
    signal,
  };
}

/**
 * The task's batches, for a node that names their data.
 *
 * @throws {RangeError} if the node is of other data, or of another backend than the one in use.
 */
export function batchesOf<Input>(
  caller: string,
  task: Task<Input>,
  named: { readonly data: Json; readonly backend: string },
  seed: number,
  hash: string,
): Batches<Input> {
  checkOrigin(caller, task, named, hash);
  return checkBatches(`${caller}: task.batches(${seed})`, task.batches(seed));
}

/** @throws {RangeError} if a node is of other data than the task, or of another backend than the one in use. */
export function checkOrigin<Input>(
  caller: string,
  task: Task<Input>,
  named: { readonly data: Json; readonly backend: string },
  hash: string,
): void {
  checkSame(caller, "data", named.data, task.data, hash);
  if (named.backend !== backend().name) {
    throw new RangeError(`${caller}: node ${hash} is of the backend ${named.backend}; ${backend().name} is in use`);
  }
}

/** @throws {RangeError} if a node and the task say different things of the same. */
export function checkSame(caller: string, what: string, said: Json, has: Json, hash: string): void {
  if (canonicalJson(said) === canonicalJson(has)) return;
  throw new RangeError(
    `${caller}: node ${hash} is of other ${what}: ${canonicalJson(said)}; the task has ${canonicalJson(has)}`,
  );
}
