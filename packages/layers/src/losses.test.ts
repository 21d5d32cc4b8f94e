import { tensor, tokens } from "@ltt/core";
import { expect, test } from "vitest";
import { classificationLoss } from "./index.ts";

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
