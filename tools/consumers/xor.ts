// The same network as in xor.js, as a strict TypeScript file, with the optimiser of @ltt/layers.
import {
  add,
  binaryCrossEntropyWithLogits,
  gradients,
  type Matrix,
  matmul,
  reshape,
  type Scalar,
  scope,
  stream,
  tanh,
  tensor,
  tokens,
  zeros,
} from "@ltt/core";
import { Adam } from "@ltt/layers";

const inputs: Matrix = tensor([
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
]);
const targets = tokens([0, 1, 1, 0], [4]);

const trainable = { requiresGrad: true } as const;
const hidden = tensor(stream(1, "init", "hidden").normals(16), [2, 8], trainable);
const hiddenBias = zeros([8], trainable);
const output = tensor(stream(1, "init", "output").normals(8), [8, 1], trainable);
const outputBias = zeros([1], trainable);
const optimiser = new Adam([hidden, hiddenBias, output, outputBias], { learningRate: 0.05 });

function step(): Scalar {
  return scope(() => {
    const logits = add(matmul(tanh(add(matmul(inputs, hidden), hiddenBias)), output), outputBias);
    const loss = binaryCrossEntropyWithLogits(reshape(logits, [4]), targets);
    optimiser.step(gradients(loss, [hidden, hiddenBias, output, outputBias]));
    return loss;
  });
}

let loss = step();
while (optimiser.steps < 300) loss = step();
console.log(`loss ${await loss.item()}`);
