import { expect, test } from "vitest";
import { secondsOfJobs } from "./schedule.ts";

const node = (hash: string, secondsAtMost: number, inputs: readonly string[] = [], stored = false) => ({
  hash,
  secondsAtMost,
  inputs: Object.fromEntries(inputs.map((input) => [input, input])),
  stored,
});

test("jobs share networks, but not the rounds of a chain", () => {
  const chain = [node("d", 10), node("cut", 0, ["d"]), node("r1", 8, ["cut"]), node("r2", 6, ["r1"])];
  expect(secondsOfJobs(chain, 1)).toBe(24);
  expect(secondsOfJobs(chain, 2)).toBe(24);
  const controls = [...chain, node("c1", 7, ["cut"]), node("c2", 7, ["r1"])];
  expect(secondsOfJobs(controls, 1)).toBe(38);
  expect(secondsOfJobs(controls, 2)).toBe(25); // d 0–10; r1 10–18, c1 10–17; c2 needs r1: r2 18–24, c2 18–25
  expect(secondsOfJobs(controls, 3)).toBe(25);
});

test("what is stored takes no time, and an input of another run is there", () => {
  expect(secondsOfJobs([node("d", 10, [], true), node("r1", 8, ["d"]), node("b", 3, ["elsewhere"])], 2)).toBe(8);
  expect(secondsOfJobs([], 2)).toBe(0);
});
