import type { Action } from "./action.ts";
import { valuesAt } from "./pattern.ts";
import { freshButEmbedding } from "./published-2020/fresh-but-embedding.ts";
import { shuffled } from "./shuffled.ts";

const rewind: Action = async (mask, { whole }) => valuesAt(await whole("whole"), mask);

const shuffle: Action = async (mask, { whole, rng }) => shuffled(valuesAt(await whole("whole"), mask), rng("shuffle"));

/** The values at another mask with as many positions of each tensor, in random order. */
const move: Action = async (_, { whole, mask, rng }) =>
  shuffled(valuesAt(await whole("whole"), await mask("from")), rng("shuffle"));

/** The values that a ticket of another run brings; those of `whole` where it brings none. */
const transplant: Action = async (mask, { whole, given }) => {
  const start = new Map(await whole("whole"));
  const { positions, values } = await given("mask");
  for (const [name, places] of positions) {
    const tensor = start.get(name)!.slice();
    for (const [i, at] of places.entries()) tensor[at] = values.get(name)![i]!;
    start.set(name, tensor);
  }
  return valuesAt(start, mask);
};

const fresh: Action = async (mask, sources) => valuesAt(await sources.fresh(), mask);

/** By the name that nodes have them by. */
export const ACTIONS: ReadonlyMap<string, Action> = new Map([
  ["rewind", rewind],
  ["shuffle", shuffle],
  ["move", move],
  ["transplant", transplant],
  ["fresh", fresh],
  ["fresh-but-embedding", freshButEmbedding],
]);
