import { Sparse, scope, stream, type Tensor, tensor } from "@ltt/core";
import { describe, expect, test } from "vitest";
import { Adam, AdamW, type Optimiser, type ParameterGroup, Rmsprop, Sgd, trainable } from "./index.ts";

const close = (found: ArrayLike<number>, wanted: number[]) => {
  expect(found.length).toBe(wanted.length);
  for (const [i, value] of wanted.entries()) expect(found[i]).toBeCloseTo(value, 5);
};
/** The weights after each of so many steps, each with the gradient 1 and then 0.5, from 1. */
const path = (make: (weights: Tensor[]) => Optimiser): number[] => {
  const weights = tensor([1]);
  const optimiser = make([weights]);
  return [1, 0.5].map((gradient) => {
    optimiser.step([tensor([gradient])]);
    return weights.data[0]!;
  });
};

describe("by hand, from weight 1 with gradients 1 and 0.5", () => {
  test("sgd: 1 − 0.1 − 0.05", () => {
    close(
      path((w) => new Sgd(w, { learningRate: 0.1 })),
      [0.9, 0.85],
    );
  });
  test("momentum: v = 1, then 0.9 + 0.5", () => {
    close(
      path((w) => new Sgd(w, { learningRate: 0.1, momentum: 0.9 })),
      [0.9, 0.76],
    );
  });
  test("dampening spares the first step: v = 1, then 0.9 + 0.5·0.5", () => {
    close(
      path((w) => new Sgd(w, { learningRate: 0.1, momentum: 0.9, dampening: 0.5 })),
      [0.9, 0.785],
    );
  });
  test("nesterov: 1 + 0.9·1, then 0.5 + 0.9·1.4", () => {
    close(
      path((w) => new Sgd(w, { learningRate: 0.1, momentum: 0.9, nesterov: true })),
      [0.81, 0.634],
    );
  });
  test("weight decay: g = 1 + 0.5·1, then 0.5 + 0.5·0.85", () => {
    close(
      path((w) => new Sgd(w, { learningRate: 0.1, weightDecay: 0.5 })),
      [0.85, 0.7575],
    );
  });
  test("adam: the first step is the learning rate whatever the gradient", () => {
    // then m̂ = (0.09 + 0.05)/0.19, v̂ = (0.000999 + 0.00025)/0.001999
    close(
      path((w) => new Adam(w, { learningRate: 0.1 })),
      [0.9, 0.9 - (0.1 * (0.14 / 0.19)) / Math.sqrt(0.001249 / 0.001999)],
    );
  });
  test("adam with betas and epsilon: m̂ = ĝ, v̂ = ĝ² with betas 0", () => {
    close(
      path((w) => new Adam(w, { learningRate: 0.1, betas: [0, 0], epsilon: 1 })),
      [0.95, 0.95 - (0.1 * 0.5) / 1.5],
    );
  });
  test("adam's weight decay enters the gradient: with betas 0 the step is its sign", () => {
    close(
      path((w) => new Adam(w, { learningRate: 0.1, betas: [0, 0], weightDecay: 10, epsilon: 0 })),
      [0.9, 0.8],
    );
  });
  test("adamw's does not: it takes η·λ·θ besides", () => {
    close(
      path((w) => new AdamW(w, { learningRate: 0.1, betas: [0, 0], weightDecay: 1, epsilon: 0 })),
      [0.8, 0.62],
    );
  });
  test("adamw decays by 0.01 by default", () => {
    close(
      path((w) => new AdamW(w, { learningRate: 0.1, betas: [0, 0], epsilon: 0 })),
      [0.899, 0.798101],
    );
  });
  test("rmsprop: v = 0.01, then 0.0099 + 0.0025", () => {
    close(
      path((w) => new Rmsprop(w, { learningRate: 0.01 })),
      [0.9, 0.9 - 0.005 / Math.sqrt(0.0124)],
    );
  });
  test("rmsprop with alpha, epsilon and decay: g = 1 + 1·1, v = 4", () => {
    const w2 = 0.9 - (0.1 * (0.5 + 0.9)) / (1.4 + 0);
    close(
      path((w) => new Rmsprop(w, { learningRate: 0.1, alpha: 0, epsilon: 0, weightDecay: 1 })),
      [0.9, w2],
    );
    close(
      path((w) => new Rmsprop(w, { learningRate: 0.1, alpha: 0, epsilon: 1 })),
      [0.95, 0.95 - 0.05 / 1.5],
    );
  });
  test("rmsprop with momentum: b = 1, then 0.5·1 + 1", () => {
    close(
      path((w) => new Rmsprop(w, { learningRate: 0.1, alpha: 0, epsilon: 0, momentum: 0.5 })),
      [0.9, 0.75],
    );
  });
});

