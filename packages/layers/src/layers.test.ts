import {
  dense,
  dropout,
  gradients,
  mul,
  Sparse,
  square,
  stream,
  sum,
  type Tensor,
  tensor,
  tokens,
  type Weight,
} from "@ltt/core";
import { describe, expect, test } from "vitest";
import {
  Conv1d,
  Dropout,
  Embedding,
  initialisers,
  Linear,
  Lstm,
  type Module,
  parametersOf,
  withParameters,
} from "./index.ts";

const rng = stream(3, "init");
const values = (weight: unknown) => [...dense(weight as Tensor).data];

describe("Linear", () => {
  test("is x · weightᵀ + bias", () => {
    const layer = withParameters(
      new Linear({ inputs: 2, outputs: 3 }, rng),
      new Map<string, Weight>([
        [
          "weight",
          tensor([
            [1, 2],
            [3, 4],
            [5, 6],
          ]),
        ],
        ["bias", tensor([10, 20, 30])],
      ]),
    );
    expect([...layer.forward(tensor([[1, -1]])).data]).toEqual([9, 19, 29]);
  });

  test("without bias has none", () => {
    const layer = new Linear(
      { inputs: 2, outputs: 1, bias: false, initialisers: { weight: initialisers.constant(3) } },
      rng,
    );
    expect([...parametersOf(layer).keys()]).toEqual(["weight"]);
    expect([...layer.forward(tensor([[1, 2]])).data]).toEqual([9]);
  });

  test("starts uniform on ±1/√inputs, weight and bias", () => {
    const layer = new Linear({ inputs: 16, outputs: 500 }, rng);
    for (const weight of [layer.weight, layer.bias]) {
      const found = values(weight);
      expect(Math.max(...found.map(Math.abs))).toBeLessThanOrEqual(0.25);
      expect(Math.max(...found)).toBeGreaterThan(0.24);
      expect(Math.min(...found)).toBeLessThan(-0.24);
    }
  });

  test("a pruned weight gets a gradient for what is left of it", () => {
    const left = tensor([2], [1], { requiresGrad: true });
    const layer = withParameters(
      new Linear({ inputs: 2, outputs: 1 }, rng),
      new Map<string, Weight>([
        ["weight", new Sparse([1, 2], Int32Array.of(1), left)],
        ["bias", new Sparse([1], Int32Array.of(), tensor([], [0], { requiresGrad: true }))],
      ]),
    );
    const y = layer.forward(tensor([[5, 7]]));
    expect([...y.data]).toEqual([14]);
    expect([...gradients(sum(y), [left])[0].data]).toEqual([7]);
  });

  test("refuses sizes that are none", () => {
    expect(() => new Linear({ inputs: 0, outputs: 1 }, rng)).toThrow("Linear: inputs is 0; it is an integer from 1");
    expect(() => new Linear({ inputs: 1, outputs: 1.5 }, rng)).toThrow(
      "Linear: outputs is 1.5; it is an integer from 1",
    );
  });
});

describe("Conv1d", () => {
  test("is the convolution plus the bias", () => {
    const layer = withParameters(
      new Conv1d({ width: 2, channels: 1, filters: 2 }, rng),
      new Map<string, Weight>([
        ["weight", tensor([[[1, 10]], [[2, 20]]])],
        ["bias", tensor([0.5, -0.5])],
      ]),
    );
    expect([...layer.forward(tensor([[[1], [2], [3]]])).data]).toEqual([5.5, 49.5, 8.5, 79.5]);
  });

  test("without bias has none", () => {
    const layer = new Conv1d(
      { width: 1, channels: 1, filters: 1, bias: false, initialisers: { weight: initialisers.constant(2) } },
      rng,
    );
    expect([...parametersOf(layer).keys()]).toEqual(["weight"]);
    expect([...layer.forward(tensor([[[1], [2]]])).data]).toEqual([2, 4]);
  });

  test("starts uniform on ±1/√(width · channels)", () => {
    const layer = new Conv1d({ width: 4, channels: 4, filters: 200 }, rng);
    expect(Math.max(...values(layer.weight).map(Math.abs))).toBeLessThanOrEqual(0.25);
    expect(Math.max(...values(layer.weight))).toBeGreaterThan(0.24);
    expect(Math.max(...values(layer.bias).map(Math.abs))).toBeLessThanOrEqual(0.25);
  });

  test("refuses sizes that are none", () => {
    expect(() => new Conv1d({ width: 0, channels: 1, filters: 1 }, rng)).toThrow(
      "Conv1d: width is 0; it is an integer from 1",
    );
  });
});

