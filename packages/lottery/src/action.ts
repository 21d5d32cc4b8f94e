import type { Rng } from "@ltt/core";
import type { Gains } from "./constant.ts";
import type { ConstantLearning } from "./learned-constant.ts";
import type { Pattern, Values } from "./pattern.ts";

/** What an action may take values from. What is not asked for costs nothing. */
interface Sources {
  /** The whole tensors of an input of the node; what has been pruned is 0. */
  readonly whole: (input: string) => Promise<Values>;
  /** A mask that is an input of the node. */
  readonly mask: (input: string) => Promise<Pattern>;
  /** The values that an input of the node, a ticket of another run, was given, and their positions. */
  readonly given: (input: string) => Promise<{ readonly positions: Pattern; readonly values: Values }>;
  /** Whole tensors, drawn anew by the node's seed. */
  readonly fresh: () => Promise<Values>;
  /** A stream of the node's seed, for a purpose. */
  readonly rng: (purpose: string) => Rng;
  /** Whether the signs of `whole` are kept. */
  readonly signs: boolean;
  /** A constant that is given; `null`: none is. */
  readonly value: number | null;
  /** What a constant makes of tensors of equal values. */
  readonly gains: Gains;
  /** How a constant is learned; `null`: it is not. */
  readonly learns: ConstantLearning | null;
  /** `∂L/∂w` of the next training batch, for some weights at the node's mask. */
  readonly gradientOf: (values: Values) => Promise<Values>;
}

/** The values that a sparse network starts from, at its mask. */
export type Action = (mask: Pattern, sources: Sources) => Promise<Values>;
