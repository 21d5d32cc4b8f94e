import type { Rng } from "@ltt/core";
import { callable, check, checkOptions, checkRng, type Kinds, object, positive } from "@ltt/core/arguments";
import { type Batch, buffersOf, type Model, restore, stateOf, updateStatistics } from "@ltt/layers";
import { signal as aSignal, checkEach, share } from "../kinds.ts";
import { checkValues, type Values } from "../pattern.ts";
import { mean } from "../statistics.ts";
import { checkModel, type Measure } from "../task.ts";
import { accuracyOf } from "./accuracy-of.ts";

/** The error on the straight line between two networks. */
export interface Connection {
  /** From 0, the first network, to 1, the second. */
  readonly points: readonly { readonly alpha: number; readonly error: number }[];
  /** See `errorBarrier`. */
  readonly barrier: number;
}

/**
 * `max_α E(α) − (E(0) + E(1)) / 2`: how much worse than its ends the worst place between two networks is. Copies of one
 * network that were trained with other noise of SGD are *linearly mode connected* if it is below 0.02, and the network
 * they began as is stable. Frankle et al. (ICML 2020, arXiv 1912.05671), §2.
 *
 * @param errors - In `[0,1]`, at even distances, the ends first and last.
 * @throws {RangeError} if there are not two.
 */
export function errorBarrier(errors: readonly number[]): number {
  checkEach("errorBarrier", "errors", errors, share);
  if (errors.length < 2) throw new RangeError(`errorBarrier: there are ${errors.length} errors; two are the ends`);
  return Math.max(...errors) - mean([errors[0]!, errors.at(-1)!]);
}

export interface ConnectionOptions<Input> {
  /** What errors are measured on: 1 minus the mean score. */
  readonly batches: () => Iterable<Batch<Input>>;
  readonly measure: Measure;
  /** Places between the ends. Frankle et al. look at 30. */
  readonly between: number;
  /**
   * What running statistics of batch normalisations are computed on anew at every place, the ends included: those of
   * either network are of other weights.
   */
  readonly statistics: () => Iterable<Batch<Input>>;
  readonly rng: Rng;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The errors of `(1 − α)·a + α·b`, at even distances.
 *
 * @param model - A network of the two's mask, whose weights are overwritten.
 * @param a - Weights and buffers as `snapshot(stateOf(model))` gives them; so is `b`.
 * @throws {RangeError} if the two have not the same tensors and masks.
 */
export async function connection<Input>(
  model: Model<Input>,
  a: Values,
  b: Values,
  options: ConnectionOptions<Input>,
): Promise<Connection> {
  checkModel("connection", "model", model);
  checkValues("connection", "a", a);
  checkValues("connection", "b", b);
  const checked = checkOptions("connection", options, OPTIONS, ["batches", "measure", "between", "statistics", "rng"]);
  const { batches, measure, between, statistics, rng, signal } = checked;
  checkRng("connection", "rng", rng);
  const state = stateOf(model);
  const buffers = buffersOf(model);
  const points: { alpha: number; error: number }[] = [];
  for (let i = 0; i <= between + 1; i++) {
    const alpha = i / (between + 1);
    restore(state, interpolated(a, b, alpha));
    if (buffers.size > 0) updateStatistics(model, statistics(), rng.split(i));
    points.push({ alpha, error: 1 - (await accuracyOf("connection", model, batches, measure)) });
    signal?.throwIfAborted();
  }
  return { points, barrier: errorBarrier(points.map(({ error }) => Math.min(1, Math.max(0, error)))) };
}

const OPTIONS: Kinds<ConnectionOptions<never>> = {
  batches: callable,
  measure: callable,
  between: positive,
  statistics: callable,
  rng: object,
  signal: aSignal,
};

/**
 * `(1 − α)·a + α·b`, tensor by tensor.
 *
 * @throws {RangeError} if a tensor is missing, or has another number of values.
 */
export function interpolated(a: Values, b: Values, alpha: number): Values {
  check("interpolated", "alpha", alpha, share);
  return new Map(
    Array.from(a, ([name, values]) => {
      const others = b.get(name);
      if (others?.length !== values.length)
        throw new RangeError(
          `interpolated: "${name}" has ${values.length} values and ${others?.length ?? "no"}: the networks have other masks`,
        );
      return [name, values.map((value, i) => (1 - alpha) * value + alpha * others[i]!)];
    }),
  );
}