describe("Embedding", () => {
  test("looks rows up, and starts N(0, 1)", () => {
    const layer = new Embedding({ rows: 1000, dim: 10 }, rng);
    const all = values(layer.weight);
    expect([...layer.forward(tokens([7, 0], [2])).data]).toEqual([...all.slice(70, 80), ...all.slice(0, 10)]);
    const mean = all.reduce((total, value) => total + value, 0) / all.length;
    const variance = all.reduce((total, value) => total + (value - mean) ** 2, 0) / all.length;
    expect(Math.abs(mean)).toBeLessThan(4 * 0.01); // four standard errors
    expect(Math.abs(variance - 1)).toBeLessThan(4 * 0.0142);
  });

  test("the padding's row is 0 and gets no gradient, other zero rows do", () => {
    const layer = new Embedding({ rows: 3, dim: 2, paddingId: 1, zeroRows: [0] }, rng);
    expect(values(layer.weight).slice(0, 4)).toEqual([0, 0, 0, 0]);
    expect(values(layer.weight)[4]).not.toBe(0);
    const weight = layer.weight as Tensor;
    expect([...gradients(sum(layer.forward(tokens([0, 1, 2, 1, 2], [5]))), [weight])[0]!.data]).toEqual([
      1, 1, 0, 0, 2, 2,
    ]);
  });

  test("without padding every row is trained", () => {
    const layer = new Embedding({ rows: 2, dim: 1 }, rng);
    expect([...gradients(sum(layer.forward(tokens([0, 1, 1], [3]))), [layer.weight as Tensor])[0]!.data]).toEqual([
      1, 2,
    ]);
  });

  test("refuses rows that are not there", () => {
    expect(() => new Embedding({ rows: 3, dim: 1, paddingId: 3 }, rng)).toThrow(
      "Embedding: paddingId: there is no row 3 in a table of rows 0–2",
    );
    expect(() => new Embedding({ rows: 3, dim: 1, zeroRows: [-1] }, rng)).toThrow(
      "Embedding: zeroRows: there is no row -1 in a table of rows 0–2",
    );
  });
});

describe("Dropout", () => {
  const x = tensor(new Float32Array(1000).fill(3), [1000]);

  test("is on while training, with the stream it is given", () => {
    const layer = new Dropout({ p: 0.25 });
    const y = [...layer.forward(x, { training: { rng: stream(1, "dropout") } }).data];
    expect(y).toEqual([...dropout(x, 0.25, stream(1, "dropout")).data]);
    expect(new Set(y)).toEqual(new Set([0, 4]));
    expect(Math.abs(y.filter((value) => value === 0).length - 250)).toBeLessThan(4 * 13.7);
  });

  test("is off otherwise", () => {
    expect(new Dropout().forward(x)).toBe(x);
    expect(new Dropout().p).toBe(0.5);
  });

  test("refuses what is no probability", () => {
    expect(() => new Dropout({ p: 1 })).toThrow("Dropout: p is 1; it is a probability in [0, 1)");
    expect(() => new Dropout({ p: -0.1 })).toThrow("Dropout: p is -0.1; it is a probability in [0, 1)");
  });
});

describe("Lstm", () => {
  const x = tensor(stream(4).normals(2 * 5 * 3), [2, 5, 3]);

  test("has the shapes of PyTorch's weights, and starts uniform on ±1/√hidden", () => {
    const layer = new Lstm({ inputs: 3, hidden: 4, layers: 2, bidirectional: true }, rng);
    const shapes = Object.fromEntries([...parametersOf(layer)].map(([name, { shape }]) => [name, shape]));
    expect(shapes).toMatchObject({
      weight_ih_l0: [16, 3],
      weight_hh_l0_reverse: [16, 4],
      weight_ih_l1_reverse: [16, 8],
      bias_hh_l1: [16],
    });
    for (const weight of parametersOf(layer).values()) {
      expect(Math.max(...values(weight).map(Math.abs))).toBeLessThanOrEqual(0.5);
      expect(Math.max(...values(weight).map(Math.abs))).toBeGreaterThan(0.35);
    }
  });

  test("one step by hand: hidden 1, only g reads the input", () => {
    const layer = withParameters(
      new Lstm({ inputs: 1, hidden: 1 }, rng),
      new Map<string, Weight>([
        ["weight_ih_l0", tensor([[0], [0], [1], [0]])],
        ["weight_hh_l0", tensor([[0], [0], [0], [0]])],
        ["bias_ih_l0", tensor([0, 0, 0, 0])],
        ["bias_hh_l0", tensor([0, 0, 0, 0])],
      ]),
    );
    // i = f = o = σ(0) = ½, g = tanh(x): c = ½·tanh(1), h = ½·tanh(c)
    const { h, c } = layer.forward(tensor([[[1]]]));
    expect(c.data[0]).toBeCloseTo(Math.tanh(1) / 2, 6);
    expect(h.data[0]).toBeCloseTo(Math.tanh(Math.tanh(1) / 2) / 2, 6);
  });

  test("lengths: a text's states do not depend on its padding", () => {
    const layer = new Lstm({ inputs: 3, hidden: 2, layers: 2, bidirectional: true }, rng);
    const both = layer.forward(x, { lengths: tokens([3, 5], [2]) });
    const alone = layer.forward(tensor(x.data.slice(0, 9), [1, 3, 3]));
    for (let state = 0; state < 4; state++) {
      expect(both.h.data.slice(state * 4, state * 4 + 2)).toEqual(alone.h.data.slice(state * 2, state * 2 + 2));
    }
    expect([...layer.forward(x).h.data]).not.toEqual([...both.h.data]);
  });

  test("dropout lies between layers, while training only", () => {
    const run = (layers: number, dropout: number, training: boolean) => {
      const layer = new Lstm({ inputs: 3, hidden: 2, layers, dropout }, stream(3));
      return [...layer.forward(x, training ? { training: { rng: stream(5) } } : {}).output.data];
    };
    expect(run(2, 0.5, true)).not.toEqual(run(2, 0.5, false));
    expect(run(2, 0.5, false)).toEqual(run(2, 0, true));
    expect(run(1, 0.5, true)).toEqual(run(1, 0.5, false));
  });

  test("directions and layers are used", () => {
    const shape = (options: { layers?: number; bidirectional?: boolean }) =>
      new Lstm({ inputs: 3, hidden: 2, ...options }, rng).forward(x).output.shape;
    expect(shape({})).toEqual([2, 5, 2]);
    expect(shape({ bidirectional: true })).toEqual([2, 5, 4]);
    const layer = new Lstm({ inputs: 3, hidden: 2, layers: 3 }, rng);
    expect(layer.forward(x).h.shape).toEqual([3, 2, 2]);
  });

  test("refuses sizes that are none", () => {
    expect(() => new Lstm({ inputs: 1, hidden: 1, layers: 0 }, rng)).toThrow(
      "Lstm: layers is 0; it is an integer from 1",
    );
    expect(() => new Lstm({ inputs: 1, hidden: 1, dropout: 1 }, rng)).toThrow("Lstm: dropout is 1");
  });
});

