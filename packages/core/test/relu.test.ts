import { gradients, mul, relu, sum, tensor } from "@ltt/core";
import { expect, test } from "vitest";

test("relu's gradient is recorded: d/dz of Σ w · d/dx Σ relu(x) · z is w where x > 0", () => {
  const options = { requiresGrad: true };
  const [x, z] = [tensor([-1, 2, 0, 3], [4], options), tensor([5, 6, 7, 8], [4], options)];
  const [slope] = gradients(sum(mul(relu(x), z)), [x], { createGraph: true });
  expect(Array.from(slope!.data, (value) => value + 0)).toEqual([0, 6, 0, 8]); // −0 is 0
  const [second] = gradients(sum(mul(slope!, tensor([1, 2, 3, 4]))), [z]);
  expect(Array.from(second!.data, (value) => value + 0)).toEqual([0, 2, 0, 4]);
});
