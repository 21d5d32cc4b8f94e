import { judge, type LevelResult, type TensorCount } from "@ltt/lottery";
import type { ReportInput } from "./input.ts";

/** An invented level for tests: pruned `round` times by 20 %, with whatever the test cares about. */
export function sampleLevel(given: Partial<LevelResult> & Pick<LevelResult, "arm" | "round">): LevelResult {
  const keep = 0.8 ** given.round;
  const earlyStopStep = given.earlyStopStep ?? 300;
  return {
    seed: 1,
    sparsity: 1 - keep,
    groups: { embedding: 1 - keep, other: 1 - keep },
    trainLoss: 0.2,
    validationLoss: 0.3,
    validationAccuracy: 0.88,
    testLoss: 0.31,
    testAccuracy: 0.87,
    measures: { precision: 0.87, recall: 0.86 },
    earlyStopStep,
    censored: false,
    collapsed: null,
    firstStep: 0,
    steps: 400,
    seconds: 12.5,
    tensors: [
      sampleTensor("embedding", [100, 10], keep),
      sampleTensor("linear.weight", [4, 25], keep),
      sampleTensor("linear.bias", [4], keep),
    ],
    curve: [100, 200, 300, 400].map((step) => ({
      step,
      trainLoss: 1 / step,
      validationLoss: 0.3 + Math.abs(step - earlyStopStep) / 1000,
      validationAccuracy: 0.5 + step / 1000,
    })),
    ...given,
  };
}

/** An invented tensor of which a part is kept, nothing of it empty. */
export function sampleTensor(name: string, shape: readonly number[], keep: number): TensorCount {
  const size = shape.reduce((product, n) => product * n, 1);
  return {
    name,
    group: name.startsWith("embedding") ? "embedding" : "other",
    shape,
    size,
    kept: Math.round(size * keep),
    parts: [],
  };
}

/** Invented results around the given levels. */
export function sampleResults(levels: readonly LevelResult[], given: Partial<ReportInput> = {}): ReportInput {
  return {
    title: "Lottery tickets in imdb-cnn",
    kicker: ["imdb-cnn", "profile corrected"],
    dataset: "IMDb: 28,000 reviews to train, 12,000 to validate, 10,000 to test",
    notes: [],
    settings: [["batch", "64"]],
    levels,
    verdict: judge(levels),
    ...given,
  };
}
