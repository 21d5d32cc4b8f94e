import { expect, test } from "vitest";
import { stream } from "../../random/rng.ts";
import { uniqueIds } from "./unique.ts";

/** As the definition says it. */
function expected(ids: Int32Array, step: number, reach: Int32Array) {
  const places = [...reach].flatMap((end, b) => Array.from({ length: end - b * step }, (_, i) => b * step + i));
  const unique = [...new Set(places.map((place) => ids[place]!))].sort((a, b) => a - b);
  const inverse = new Int32Array(ids.length);
  for (const place of places) inverse[place] = unique.indexOf(ids[place]!);
  return { unique: Int32Array.from(unique), inverse };
}

test("uniqueIds ranks what is within reach, call after call, in vocabularies of all sizes", () => {
  const rng = stream(1, "ids");
  for (const range of [1, 31, 32, 33, 1000, 64, 25_000, 5]) {
    const [batch, step] = [4, 50];
    const ids = Int32Array.from({ length: batch * step }, () => Math.floor(rng.uniform() * range));
    ids[0] = range - 1;
    const reach = Int32Array.from([50, 51, 100, 187]); // all of a text, one token, none, a part
    expect(uniqueIds(ids, range, { step, reach })).toEqual(expected(ids, step, reach));
  }
});

test("uniqueIds finds the last id of a word of bits", () => {
  const ids = Int32Array.from([63, 31, 0, 32, 31, 63]);
  const { unique, inverse } = uniqueIds(ids, 64, { step: 6, reach: Int32Array.of(6) });
  expect([...unique]).toEqual([0, 31, 32, 63]);
  expect([...inverse]).toEqual([3, 1, 0, 2, 1, 3]);
});
