// A multilayer perceptron that learns in the page to tell two spirals apart, and paints what it says of every point.
//
//     npm run page
import { stream, tanh, tensor, tokens } from "@ltt/core";
import { Adam, evaluate, Linear, predict, Sequential, train, trainable } from "@ltt/layers";

/** 100 points of each spiral, within [−1, 1]². */
const points = Array.from({ length: 200 }, (_, i) => {
  const [turn, radius] = [((i >> 1) / 100) * 3 * Math.PI + (i % 2) * Math.PI, 0.1 + (0.9 * (i >> 1)) / 100];
  return [radius * Math.cos(turn), radius * Math.sin(turn)];
});
const labels = tokens(
  points.map((_, i) => i % 2),
  [points.length],
);
const spirals = { input: tensor(points), targets: labels };

const side = 100;
const pixels = Array.from({ length: side * side }, (_, at) => [
  (2 * (at % side)) / side - 1,
  (2 * Math.floor(at / side)) / side - 1,
]);
const everywhere = { input: tensor(pixels), targets: tokens(new Int32Array(side * side), [side * side]) };

const rng = stream(1, "init");
const model = new Sequential([
  new Linear({ inputs: 2, outputs: 32 }, rng.split(0)),
  tanh,
  new Linear({ inputs: 32, outputs: 32 }, rng.split(2)),
  tanh,
  new Linear({ inputs: 32, outputs: 1 }, rng.split(4)),
]);
const optimiser = new Adam(trainable(model), { learningRate: 0.01 });
const context = document.querySelector("canvas")!.getContext("2d")!;
const said = document.querySelector("p")!;

for await (const { step } of train(model, { batches: () => [spirals], epochs: 1500, optimiser, seed: 1 })) {
  if (step % 100 !== 0) continue;
  const { accuracy } = await evaluate(model, [spirals]);
  const { logits } = await predict(model, [everywhere]);
  const colours = Array.from(logits).flatMap((logit) => [
    128 + 127 * Math.tanh(logit),
    128,
    128 - 127 * Math.tanh(logit),
    255,
  ]);
  context.putImageData(new ImageData(Uint8ClampedArray.from(colours), side, side), 0, 0);
  said.textContent = `step ${step}: ${(100 * accuracy).toFixed(0)} % of the points are right`;
  await new Promise(requestAnimationFrame); // so that the page can draw
}
console.log(said.textContent);
