import { add, matmul, mean, relu, stream, tensor } from "@ltt/core";

const x = tensor([
  [1, 2],
  [3, 4],
]);
const w = tensor([
  [1, 0, -1],
  [0, 1, 1],
]);
const bias = tensor([0.5, 0, -2]);

const y = relu(add(matmul(x, w), bias)); // [2,2] · [2,3] + [3] → [2,3]
console.log(y.shape, await y.read());
console.log(await mean(y).item());

try {
  matmul(w, w);
} catch (error) {
  console.log((error as Error).message);
}

// Random numbers are named, not drawn from a state: the same name gives the same numbers, everywhere.
const rng = stream(1, "init").split("fc1");
console.log(rng.normals(3));
