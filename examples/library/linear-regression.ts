// Linear regression by gradient descent, with a training loop of one's own: y = 2·x₁ − 3·x₂ + 0.5 and noise; the three numbers are found again.
//
//     npm run example linear-regression
import { add, gradients, matmul, mul, scope, stream, tensor } from "@ltt/core";
import { Linear, meanSquaredError, Sgd, stateDict, trainable } from "@ltt/layers";

const rng = stream(1, "data");
const x = tensor(rng.normals(200 * 2), [200, 2]);
const noise = mul(tensor(rng.normals(200), [200, 1]), 0.1);
const y = add(add(matmul(x, tensor([[2], [-3]])), 0.5), noise);

const model = new Linear({ inputs: 2, outputs: 1 }, stream(1, "init"));
console.log(model);

const optimiser = new Sgd(trainable(model), { learningRate: 0.1 });
for (let step = 1; step <= 100; step++) {
  // What is made inside is given back at the end of the scope; its loss is read afterwards.
  const { reading } = scope(() => {
    const loss = meanSquaredError(model.forward(x), y);
    optimiser.step(gradients(loss, optimiser.parameters));
    return { reading: loss.item() };
  });
  const loss = await reading;
  if (step % 20 === 0) console.log(`step ${step}: loss ${loss.toFixed(4)}`);
}

for (const [name, { data }] of await stateDict(model))
  console.log(name, Array.from(data, (value) => value.toFixed(2)).join(" "));
