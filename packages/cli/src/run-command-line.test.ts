import { expect, test } from "vitest";
import { commandOf } from "./run-command-line.ts";
import type { RunOptions } from "./run-options.ts";

test.each<[Partial<RunOptions>, string]>([
  [{ rates: {} }, "--rates none"],
  [{ rates: { output: 0.1, "layer1.*": 0.15 } }, "--rates 'output=0.1,layer1.*=0.15'"],
  [{ exclude: [] }, "--exclude none"],
  [{ exclude: ["biases", "fc1"] }, "--exclude biases,fc1"],
  [{ schedule: [{ step: 20 }, { epoch: 3 }] }, "--schedule step:20,epoch:3"],
  [{ schedule: [] }, "--schedule none"],
  [{ rewind: { step: 500 } }, "--rewind step:500"],
  [{ warmUp: null }, "--warm-up none"],
  [{ phrases: false, measureTraining: true }, "--no-phrases --measure-training"],
  [{ dropout: 0, recompute: true, threads: 2 }, "--dropout 0"],
])("%j is told as it is typed", (options, flags) => {
  expect(commandOf({ pair: "spam-cnn", profile: "quick", options }, [1, 2])).toBe(
    `ltt run spam-cnn --profile quick ${flags} --seeds 1,2`,
  );
});
