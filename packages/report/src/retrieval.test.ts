import { expect, test } from "vitest";
import { renderCsv } from "./csv.ts";
import { renderReport } from "./report.ts";
import { retrievalOf } from "./retrieval.ts";
import { sampleLevel, sampleResults, sampleTensor } from "./sample.ts";

const [dense, early, whole] = [
  sampleLevel({ arm: "dense", round: 0, steps: 400, tensors: [sampleTensor("w", [10, 10], 1)] }),
  sampleLevel({
    ...{ arm: "early-bird", round: 1, sparsity: 0.8, steps: 400, searchedSteps: 100, testAccuracy: 0.85 },
    tensors: [sampleTensor("w", [10, 10], 0.2)],
  }),
  sampleLevel({
    arm: "one-shot",
    round: 1,
    sparsity: 0.8,
    testAccuracy: 0.86,
    tensors: [sampleTensor("w", [10, 10], 0.2)],
  }),
];
const uses = { w: 1 };

test("a search that saw a quarter of dense training saves three quarters of its steps, and of all FLOPs what they are of both trainings", () => {
  // dense 100 multiplications an example, sparse 20: (100·100 + 400·20) of (400·100 + 400·20)
  expect(retrievalOf(early!, dense, uses)).toEqual({
    searched: 100,
    savedSteps: 0.75,
    savedFlops: 1 - 18_000 / 48_000,
  });
  expect(retrievalOf(early!, dense, undefined)).toEqual({ searched: 100, savedSteps: 0.75, savedFlops: undefined });
  expect(retrievalOf(whole!, dense, uses)).toBeUndefined();
  expect(retrievalOf(early!, undefined, uses)).toBeUndefined();
});

test("metrics.csv has columns for it, blank for networks whose masks took a whole training, and none where all are such", () => {
  const [header, first, second, third] = renderCsv([dense!, early!, whole!], { uses }).split("\r\n");
  expect(header).toContain(",steps,searchedSteps,savedSteps,savedFlops,storedBytes,multiplications,");
  expect([first, second, third].map((line) => line!.split(",").slice(18, 21))).toEqual([
    ["", "", ""],
    ["100", "0.75", "0.625"],
    ["", "", ""],
  ]);
  expect(renderCsv([dense!, whole!], { uses })).not.toContain("searchedSteps");
});

test("the report tells it beside accuracy and the difference to one-shot", () => {
  const page = renderReport(sampleResults([dense!, early!, whole!], { uses }));
  const [section] = /<section><h2>Masks found early.*?<\/section>/s.exec(page)!;
  expect([...section.matchAll(/<td>(.*?)<\/td>/g)].map(([, cell]) => cell)).toEqual([
    "80 %",
    "100",
    "75 %",
    "63 %",
    "85.00 %",
    "−1.00 points",
  ]);
  expect(renderReport(sampleResults([dense!, whole!], { uses }))).not.toContain("Masks found early");
});
