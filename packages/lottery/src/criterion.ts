import type { Rng } from "@ltt/core";
import { check, describe, floats, map } from "@ltt/core/arguments";
import type { CutPool } from "./cut.ts";
import type { Json } from "./json.ts";
import type { Pattern, Values } from "./pattern.ts";

/** What of an extension enters the names of nodes, and nothing else of it does. */
export interface Named {
  readonly name: string;
  /** Raised when the same name and params come to give other results. */
  readonly version: number;
  /** Default: none. */
  readonly params?: Json | undefined;
  /** SHA-256 of the plugin file that it comes from, which changes whenever the file does. Default: it comes from no file. */
  readonly plugin?: string | undefined;
}

/**
 * Scores every weight that is left; the lowest go.
 *
 *     const smallestMove: Criterion = {
 *       name: "smallest-move",
 *       version: 1,
 *       score: async (e) => elementwise((t, i) => Math.abs(t - i), await e.trained(), await e.initial()),
 *     };
 */
export interface Criterion extends Named {
  /** @returns a score for each position of `evidence.mask`, in its order. */
  readonly score: (evidence: Evidence) => Promise<Values>;
}

/**
 * What is known of a network when it is cut. All is lazy: what is not asked for costs nothing. Losses and gradients are
 * without dropout, on training examples.
 */
export interface Evidence {
  /** What is left of each tensor, and may go. What is frozen is not in it. */
  readonly mask: Pattern;
  /** The shape of each tensor of the mask. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** The tensors whose weights compete with each other, and the fraction of these that goes. Excluded tensors are in none. */
  readonly pools: readonly CutPool[];
  /** A stream of this cut alone, apart from the one that orders ties. */
  readonly rng: Rng;
  /** `w0` at the mask: the weights at step 0 of the training that led to this network; also where it was rewound to a later step. */
  initial(): Promise<Values>;
  /** `wT` at the mask: the weights that are cut. */
  trained(): Promise<Values>;
  /**
   * `∂L/∂w` of the mean loss, at the mask: over all examples of the first epoch, or over those of its first so many batches.
   *
   * @param options - `at`: the weights, default those that are cut. `temperature`: what outputs are divided by before the loss, default 1.
   *   `batchStatistics`: whether batch normalisation takes mean and variance of each batch, as in training, default false: what a network
   *   at step 0 needs, whose running statistics are of no data.
   */
  gradient(over: "epoch" | number, options?: GradientOptions): Promise<Values>;
  /**
   * The diagonal of the empirical Fisher information of the weights that are cut, from the gradients of batches:
   * `h = Σ_b n_b² (∂L_b/∂w)² / Σ_b n_b`, at the mask. At a minimum, where the gradients of examples have the mean 0, it
   * is on average the mean of their squares.
   */
  fisher(over: "epoch" | number): Promise<Values>;
  /**
   * `∂R/∂w` at the mask, `R` the sum of what the network with these weights gives for an input of ones, without
   * dropout: of as many and as long examples as the first batch has. What looks rows up by ids (`embeddings` of a
   * `Task`) gives ones, and has no gradient.
   */
  flow(weights: Values): Promise<Values>;
  /** The mean loss `L` of the network with other weights at the mask, over all examples of the first epoch. */
  lossOf(weights: Values): Promise<number>;
}

export interface GradientOptions {
  readonly at?: Values | undefined;
  readonly temperature?: number | undefined;
  readonly batchStatistics?: boolean | undefined;
}

/** What stands in a node for an extension: its name alone, where that says all. */
export function identityOf({ name, version, params, plugin }: Named): Json {
  if (version === 1 && params === undefined && plugin === undefined) return name;
  return {
    name,
    ...(version === 1 ? {} : { version }),
    ...(params === undefined ? {} : { params }),
    ...(plugin === undefined ? {} : { plugin }),
  };
}

/**
 * Scores, checked for what an extension may have given instead.
 *
 * @throws {TypeError} unless they are a map of numbers.
 * @throws {RangeError} unless there is one for each position of the mask.
 */
export async function scoresOf(criterion: Criterion, evidence: Evidence): Promise<Values> {
  const where = `criterion "${criterion.name}"`;
  const scores = await criterion.score(evidence);
  check(where, "what score gave", scores, map);
  for (const [tensor, positions] of evidence.mask) {
    const given = scores.get(tensor);
    if (!floats.accepts(given)) {
      throw new TypeError(`${where}: the scores of "${tensor}" are ${describe(given)}; they are a Float32Array`);
    }
    if (given!.length !== positions.length) {
      throw new RangeError(`${where}: "${tensor}" has ${given!.length} scores for ${positions.length} weights`);
    }
  }
  return scores;
}
