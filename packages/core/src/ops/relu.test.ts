import { expect, test } from "vitest";
import { gradients } from "../autograd/gradients.ts";
import { tensor } from "../tensor/tensor.ts";
import { mul } from "./mul.ts";
import { relu } from "./relu.ts";
import { sum } from "./sum.ts";

test("the gradient is recorded: d/dz of Σ w · d/dx Σ relu(x) · z is w where x > 0", () => {
  const options = { requiresGrad: true };
  const [x, z] = [tensor([-1, 2, 0, 3], [4], options), tensor([5, 6, 7, 8], [4], options)];
  const [slope] = gradients(sum(mul(relu(x), z)), [x]);
  expect([...slope!.data]).toEqual([0, 6, 0, 8]);
  const [second] = gradients(sum(mul(slope!, tensor([1, 2, 3, 4]))), [z]);
  expect([...second!.data]).toEqual([0, 2, 0, 4]);
});
