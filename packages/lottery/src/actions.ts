import type { Action } from "./action.ts";
import { constant } from "./constant.ts";
import { elementwise } from "./elementwise.ts";
import { learnedConstant } from "./learned-constant.ts";
import { type Values, valuesAt } from "./pattern.ts";
import { freshButEmbedding } from "./published-2020/fresh-but-embedding.ts";
import { shuffled } from "./shuffled.ts";

// What kept weights start from: the “mask-1 actions” of Zhou et al. 2019 (arXiv 1905.01067), §4.1, each with or without
// the signs of the initial weights.

const rewind: Action = async (mask, { whole }) => valuesAt(await whole("whole"), mask);

const shuffle: Action = async (mask, { whole, rng, signs }) => {
  const values = valuesAt(await whole("whole"), mask);
  const moved = shuffled(values, rng("shuffle"));
  return signs ? withSigns(moved, values) : moved;
};

/** The values at another mask with as many positions of each tensor, in random order. */
const move: Action = async (_, { whole, mask, rng }) =>
  shuffled(valuesAt(await whole("whole"), await mask("from")), rng("shuffle"));

const fresh: Action = async (mask, sources) => {
  const values = valuesAt(await sources.fresh(), mask);
  return sources.signs ? withSigns(values, valuesAt(await sources.whole("whole"), mask)) : values;
};

const constantAction: Action = async (mask, { whole, rng, signs, value, gains, learns, gradientOf }) => {
  const drawn = signs ? undefined : rng("signs");
  if (learns === null) return constant(await whole("whole"), mask, { value, gains, rng: drawn });
  return learnedConstant(await whole("whole"), mask, { ...learns, gradientOf, rng: drawn });
};

/** `|v| · sign(w)` */
function withSigns(values: Values, of: Values): Values {
  return elementwise((value, weight) => Math.abs(value) * Math.sign(weight), values, of);
}
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

/** By the name that nodes have them by. */
export const ACTIONS: ReadonlyMap<string, Action> = new Map([
  ["rewind", rewind],
  ["shuffle", shuffle],
  ["move", move],
  ["transplant", transplant],
  ["fresh", fresh],
  ["constant", constantAction],
  ["fresh-but-embedding", freshButEmbedding],
]);