describe("initial values", () => {
  test("depend on a weight's name, not on what was made before", () => {
    const once = stream(9);
    const first = new Linear({ inputs: 3, outputs: 2 }, once.split("linear"));
    new Embedding({ rows: 4, dim: 4 }, once.split("embedding"));
    once.uint32();
    const again = new Linear({ inputs: 3, outputs: 2 }, once.split("linear"));
    expect(values(again.weight)).toEqual(values(first.weight));
    const bare = new Linear({ inputs: 3, outputs: 2, bias: false }, stream(9).split("linear"));
    expect(values(bare.weight)).toEqual(values(first.weight));
  });

  test("differ between weights", () => {
    const layer = new Lstm({ inputs: 4, hidden: 4, bidirectional: true }, rng);
    const all = [...parametersOf(layer).values()].map((weight) => values(weight)[0]);
    expect(new Set(all).size).toBe(all.length);
  });
});

test.each<[string, Module, (layer: Module) => Tensor]>([
  [
    "Linear",
    new Linear({ inputs: 3, outputs: 2 }, rng),
    (layer) =>
      (layer as Linear).forward(
        tensor([
          [1, -2, 3],
          [0.5, 1, 2],
        ]),
      ),
  ],
  [
    "Conv1d",
    new Conv1d({ width: 2, channels: 3, filters: 2 }, rng),
    (layer) => (layer as Conv1d).forward(tensor(stream(2).normals(24), [2, 4, 3])),
  ],
  [
    "Embedding",
    new Embedding({ rows: 4, dim: 2 }, rng),
    (layer) => (layer as Embedding).forward(tokens([3, 0, 3, 1, 2], [5])),
  ],
  [
    "Lstm",
    new Lstm({ inputs: 3, hidden: 2, layers: 2, bidirectional: true }, rng),
    (layer) => (layer as Lstm).forward(tensor(stream(2).normals(24), [2, 4, 3])).output,
  ],
])("%s has the gradient of its central differences in every parameter", (_, layer, run) => {
  const weights = [...parametersOf(layer).values()] as Tensor[];
  const loss = () => {
    const y = run(layer);
    return sum(
      mul(
        square(y),
        tensor(
          Float32Array.from({ length: y.size }, (_, i) => 1 + (i % 5) / 4),
          y.shape,
        ),
      ),
    );
  };
  const found = gradients(loss(), weights);
  const h = 2 ** -6;
  for (const [i, weight] of weights.entries()) {
    for (let at = 0; at < weight.size; at++) {
      const kept = weight.data;
      weight.write(kept.with(at, kept[at]! + h));
      const above = loss().data[0]!;
      weight.write(kept.with(at, kept[at]! - h));
      const below = loss().data[0]!;
      weight.write(kept);
      expect(Math.abs(found[i]!.data[at]! - (above - below) / (2 * h))).toBeLessThan(
        5e-3 * (1 + Math.abs(found[i]!.data[at]!)),
      );
    }
  }
});
