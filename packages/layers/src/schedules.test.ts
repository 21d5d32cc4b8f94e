import { expect, test } from "vitest";
import { constantRate, cosineDecay, exponentialDecay, multiStepDecay, stepDecay, warmUp } from "./index.ts";
import { cosineOfPi } from "./schedules.ts";

const rates = (schedule: (step: number) => number, steps: number[]) => steps.map(schedule);

test("constantRate never changes", () => {
  expect(rates(constantRate(0.3), [0, 1, 1000])).toEqual([0.3, 0.3, 0.3]);
});

test("stepDecay falls every so many steps", () => {
  expect(rates(stepDecay(1, { every: 3, factor: 0.5 }), [0, 2, 3, 5, 6, 9])).toEqual([1, 1, 0.5, 0.5, 0.25, 0.125]);
  expect(stepDecay(1, { every: 10 })(10)).toBe(0.1);
});

test("multiStepDecay falls at each milestone", () => {
  const schedule = multiStepDecay(1, { milestones: [3, 5], factor: 0.5 });
  expect(rates(schedule, [0, 2, 3, 4, 5, 100])).toEqual([1, 1, 0.5, 0.5, 0.25, 0.25]);
  expect(multiStepDecay(1, { milestones: [] })(10)).toBe(1);
  expect(() => multiStepDecay(1, { milestones: [5, 5] })).toThrow(
    "multiStepDecay: milestones are 5, 5; give each once, in ascending order",
  );
});

test("exponentialDecay falls at every step", () => {
  expect(rates(exponentialDecay(8, { factor: 0.5 }), [0, 1, 2, 5])).toEqual([8, 4, 2, 0.25]);
});

test("cosineDecay is half a cosine, and stays at its end", () => {
  const schedule = cosineDecay(1, { steps: 4, final: 0.2 });
  const wanted = [1, 0.2 + 0.4 * (1 + Math.SQRT1_2), 0.6, 0.2 + 0.4 * (1 - Math.SQRT1_2), 0.2, 0.2];
  for (const [step, rate] of wanted.entries()) expect(schedule(step)).toBeCloseTo(rate, 14);
  expect(cosineDecay(1, { steps: 4 })(4)).toBe(0);
});

test("warmUp climbs in a straight line, and follows the schedule then", () => {
  expect(rates(warmUp(constantRate(2), { steps: 4 }), [0, 1, 2, 3, 4, 100])).toEqual([0.5, 1, 1.5, 2, 2, 2]);
  expect(warmUp(stepDecay(1, { every: 2, factor: 0.5 }), { steps: 4 })(2)).toBe(0.375);
});

test("cosineOfPi is within 2⁻⁵² of the truth, and exact where cosines are rational", () => {
  for (let i = 0; i <= 10_000; i++) {
    const x = i / 20_000;
    // The truth by way of small arguments: π·x itself is rounded, which matters near π.
    const truth = x > 0.25 ? Math.sin(Math.PI * (0.5 - x)) : Math.cos(Math.PI * x);
    expect(Math.abs(cosineOfPi(x) - truth)).toBeLessThan(2 ** -52);
    expect(cosineOfPi(1 - x)).toBeCloseTo(-truth, 15);
  }
  expect([0, 0.5, 1].map(cosineOfPi)).toEqual([1, 0, -1]);
  expect(cosineOfPi(1 / 3)).toBeCloseTo(0.5, 15);
});

test("steps are integers from 1", () => {
  expect(() => stepDecay(1, { every: 0 })).toThrow("stepDecay: every is 0; it is an integer from 1");
  expect(() => cosineDecay(1, { steps: 1.5 })).toThrow("cosineDecay: steps is 1.5; it is an integer from 1");
  expect(() => warmUp(constantRate(1), { steps: -1 })).toThrow("warmUp: steps is -1; it is an integer from 1");
});
