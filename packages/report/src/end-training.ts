import type { LevelResult, PartMeasured } from "@ltt/lottery";

/** How a network fared on a part of its training examples when training ended, where that was measured (`measureTraining`). */
export function endTraining({ curve, steps }: Pick<LevelResult, "curve" | "steps">): PartMeasured | undefined {
  const last = curve.at(-1);
  return last?.step === steps ? last.training : undefined;
}

/** Accuracy on training examples minus that on test examples, in `[-1, 1]`, both of the weights that training ended with. */
export function gapOf(level: LevelResult): number | undefined {
  const training = endTraining(level);
  return training === undefined || level.end === undefined ? undefined : training.accuracy - level.end.testAccuracy;
}