test("default learning rates are PyTorch's", () => {
  expect(
    [new Sgd([tensor([1])]), new Adam([tensor([1])]), new AdamW([tensor([1])]), new Rmsprop([tensor([1])])].map(
      ({ learningRate }) => learningRate,
    ),
  ).toEqual([1e-3, 1e-3, 1e-3, 1e-2]);
});

test("a group's rate multiplies the learning rate, also when that is set later", () => {
  const [body, head] = [tensor([1]), tensor([1])];
  const groups: ParameterGroup[] = [{ parameters: [body] }, { parameters: [head], rate: 0.5 }];
  const optimiser = new Sgd(groups, { learningRate: 0.2 });
  expect(optimiser.parameters).toEqual([body, head]);
  optimiser.step([tensor([1]), tensor([1])]);
  close([body.data[0]!, head.data[0]!], [0.8, 0.9]);
  optimiser.learningRate = 0.4;
  optimiser.step([tensor([1]), tensor([1])]);
  close([body.data[0]!, head.data[0]!], [0.4, 0.7]);
});

test("what is pruned stays away: only the stored values are moved, and remembered", async () => {
  const sparse = new Sparse([2, 2], Int32Array.of(0, 3), tensor([1, 2], [2], { requiresGrad: true }));
  const optimiser = new Adam(trainable([sparse]), { weightDecay: 0.1 });
  optimiser.step([tensor([1, 1])]);
  expect([...(await optimiser.state()).values].map(([name, { length }]) => [name, length])).toEqual([
    ["m.0", 2],
    ["v.0", 2],
  ]);
});

test("steps within scopes leave the state alive", () => {
  const weights = tensor([1]);
  const optimiser = new Adam([weights], { learningRate: 0.1 });
  for (let i = 0; i < 3; i++) scope(() => optimiser.step([tensor([2])]));
  close(weights.data, [0.7]);
  expect(optimiser.steps).toBe(3);
});

test.each<[string, (weights: Tensor[]) => Optimiser]>([
  ["sgd", (w) => new Sgd(w, { momentum: 0.9, dampening: 0.1 })],
  ["plain sgd", (w) => new Sgd(w)],
  ["adam", (w) => new Adam(w)],
  ["adamw", (w) => new AdamW(w)],
  ["rmsprop", (w) => new Rmsprop(w, { momentum: 0.9 })],
])("%s goes on from its state to the same bits", async (_, make) => {
  const gradient = (step: number) => [tensor(stream(1, step).normals(5), [5]), tensor(stream(2, step).normals(2), [2])];
  const start = () => [tensor(stream(3).normals(5), [5]), tensor(stream(4).normals(2), [2])];
  const through = start();
  const whole = make(through);
  for (let step = 0; step < 6; step++) whole.step(gradient(step));

  const weights = start();
  const first = make(weights);
  for (let step = 0; step < 3; step++) first.step(gradient(step));
  const second = make(weights);
  second.load(await first.state());
  expect(second.steps).toBe(3);
  for (let step = 3; step < 6; step++) second.step(gradient(step));
  expect(weights.map(({ data }) => data)).toEqual(through.map(({ data }) => data));
});

