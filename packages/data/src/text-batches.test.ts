import { expect, test } from "vitest";
import { batches, encodeTokens, planEpoch, planEvaluation } from "./batches.ts";
import { textBatches } from "./text-batches.ts";

const encoded = encodeTokens([[2, 3, 4], [5], [6, 7], [8], [9, 10, 11, 12]], [0, 1, 0, 1, 0]);
const plain = (all: ReturnType<typeof textBatches>) =>
  [...all].map(({ input, targets }) => [[...input.data], [...targets.data]]);

test("are those of the plan for an epoch, or for an evaluation", () => {
  const shuffled = { batchSize: 2, seed: 1, epoch: 3 };
  expect(plain(textBatches(encoded, shuffled))).toEqual(plain(batches(encoded, planEpoch(encoded, shuffled))));
  const unsorted = { ...shuffled, by: "shuffled" } as const;
  expect(plain(textBatches(encoded, unsorted))).toEqual(plain(batches(encoded, planEpoch(encoded, unsorted))));
  const evaluated = plain(textBatches(encoded, { batchSize: 2 }));
  expect(evaluated).toEqual(plain(batches(encoded, planEvaluation(encoded, 2))));
  expect(evaluated[0]).toEqual([
    [5, 8],
    [1, 1],
  ]);
});

test("an order wants seed and epoch", () => {
  expect(() => textBatches(encoded, { batchSize: 2, epoch: 1 })).toThrow(
    "textBatches: seed is undefined; a shuffled order wants seed and epoch",
  );
});
