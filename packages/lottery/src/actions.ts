import type { Rng } from "@ltt/core";
import { type Pattern, type Values, valuesAt } from "./pattern.ts";
import { freshButEmbedding } from "./published-2020/fresh-but-embedding.ts";
import { shuffled } from "./shuffled.ts";

/** What an action may take values from. What is not asked for costs nothing. */
interface Sources {
  /** The whole tensors of an input of the node; what has been pruned is 0. */
  readonly whole: (input: string) => Promise<Values>;
  /** Whole tensors, drawn anew by the node's seed. */
  readonly fresh: () => Promise<Values>;
  /** A stream of the node's seed, for a purpose. */
  readonly rng: (purpose: string) => Rng;
}

/** The values that a sparse network starts from, at its mask. */
export type Action = (mask: Pattern, sources: Sources) => Promise<Values>;

const rewind: Action = async (mask, { whole }) => valuesAt(await whole("whole"), mask);

const shuffle: Action = async (mask, { whole, rng }) => shuffled(valuesAt(await whole("whole"), mask), rng("shuffle"));

const fresh: Action = async (mask, sources) => valuesAt(await sources.fresh(), mask);

/** By the name that nodes have them by. */
export const ACTIONS: ReadonlyMap<string, Action> = new Map([
  ["rewind", rewind],
  ["shuffle", shuffle],
  ["fresh", fresh],
  ["fresh-but-embedding", freshButEmbedding],
]);
