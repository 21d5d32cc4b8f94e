import { backend, decodeSafetensors, type SafetensorsEntry, stream, tensor, type Weight } from "@ltt/core";
import { buffersOf, type Model, parametersOf, predict, restore, withParameters } from "@ltt/layers";
import { sparseWeights } from "../pattern.ts";
import { checkBatches, checkModel, type Task } from "../task.ts";
import type { AuditedNetwork } from "./audited-files.ts";
import { type Check, identical } from "./check.ts";

export const PREDICTED = "Predictions are those of the weights, on the first test batch";

/** Weights of one network and predictions of another, each with a sum that fits, look like a network: they are brought together here. */
export function predictionsBy<Input>(task: Task<Input>): Check {
  let like: Model<Input> | undefined; // drawing its initial weights takes longer than all else here
  const model = () => (like ??= checkModel("auditRun", "what task.model gave", task.model(stream(0, "audit"))));
  return {
    words: PREDICTED,
    fault: async (network) => {
      const { graph, hash, predictions } = network;
      const { backend: used, seed } = graph.node(hash).params as { backend: string; seed: number };
      if (used !== backend().name || used.startsWith("gpu")) return { unchecked: `they were computed by ${used}` };
      const [first] = checkBatches("auditRun: task.batches", task.batches(seed)).test();
      if (first === undefined) return { unchecked: "there are no test examples" };
      const { logits } = await predict(networkOf(model(), network), [first]);
      const entry = logitsIn(predictions);
      const written = entry?.dtype === "F32" ? entry.data.subarray(0, logits.length) : undefined;
      return identical(written, logits) ? undefined : "the predictions are another network's";
    },
  };
}

function logitsIn(bytes: Uint8Array): SafetensorsEntry | undefined {
  return decodeSafetensors(bytes, "predictions.safetensors").tensors.get("test/logits");
}

/** A model with the weights of a network. */
function networkOf<Input>(model: Model<Input>, { trained, frozen, rest }: AuditedNetwork): Model<Input> {
  const like = parametersOf(model);
  const pruned = new Map([...trained.mask].filter(([name]) => !frozen.has(name)));
  const whole = Array.from(frozen, (name): [string, Weight] => [
    name,
    tensor(trained.values.get(name)!, like.get(name)!.shape),
  ]);
  const sparse = sparseWeights(like, pruned, trained.values);
  const filled = Array.from(rest ?? [], ([name, values]): [string, Weight] => {
    const all = values.slice();
    for (const [i, at] of trained.mask.get(name)!.entries()) all[at] = trained.values.get(name)![i]!;
    return [name, tensor(all, like.get(name)!.shape)];
  });
  const network = withParameters(model, new Map([...like, ...sparse, ...whole, ...filled]));
  restore(buffersOf(network), trained.buffers);
  return network;
}
