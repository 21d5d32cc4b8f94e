import { gradients, mul, Sparse, storedValues, stream, sum, type Tensor, tensor } from "@ltt/core";
import { LeNet300, parametersOf, Sgd, trainable, withParameters } from "@ltt/layers";
import { expect, test } from "vitest";
import { MaskedModel } from "./learned-mask.ts";

const lenet = () => new LeNet300({ inputs: 4, outputs: 2 }, stream(1, "init"));
const x = tensor([[1, -2, 0.5, 3]]);

/** Logits of the first layer: of the first unit's four weights two are kept. */
function modelWith(first: readonly number[]) {
  const model = new MaskedModel<Tensor<readonly [number, number]>>(lenet());
  for (const logits of model.logits) logits.write(new Float32Array(logits.size).fill(1));
  const logits = new Float32Array(1200).fill(1);
  logits.set(first);
  model.logits[0]!.write(logits);
  return model;
}

test("weights that are likelier out than in are 0, the others grow by size / kept", async () => {
  const model = modelWith([1, -1, 2, -0.5]);
  const ticket = await model.ticket();
  const [own, whole] = [ticket.get("fc1.weight") as Sparse, (parametersOf(lenet()).get("fc1.weight") as Tensor).data];
  expect(own.positions.length).toBe(1198);
  expect([...own.positions.subarray(0, 3)]).toEqual([0, 2, 4]);
  expect(own.values.data[1]).toBeCloseTo((whole[2]! * 1200) / 1198, 6);
  const asTicket = withParameters(lenet(), ticket).forward(x);
  expect(model.forward(x).data).toEqual(asTicket.data); // to the bit
});

test("only logits are trained, and the gradient passes the draw as if it were its probability", () => {
  const model = modelWith([0.5, 0, -1, 2]);
  expect(trainable(model)).toEqual([...model.logits]);
  const rng = () => stream(7, "draw");
  const loss = () => sum(mul(model.forward(x, { training: { rng: rng() } }), tensor([[1, -0.5]])));
  const [slopes] = gradients(loss(), [model.logits[0]!]) as [Tensor];
  // by hand: ∂L/∂(w ⊙ m·c) is that of the network with the drawn weights; times w·c·σ(s)(1 − σ(s))
  const uniforms = rng().split("supermask", 0).uniforms(1200);
  const logits = model.logits[0]!.data;
  const sigma = Array.from(logits, (s) => 1 / (1 + Math.exp(-s)));
  const drawn = sigma.map((p, i) => (p > uniforms[i]! ? 1 : 0));
  const factor = 1200 / drawn.reduce<number>((a, m) => a + m, 0);
  const whole = (parametersOf(lenet()).get("fc1.weight") as Tensor).data;
  // of the second layer on the draw is the same: change one weight of the first a little, and look at the loss
  const step = 2 ** -6;
  const shifted = (at: number, by: number) => {
    const weights = parametersOf(model.network);
    const moved = whole.map((w, i) => (i === at ? w + by / factor : w));
    (weights.get("fc1.weight") as Tensor).write(moved);
    const value = loss().data[0]!;
    (weights.get("fc1.weight") as Tensor).write(whole.slice());
    return value;
  };
  for (const at of [0, 1, 2, 3].filter((i) => drawn[i] === 1)) {
    const slope = (shifted(at, step) - shifted(at, -step)) / (2 * step);
    const byHand = slope * whole[at]! * factor * sigma[at]! * (1 - sigma[at]!);
    expect(slopes.data[at]!).toBeCloseTo(byHand, 4);
  }
  // the masks are drawn anew with each stream
  const other = model.forward(x, { training: { rng: stream(8, "draw") } });
  expect(other.data).not.toEqual(model.forward(x, { training: { rng: rng() } }).data);
});

test("training the masks alone lowers the loss", () => {
  const model = modelWith([]);
  const optimiser = new Sgd(trainable(model), { learningRate: 10 });
  const lossNow = () => sum(mul(model.forward(x), tensor([[1, -1]]))).data[0]!;
  const before = lossNow();
  for (let step = 0; step < 20; step++) {
    const loss = sum(mul(model.forward(x, { training: { rng: stream(1, step) } }), tensor([[1, -1]])));
    optimiser.step(gradients(loss, optimiser.parameters));
  }
  expect(lossNow()).toBeLessThan(before);
  for (const [name, weight] of parametersOf(model.network))
    expect(storedValues(weight).data).toEqual(storedValues(parametersOf(lenet()).get(name)!).data);
});

test("sparse weights have no masks to learn", () => {
  const weights = parametersOf(lenet());
  const sparse = new Sparse([300, 4], Int32Array.of(3), tensor([1], [1], { requiresGrad: true }));
  const pruned = withParameters(lenet(), new Map([...weights, ["fc1.weight", sparse]]));
  expect(() => new MaskedModel(pruned)).toThrow(
    'MaskedModel: "fc1.weight" is sparse; masks are learnt of whole tensors that are trained',
  );
});
