import type { Action } from "./action.ts";
import { valuesAt } from "./pattern.ts";
import { freshButEmbedding } from "./published-2020/fresh-but-embedding.ts";
import { shuffled } from "./shuffled.ts";

const rewind: Action = async (mask, { whole }) => valuesAt(await whole("whole"), mask);

const shuffle: Action = async (mask, { whole, rng }) => shuffled(valuesAt(await whole("whole"), mask), rng("shuffle"));

/** The values at another mask with as many positions of each tensor, in random order. */
const move: Action = async (_, { whole, mask, rng }) =>
  shuffled(valuesAt(await whole("whole"), await mask("from")), rng("shuffle"));

const fresh: Action = async (mask, sources) => valuesAt(await sources.fresh(), mask);

/** By the name that nodes have them by. */
export const ACTIONS: ReadonlyMap<string, Action> = new Map([
  ["rewind", rewind],
  ["shuffle", shuffle],
  ["move", move],
  ["fresh", fresh],
  ["fresh-but-embedding", freshButEmbedding],
]);
