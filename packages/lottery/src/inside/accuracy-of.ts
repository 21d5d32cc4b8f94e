import { callable, check } from "@ltt/core/arguments";
import { type Batch, type Model, predict } from "@ltt/layers";
import { mean } from "../statistics.ts";
import { checkMeasures, type Measure } from "../task.ts";

/** The mean score of a network's answers. */
export async function accuracyOf<Input>(
  where: string,
  model: Model<Input>,
  batches: () => Iterable<Batch<Input>>,
  measure: Measure,
): Promise<number> {
  check(where, "batches", batches, callable);
  check(where, "measure", measure, callable);
  const predictions = await predict(model, batches());
  const { scores } = checkMeasures(where, measure(predictions), predictions.logits.length / predictions.outputs);
  return mean([...scores]);
}