test("a state of something else is refused, and nothing loaded", async () => {
  const adam = new Adam([tensor([1, 2])]);
  adam.step([tensor([1, 1])]);
  const state = await adam.state();
  expect(() => new AdamW([tensor([1, 2])]).load(state)).toThrow("AdamW: the state is that of adam");
  expect(() => new Adam([tensor([1])]).load(state)).toThrow('Adam: the state has 2 values for "m.0", which holds 1');
  expect(() => new Adam([tensor([1, 2]), tensor([1])]).load(state)).toThrow(
    'Adam: the state has no values for "m.1", which holds 1',
  );
  const sgd = new Sgd([tensor([1])], { momentum: 0.9 });
  sgd.step([tensor([1])]);
  const plain = new Sgd([tensor([1])]);
  const velocity = await sgd.state();
  expect(() => plain.load(velocity)).toThrow('Sgd: the state has "velocity.0", which this optimiser has not');
  expect(plain.steps).toBe(0);
});

test("options outside their range are refused", () => {
  const refusals: [() => unknown, string][] = [
    [() => new Sgd([tensor([1])], { learningRate: -1 }), "Sgd: learningRate is -1; it is at least 0"],
    [() => new Sgd([tensor([1])], { momentum: -0.1 }), "Sgd: momentum is -0.1; it is at least 0"],
    [() => new Sgd([tensor([1])], { weightDecay: Number.NaN }), "Sgd: weightDecay is NaN; it is at least 0"],
    [() => new Sgd([tensor([1])], { dampening: Infinity }), "Sgd: dampening is Infinity"],
    [
      () => new Sgd([tensor([1])], { nesterov: true }),
      "Sgd: nesterov wants a momentum and no dampening; momentum is 0, dampening 0",
    ],
    [() => new Sgd([tensor([1])], { nesterov: true, momentum: 0.9, dampening: 0.1 }), "momentum is 0.9, dampening 0.1"],
    [() => new Adam([tensor([1])], { betas: [1, 0.9] }), "Adam: betas[0] is 1; it is in [0, 1)"],
    [() => new AdamW([tensor([1])], { betas: [0.9, -1] }), "AdamW: betas[1] is -1; it is in [0, 1)"],
    [() => new Adam([tensor([1])], { epsilon: -1 }), "Adam: epsilon is -1; it is at least 0"],
    [() => new AdamW([tensor([1])], { weightDecay: -1 }), "AdamW: weightDecay is -1; it is at least 0"],
    [() => new Rmsprop([tensor([1])], { alpha: 1 }), "Rmsprop: alpha is 1; it is in [0, 1)"],
    [() => new Rmsprop([tensor([1])], { epsilon: -1 }), "Rmsprop: epsilon is -1; it is at least 0"],
    [() => new Rmsprop([tensor([1])], { momentum: -1 }), "Rmsprop: momentum is -1; it is at least 0"],
    [() => new Rmsprop([tensor([1])], { weightDecay: -1 }), "Rmsprop: weightDecay is -1; it is at least 0"],
    [() => new Adam([{ parameters: [tensor([1])], rate: -2 }]), "Adam: parameters[0]: rate is -2; it is at least 0"],
  ];
  for (const [make, message] of refusals) {
    expect(make).toThrow(RangeError);
    expect(make).toThrow(message);
  }
  const adam = new Adam([tensor([1])]);
  expect(() => {
    adam.learningRate = Number.NaN;
  }).toThrow("Adam: learningRate is NaN; it is at least 0");
});

test("gradients and parameters must fit", () => {
  const weights = tensor([1, 2]);
  expect(() => new Adam([])).toThrow("Adam: there are no parameters: trainable(model) finds those of layers");
  expect(() => new Sgd([{ parameters: [] }], { learningRate: 1 })).toThrow("Sgd: there are no parameters");
  expect(() => new Adam([weights, tensor([1]), weights])).toThrow("Adam: parameters 0 and 2 are the same tensor [2]");
  const optimiser = new Adam([weights]);
  expect(() => optimiser.step([])).toThrow("Adam: 0 gradients for 1 parameters");
  expect(() => optimiser.step([tensor([1])])).toThrow("Adam: parameter 0 is [2], its gradient [1]");
  expect(optimiser.steps).toBe(0);
});
