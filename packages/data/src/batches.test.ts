import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  batchAt,
  batchCount,
  batches,
  type Encoded,
  encodeExamples,
  encodeTokens,
  planEpoch,
  planEvaluation,
} from "./batches.ts";
import { createTokeniser } from "./tokenise.ts";
import { Vocabulary } from "./vocabulary.ts";

/** Text i has the ids 2 + i, so a row tells which text it is. */
const encoded = (lengths: readonly number[]) =>
  encodeTokens(
    lengths.map((length, i) => new Array<number>(length).fill(2 + i)),
    lengths.map((_, i) => i % 3),
  );

const lengths = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 300 });
const paddedShare = (set: Encoded, plan: ReturnType<typeof planEpoch>) => {
  let cells = 0;
  for (const batch of batches(set, plan)) cells += batch.input.size;
  return 1 - set.ids.length / cells;
};

describe("encoding", () => {
  const vocabulary = new Vocabulary(["a", "b", "!"]);
  const tokenise = createTokeniser();

  test("cuts long texts at their end and gives an empty one a single <unk>", () => {
    const examples = [
      { text: "a b! c", label: 1 },
      { text: " ", label: 0 },
    ];
    const set = encodeExamples(examples, { tokenise, vocabulary, maxLength: 3 });
    expect([...set.ids]).toEqual([2, 3, 4, 0]);
    expect([...set.offsets]).toEqual([0, 3, 4]);
    expect([...set.labels]).toEqual([1, 0]);
    expect([...encodeExamples(examples, { tokenise, vocabulary }).ids]).toEqual([2, 3, 4, 0, 0]);
  });

  test("refuses lengths and labels that cannot be", () => {
    expect(() => encodeExamples([], { tokenise, vocabulary, maxLength: 0 })).toThrow(
      "encodeExamples: maxLength is 0; it is an integer from 1",
    );
    expect(() => encodeTokens([[1]], [])).toThrow("encodeTokens: 1 texts have 0 labels");
  });
});

describe("a batch", () => {
  test("holds its texts, padded at the end to the longest", () => {
    const set = encoded([1, 3]);
    const batch = batchAt(set, planEvaluation(set, 2), 0);
    expect(batch.input.shape).toEqual([2, 3]);
    expect([...batch.input.data]).toEqual([2, 1, 1, 3, 3, 3]);
    expect([...batch.lengths.data]).toEqual([1, 3]);
    expect([...batch.targets.data]).toEqual([0, 1]);
  });

  test("that is not there is refused", () => {
    const set = encoded([1, 3]);
    for (const index of [-1, 1, 0.5]) {
      expect(() => batchAt(set, planEvaluation(set, 2), index)).toThrow(
        `batchAt: there is no batch ${index}; the plan has 1`,
      );
    }
  });
});

describe("an epoch", () => {
  test.each(["bucketed", "shuffled"] as const)("%s has every example once, all batches but one full", (by) => {
    fc.assert(
      fc.property(
        lengths,
        fc.integer({ min: 1, max: 40 }),
        fc.nat(),
        fc.integer({ min: 1, max: 6 }),
        (all, batchSize, seed, epoch) => {
          const set = encoded(all);
          const plan = planEpoch(set, { batchSize, seed, epoch, by });
          expect([...plan.order].sort((a, b) => a - b)).toEqual(all.map((_, i) => i));
          const sizes = [...batches(set, plan)].map((batch) => batch.input.shape[0]);
          expect(sizes.length).toBe(Math.ceil(all.length / batchSize));
          expect(sizes.filter((size) => size < batchSize).length).toBeLessThanOrEqual(1);
          for (const batch of batches(set, plan)) {
            for (let row = 0; row < batch.input.shape[0]; row++) {
              const text = batch.input.data[row * batch.input.shape[1]]! - 2;
              expect(batch.lengths.data[row]).toBe(all[text]);
              expect(batch.targets.data[row]).toBe(text % 3);
            }
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  test("is the same again for its seed and number, and another for another", () => {
    const set = encoded(Array.from({ length: 500 }, (_, i) => 1 + (i % 20)));
    const options = { batchSize: 16, seed: 1, epoch: 3 };
    expect(planEpoch(set, options)).toEqual(planEpoch(set, options));
    expect(planEpoch(set, { ...options, epoch: 4 }).order).not.toEqual(planEpoch(set, options).order);
    expect(planEpoch(set, { ...options, seed: 2 }).order).not.toEqual(planEpoch(set, options).order);
    const one = batchAt(set, planEpoch(set, options), 7);
    expect([...batches(set, planEpoch(set, options))][7]).toEqual(one);
  });

  test("by buckets pads little, and does not go from short to long", () => {
    const set = encoded(Array.from({ length: 4000 }, (_, i) => 1 + ((i * 7919) % 200)));
    const bucketed = planEpoch(set, { batchSize: 32, seed: 1, epoch: 1 });
    expect(paddedShare(set, bucketed)).toBeLessThan(0.05);
    expect(paddedShare(set, planEpoch(set, { batchSize: 32, seed: 1, epoch: 1, by: "shuffled" }))).toBeGreaterThan(0.4);
    const times = [...batches(set, bucketed)].map((batch) => batch.input.shape[1]);
    expect(times.filter((time, i) => i > 0 && time < times[i - 1]!).length).toBeGreaterThan(times.length / 4);
  });

  test("of no examples has no batches", () => {
    const set = encoded([]);
    expect(batchCount(planEpoch(set, { batchSize: 4, seed: 1, epoch: 1 }))).toBe(0);
    expect(batchCount(planEvaluation(set, 4))).toBe(0);
  });

  test("refuses a batch size that cannot be", () => {
    expect(() => planEpoch(encoded([1]), { batchSize: 0, seed: 1, epoch: 1 })).toThrow(
      "planEpoch: batchSize is 0; it is an integer from 1",
    );
    expect(() => planEvaluation(encoded([1]), Number.NaN)).toThrow(
      "planEvaluation: batchSize is NaN; it is an integer from 1",
    );
  });
});

test("an evaluation goes from short to long, equal lengths in the examples' order", () => {
  const set = encoded([3, 1, 2, 1]);
  expect([...planEvaluation(set, 3).order]).toEqual([1, 3, 2, 0]);
  expect([...planEvaluation(set, 3).starts]).toEqual([0, 3, 4]);
});

test("an evaluation puts batches together while their ids, with padding, are few enough", () => {
  const set = encoded([3, 1, 2, 1, 4, 4, 9]);
  const plan = (atOnce: number) => planEvaluation(set, 2, { atOnce });
  expect(plan(12)).toEqual({ ...planEvaluation(set, 2), starts: Int32Array.of(0, 4, 6, 7), group: 2 });
  expect([...plan(1).starts]).toEqual([0, 2, 4, 6, 7]); // no batch is cut
  expect([...plan(1000).starts]).toEqual([0, 7]);
  expect(batchAt(set, plan(12), 0)).toMatchObject({ input: { shape: [4, 3] }, group: 2 });
  expect(batchCount(planEvaluation(encoded([]), 2, { atOnce: 9 }))).toBe(0);
  expect(() => planEvaluation(set, 2, { atOnce: 0 })).toThrow("planEvaluation: atOnce is 0; it is an integer from 1");
});
