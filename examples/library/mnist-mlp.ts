// A multilayer perceptron on MNIST: 784-300-100-10 (LeCun et al. 1998), ReLU, Adam.
//
//     npm run example mnist-mlp [-- --data DIR]
//
// Faster, with other bits: useBackend(await createWasmBackend({ threads: 2, arithmetic: "fma" })) of @ltt/core, before anything is made.
// MNIST is looked for in DIR or $LTT_DATA, then where `npm run ltt -- data get mnist` puts it.
import { type Matrix, type Rng, relu, stream } from "@ltt/core";
import { imageBatches, locateMnist, readMnist } from "@ltt/data";
import { Adam, evaluate, Linear, type Model, Module, train, trainable } from "@ltt/layers";
import { places } from "./places.ts";

class Mlp extends Module implements Model<Matrix> {
  readonly fc1: Linear;
  readonly fc2: Linear;
  readonly fc3: Linear;

  constructor(rng: Rng) {
    super();
    this.fc1 = new Linear({ inputs: 784, outputs: 300 }, rng.split("fc1"));
    this.fc2 = new Linear({ inputs: 300, outputs: 100 }, rng.split("fc2"));
    this.fc3 = new Linear({ inputs: 100, outputs: 10 }, rng.split("fc3"));
  }

  forward(x: Matrix): Matrix {
    return this.fc3.forward(relu(this.fc2.forward(relu(this.fc1.forward(x)))));
  }
}

const mnist = await readMnist(await locateMnist(places()));
const model = new Mlp(stream(1, "init"));
console.log(model);

const batches = (epoch: number) => imageBatches(mnist.train, { batchSize: 60, seed: 1, epoch });
const optimiser = new Adam(trainable(model), { learningRate: 1.2e-3 });
for await (const { epoch, step, loss, endOfEpoch } of train(model, { batches, epochs: 1, optimiser, seed: 1 })) {
  if (step % 250 === 0) console.log(`step ${step}: loss ${loss.toFixed(3)}`);
  if (!endOfEpoch) continue;
  const { accuracy } = await evaluate(model, imageBatches(mnist.test, { batchSize: 1000 }));
  console.log(`epoch ${epoch}: ${(100 * accuracy).toFixed(2)} % of 10,000 test images are right`);
}
