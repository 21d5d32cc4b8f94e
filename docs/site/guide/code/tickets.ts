import { stream } from "@ltt/core";
import { Adam, evaluate, parametersOf, snapshot, train, trainable, withParameters } from "@ltt/layers";
import { cut, elementwise, patternOf, sparseWeights, valuesAt } from "@ltt/lottery";
import { model, spirals } from "./spirals.ts";

const [learnt, unseen] = [spirals(200, "train"), spirals(200, "test")];

async function accuracyAfterTraining(network: ReturnType<typeof model>): Promise<string> {
  const optimiser = new Adam(trainable(network), { learningRate: 0.01 });
  for await (const _ of train(network, { batches: () => [learnt], epochs: 400, optimiser, seed: 1 }));
  return `${(100 * (await evaluate(network, [unseen])).accuracy).toFixed(1)} %`;
}

const dense = model(1);
const initial = await snapshot(parametersOf(dense)); // where everything goes back to
let pattern = patternOf(parametersOf(dense));
console.log(`dense   ${await accuracyAfterTraining(dense)}`);

let last = dense;
for (let round = 1; round <= 6; round++) {
  const scores = elementwise(Math.abs, await snapshot(parametersOf(last)));
  const rate = (name: string) => (name.endsWith("bias") ? 0 : 0.4);
  pattern = cut(pattern, scores, { rate, rng: stream(1, "ties", round) });

  const from = (start: typeof initial) =>
    withParameters(dense, sparseWeights(parametersOf(dense), pattern, valuesAt(start, pattern)));
  const ticket = from(initial);
  const control = from(await snapshot(parametersOf(model(100 + round)))); // the same mask, fresh weights
  const left = (100 * 0.6 ** round).toFixed(1).padStart(4);
  console.log(
    `${left} %  ticket ${await accuracyAfterTraining(ticket)}, control ${await accuracyAfterTraining(control)}`,
  );
  last = ticket;
}
