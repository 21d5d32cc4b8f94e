import { Adam, evaluate, train, trainable } from "@ltt/layers";
import { model, spirals } from "./spirals.ts";

const [learnt, unseen] = [spirals(200, "train"), spirals(200, "test")];
const network = model(1);
console.log(String(network));

const optimiser = new Adam(trainable(network), { learningRate: 0.01 });
const options = { batches: () => [learnt], epochs: 150, optimiser, seed: 1 };
for await (const { step } of train(network, options)) {
  if (step % 50 !== 0) continue;
  const { accuracy } = await evaluate(network, [unseen]);
  console.log(
    `step ${step}: ${(100 * accuracy).toFixed(1)} % of unseen points`,
  );
}
