import { type Matrix, stream, type Tensor, tensor, tokens } from "@ltt/core";
import { expect, test } from "vitest";
import { type Batch, BatchNorm1d, buffersOf, updateStatistics } from "./index.ts";

const rng = () => stream(1, "statistics");
const batch = (...values: number[]): Batch<Matrix> => ({
  input: tensor(values, [values.length, 1]),
  targets: tokens(new Int32Array(values.length), [values.length]),
});
const valuesOf = (model: BatchNorm1d) => Array.from(buffersOf(model).values(), (buffer: Tensor) => [...buffer.data]);

/** A normalisation that has seen `count` batches, with these statistics. */
function normed(mean: number, variance: number, count: number): BatchNorm1d {
  const norm = new BatchNorm1d({ channels: 1 }, rng());
  norm.running_mean.write(Float32Array.of(mean));
  norm.running_var.write(Float32Array.of(variance));
  norm.num_batches_tracked.write(Float32Array.of(count));
  return norm;
}

test("the statistics are means over the batches, worked by hand", () => {
  const norm = normed(7, 9, 3);
  expect(updateStatistics(norm, [batch(1, 3), batch(4, 8)], rng())).toBe(true); // means 2 and 6, variances 2 and 8
  expect(valuesOf(norm)).toEqual([[4], [5], [2]]);
  expect(norm.momentum).toBe(0.1);
});

test.each([
  ["infinite", Number.POSITIVE_INFINITY],
  ["no numbers", Number.NaN],
  ["so large that the batch's are lost beside them", 1e8],
])("they do not depend on those before, which may be %s", (_, before) => {
  const norm = normed(before, before, 1e6);
  const other = normed(0, 1, 0);
  const batches = [batch(0.1, 0.3), batch(0.7, 0.2)];
  for (const model of [norm, other]) updateStatistics(model, batches, rng());
  expect(valuesOf(norm)).toEqual(valuesOf(other));
});

test("those of one batch are its own, to the bit", () => {
  const [norm, trained] = [normed(3, 4, 5), normed(0, 0, 0)];
  Object.assign(trained, { momentum: 1 });
  updateStatistics(norm, [batch(0.1, 0.3)], rng());
  trained.forward(batch(0.1, 0.3).input, { training: { rng: rng() } });
  expect(valuesOf(norm)).toEqual(valuesOf(trained));
  expect(valuesOf(norm)).toEqual([[Math.fround(0.2)], [expect.closeTo(0.02, 8)], [1]]);
});

test("no batches change nothing", () => {
  const norm = normed(3, 4, 5);
  expect(updateStatistics(norm, [], rng())).toBe(true);
  expect(valuesOf(norm)).toEqual([[3], [4], [5]]);
});
