import { describe, expect, test } from "vitest";
import { CONSTANT, checkRates, type LearningRates, ratesInSteps, scheduleOf, stepRates } from "./learning-rates.ts";

const inSteps = (rates: LearningRates) => stepRates("run", rates, 10, { steps: 100 });
const rates: LearningRates = { schedule: { milestones: [{ epoch: 3 }, { step: 50 }] }, warmUp: { step: 4 } };

test("moments become steps, and steps moments", () => {
  const steps = inSteps(rates);
  expect(steps).toEqual({ schedule: { milestones: [30, 50], factor: 0.1 }, warmUp: 4 });
  expect(inSteps(ratesInSteps(steps))).toEqual(steps);
  expect(inSteps({})).toEqual(CONSTANT);
  expect(inSteps({ schedule: { milestones: [] } })).toEqual(CONSTANT); // which is no other training
  expect(ratesInSteps(CONSTANT)).toEqual({});
});

test("the rate climbs, stays, and falls after each milestone", () => {
  const schedule = scheduleOf(0.5, inSteps({ ...rates, schedule: { ...rates.schedule!, factor: 0.5 } }))!;
  expect([0, 1, 3, 4, 29, 30, 49, 50, 99].map(schedule)).toEqual([
    0.125, 0.25, 0.5, 0.5, 0.5, 0.25, 0.25, 0.125, 0.125,
  ]);
  expect(scheduleOf(0.5, CONSTANT)).toBeUndefined();
  expect(scheduleOf(0.5, { schedule: null, warmUp: 2 })!(0)).toBe(0.25);
});

describe("what cannot be is refused", () => {
  test.each<[LearningRates, string]>([
    [
      { schedule: { milestones: [{ step: 101 }] } },
      "run: learning rate falls at step 101: training has epochs 1–10, steps 1–100",
    ],
    [{ warmUp: { epoch: 11 } }, "run: warm up to epoch 11: training has epochs 1–10, steps 1–100"],
    [
      { schedule: { milestones: [{ step: 50 }, { epoch: 3 }] } },
      "run: schedule: milestone 1 is step 30, the one before step 50; milestones ascend",
    ],
  ])("moments: %#", (wrong, message) => {
    expect(() => inSteps(wrong)).toThrow(message);
  });

  test("moments of a training that is shorter than an epoch", () => {
    expect(() => stepRates("run", { warmUp: { epoch: 1 } }, 10, { steps: 7 })).toThrow(
      "run: warm up to epoch 1: training has steps 1–7, less than an epoch",
    );
  });

  test.each<[object, string]>([
    [{ schedule: { milestones: [{ step: 1, epoch: 1 }] } }, "schedule: milestones[0] has both epoch and step"],
    [{ schedule: { milestones: [7] } }, "schedule: milestones[0] is 7"],
    [{ schedule: { factor: 0.1 } }, "run: schedule: milestones is undefined; it is an array"],
    [{ schedule: { milestones: [], factor: 2 } }, "schedule: factor is 2; it is a fraction in [0, 1]"],
    [{ warmUp: {} }, "warmUp has neither epoch nor step"],
  ])("kinds: %#", (wrong, message) => {
    expect(() => checkRates("run", wrong)).toThrow(message);
  });
});
