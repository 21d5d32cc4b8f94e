// A plain JavaScript file, as somebody who installed @ltt/core would write it: exclusive or, learned by 2-8-1 units, on the backend that
// runs if none is chosen, and on two that are.
import {
  adamUpdate,
  add,
  binaryCrossEntropyWithLogits,
  createReferenceBackend,
  createWasmBackend,
  gradients,
  matmul,
  reshape,
  scope,
  stream,
  tanh,
  tensor,
  tokens,
  useBackend,
  zeros,
} from "@ltt/core";

const byDefault = await train();
useBackend(createReferenceBackend());
const onReference = await train();
useBackend(await createWasmBackend());
console.log(`loss ${byDefault} ${onReference} ${await train()}`);

async function train() {
  const inputs = tensor([
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ]);
  const targets = tokens([0, 1, 1, 0], [4]);

  const trainable = { requiresGrad: true };
  const weights = [
    tensor(stream(1, "init", "hidden").normals(16), [2, 8], trainable),
    zeros([8], trainable),
    tensor(stream(1, "init", "output").normals(8), [8, 1], trainable),
    zeros([1], trainable),
  ];
  const moments = weights.map(({ shape }) => ({ m: zeros(shape), v: zeros(shape) }));
  const adam = { learningRate: 0.05, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, decoupledDecay: 0 };

  let loss;
  for (let step = 1; step <= 300; step++) {
    loss = scope(() => {
      const [hidden, hiddenBias, output, outputBias] = weights;
      const logits = add(matmul(tanh(add(matmul(inputs, hidden), hiddenBias)), output), outputBias);
      const loss = binaryCrossEntropyWithLogits(reshape(logits, [4]), targets);
      for (const [i, gradient] of gradients(loss, weights).entries()) {
        adamUpdate(weights[i], gradient, moments[i], { ...adam, step });
      }
      return loss;
    });
  }
  return loss.item();
}
