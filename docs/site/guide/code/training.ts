import { Adam, evaluate, train, trainable } from "@ltt/layers";
import { model, spirals } from "./spirals.ts";

const [learnt, unseen] = [spirals(200, "train"), spirals(200, "test")];
const network = model(1);
console.log(String(network));

const optimiser = new Adam(trainable(network), { learningRate: 0.01 });
for await (const { step } of train(network, { batches: () => [learnt], epochs: 600, optimiser, seed: 1 })) {
  if (step % 200 !== 0) continue;
  const { accuracy } = await evaluate(network, [unseen]);
  console.log(`step ${step}: ${(100 * accuracy).toFixed(1)} % of unseen points`);
}
