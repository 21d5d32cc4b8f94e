import { gradients, tensor, tokens } from "@ltt/core";
import { expect, test } from "vitest";
import { classificationLoss, meanSquaredError } from "./index.ts";

test("one output is the logit of two classes", () => {
  // −ln σ(ln 3) = ln(4/3); −ln(1 − σ(ln 3)) = ln 4
  const logit = Math.log(3);
  const loss = classificationLoss(tensor([[logit], [logit]]), tokens([1, 0], [2]));
  expect(loss.data[0]).toBeCloseTo((Math.log(4 / 3) + Math.log(4)) / 2, 6);
});

test("several outputs are one a class", () => {
  const loss = classificationLoss(
    tensor([
      [0, Math.log(3)],
      [0, 0],
    ]),
    tokens([1, 0], [2]),
  );
  expect(loss.data[0]).toBeCloseTo((Math.log(4 / 3) + Math.log(2)) / 2, 6);
});

test("targets must be classes", () => {
  expect(() => classificationLoss(tensor([[1]]), tokens([2], [1]))).toThrow("target 0 is 2, neither 0 nor 1");
  expect(() => classificationLoss(tensor([[1, 2]]), tokens([2], [1]))).toThrow(
    "target 0 is 2; logits [1,2] have classes 0–1",
  );
});

test("the mean squared error is over all elements", () => {
  const outputs = tensor([[1], [4]], undefined, { requiresGrad: true });
  const targets = tensor([[3], [1]]);
  const loss = meanSquaredError(outputs, targets);
  expect(loss.data[0]).toBe((4 + 9) / 2);
  expect([...gradients(loss, [outputs])[0]!.data]).toEqual([-2, 3]);
  expect(() => meanSquaredError(outputs, tensor([3, 1]))).toThrow(
    "meanSquaredError: outputs [2,1], targets [2]: the shapes differ",
  );
  expect(() => classificationLoss(tensor([[1]]), targets as never)).toThrow(
    "classificationLoss: targets are numbers, not classes: name a loss for them, { loss: meanSquaredError } for a regression",
  );
});
