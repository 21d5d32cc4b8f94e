// Iterative magnitude pruning by a loop of one's own (Frankle & Carbin 2019): train, cut a part of every weight matrix, rewind what is left to its
// initial values, again. 784-300-100-10 on 6,000 images of MNIST.
//
//     npm run example iterative-pruning [-- --data DIR]
import { type Matrix, type Rng, relu, stream } from "@ltt/core";
import { imageBatches, imagesAt, locateMnist, readMnist } from "@ltt/data";
import { Adam, evaluate, Linear, Module, parametersOf, snapshot, train, trainable, withParameters } from "@ltt/layers";
import { cut, patternOf, sparseWeights, sparsityOf, valuesAt } from "@ltt/lottery";
import { places } from "./places.ts";

class Mlp extends Module {
  readonly layers: readonly Linear[];

  constructor(sizes: readonly number[], rng: Rng) {
    super();
    this.layers = sizes.slice(1).map((outputs, i) => new Linear({ inputs: sizes[i]!, outputs }, rng.split("layer", i)));
  }

  forward(x: Matrix): Matrix {
    return this.layers.reduce((h, layer, i) => layer.forward(i === 0 ? h : relu(h)), x);
  }
}

const mnist = await readMnist(await locateMnist(places()));
const images = imagesAt(mnist.train, stream(1, "subset").permutation(60_000).subarray(0, 6_000));
const batches = (epoch: number) => imageBatches(images, { batchSize: 60, seed: 1, epoch });

const dense = new Mlp([784, 300, 100, 10], stream(1, "init"));
const initial = await snapshot(parametersOf(dense));
/** Half of what is left of every weight matrix, of the last a quarter; no bias. */
const rate = (name: string) => (name.endsWith("bias") ? 0 : name === "layers.2.weight" ? 0.25 : 0.5);

let model = dense;
for (let round = 0; ; round++) {
  const optimiser = new Adam(trainable(model), { learningRate: 1.2e-3 });
  for await (const _ of train(model, { batches, epochs: 2, optimiser, seed: 1 }));
  const weights = parametersOf(model);
  const { accuracy } = await evaluate(model, imageBatches(mnist.test, { batchSize: 1000 }));
  const left = 100 * (1 - sparsityOf(weights).sparsity);
  console.log(`round ${round}: ${left.toFixed(1)} % of the weights left, accuracy ${(100 * accuracy).toFixed(2)} %`);
  if (round === 4) break;

  const trained = await snapshot(weights);
  const scores = new Map([...trained].map(([name, values]) => [name, values.map(Math.abs)]));
  const pattern = cut(patternOf(weights), scores, { rate, rng: stream(1, "ties", round) });
  model = withParameters(dense, sparseWeights(weights, pattern, valuesAt(initial, pattern)));
}
console.log(model);
