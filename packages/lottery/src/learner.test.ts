import { dense, type Sparse, storedValues, stream, tensor, tokens, type Weight } from "@ltt/core";
import { type Batch, classificationLoss, LeNet300, parametersOf, TextCnn, withParameters } from "@ltt/layers";
import { describe, expect, test } from "vitest";
import { growthOf } from "./growth.ts";
import { Learner } from "./learner.ts";
import { patternOf, sparseWeights } from "./pattern.ts";

const texts: Batch = {
  input: tokens([2, 3, 4, 3, 5, 2, 2, 9, 3], [3, 3]),
  lengths: tokens(new Int32Array(3).fill(3), [3]),
  targets: tokens([0, 1, 1], [3]),
};

/** A text network that stores every third weight of each tensor of two axes or more. */
function sparseCnn() {
  const model = new TextCnn({ rows: 12, outputs: 1, dim: 4, widths: [2], filters: 4, dropout: 0.5 }, stream(3, "init"));
  const weights = parametersOf(model);
  const cut = new Map([...weights].filter(([, { shape }]) => shape.length > 1));
  const mask = new Map(Array.from(patternOf(cut), ([name, at]) => [name, at.filter((i) => i % 3 === 0)]));
  const values = new Map(
    Array.from(mask, ([name, at]) => [name, Float32Array.from(at, (i) => storedValues(weights.get(name)!).data[i]!)]),
  );
  // biases start at 0, on the kink of every filter of which nothing is stored
  const bias = tensor([0.5, -0.25, 0.375, 0.125], [4], { requiresGrad: true });
  return withParameters(
    model,
    new Map<string, Weight>([...weights, ...sparseWeights(weights, mask, values), ["convs.0.bias", bias]]),
  );
}

/** The mean loss with `by` added to one element of a weight, which is written out. */
function lossWith(model: TextCnn, name: string, at: number, by: number): number {
  const weights = parametersOf(model);
  const whole = dense(weights.get(name) as Sparse).data.slice();
  whole[at]! += by;
  const changed = withParameters(
    model,
    new Map<string, Weight>([...weights, [name, tensor(whole, weights.get(name)!.shape)]]),
  );
  return classificationLoss(changed.forward(texts.input, { lengths: texts.lengths }), texts.targets).data[0]!;
}

describe("what may grow", () => {
  test("has the slope of the loss where nothing is stored, by central differences", async () => {
    const model = sparseCnn();
    const growth = await growthOf(model, texts, ["embedding.weight"]);
    const step = 2 ** -8;
    for (const [name, { positions, slopes }] of growth) {
      const stored = new Set((parametersOf(model).get(name)! as Sparse).positions);
      const wrong = Array.from(positions).filter((at, i) => {
        const slope = (lossWith(model, name, at, step) - lossWith(model, name, at, -step)) / (2 * step);
        // the loss is rounded to 2⁻²⁴ of itself: 2⁻¹⁷ of a slope; and it is curved
        return !stored.has(at) && Math.abs(Math.abs(slope) - slopes[i]!) > 2 ** -14;
      });
      // on a kink of ReLU or of the maximum the difference is another one: few weights lie there
      expect(wrong.length).toBeLessThanOrEqual(0.1 * positions.length);
      expect(slopes.some((slope) => slope > 0.01)).toBe(true);
    }
  });

  test("of a table is what the batch looks up, of other tensors everything", async () => {
    const growth = await growthOf(sparseCnn(), texts, ["embedding.weight"]);
    const rows = new Set(Array.from(growth.get("embedding.weight")!.positions, (at) => Math.floor(at / 4)));
    expect([...rows]).toEqual([2, 3, 4, 5, 9]);
    expect(growth.get("convs.0.weight")!.positions).toEqual(Int32Array.from({ length: 32 }, (_, i) => i));
    const unnamed = await growthOf(sparseCnn(), texts, []);
    expect(unnamed.get("embedding.weight")!.positions.length).toBe(48);
    const nonzero = (all: typeof growth) =>
      [...all.get("embedding.weight")!.positions].filter((_, i) => all.get("embedding.weight")!.slopes[i]! > 0);
    expect(nonzero(unnamed)).toEqual(nonzero(growth));
  });

  test("is the same to the bit in blocks of any size", async () => {
    const whole = await growthOf(sparseCnn(), texts, ["embedding.weight"]);
    for (const block of [1, 7, 30])
      expect(await growthOf(sparseCnn(), texts, ["embedding.weight"], block)).toEqual(whole);
  });
});

describe("an exchange", () => {
  const settings = { optimiser: "adam", learningRate: 0.01 } as const;
  const stepped = () => {
    const learner = new Learner(sparseCnn(), settings);
    for (let n = 0; n < 3; n++)
      learner.optimiser.step(
        learner.optimiser.parameters.map(({ shape, size }) =>
          tensor(
            Array.from({ length: size }, (_, i) => 1 + i),
            shape,
          ),
        ),
      );
    return learner;
  };

  test("keeps what stays, with its moments and the count of steps; what grows is 0, and so are its moments", async () => {
    const learner = stepped();
    const before = learner.weights.get("convs.0.weight") as Sparse;
    const was = { positions: [...before.positions], values: [...before.values.data] };
    const place = [...learner.weights.keys()].indexOf("convs.0.weight");
    const moments = (await learner.optimiser.state()).values.get(`m.${place}`)!.slice();
    await learner.exchange(0.4, { batch: texts, tables: ["embedding.weight"], rng: stream(1) });
    const after = learner.weights.get("convs.0.weight") as Sparse;
    const state = await learner.optimiser.state();
    expect([after.positions.length, state.steps]).toEqual([was.positions.length, 3]);
    let grew = 0;
    for (const [i, at] of after.positions.entries()) {
      const old = was.positions.indexOf(at);
      const [value, m, v] = [
        after.values.data[i]!,
        ...["m", "v"].map((name) => state.values.get(`${name}.${place}`)![i]!),
      ];
      if (old >= 0 && value !== 0) expect([value, m]).toEqual([was.values[old], moments[old]]);
      else {
        grew++;
        expect([value, m, v]).toEqual([0, 0, 0]);
      }
    }
    expect(grew).toBe(Math.round(0.4 * was.positions.length));
  });

  test("of momentum too, and at random without a batch", async () => {
    const model = new LeNet300({}, stream(1, "init"));
    const weights = parametersOf(model);
    const mask = new Map([["fc1.weight", Int32Array.of(5, 9, 700, 9000)]]);
    const start = sparseWeights(weights, mask, new Map([["fc1.weight", Float32Array.of(1, 2, 3, 0.5)]]));
    const learner = new Learner(withParameters(model, new Map([...weights, ...start])), {
      optimiser: "sgd",
      learningRate: 0.1,
      momentum: 0.9,
    });
    learner.optimiser.step(
      learner.optimiser.parameters.map(({ shape, size }) => tensor(new Float32Array(size).fill(1), shape)),
    );
    await learner.exchange(0.25, { tables: [], rng: stream(1) });
    const after = learner.weights.get("fc1.weight") as Sparse;
    expect(after.positions.filter((at) => [5, 9, 700].includes(at)).length).toBe(3);
    const [[, memory]] = (await learner.optimiser.state()).values as unknown as [[string, Float32Array]];
    expect([...memory].sort()).toEqual([0, 1, 1, 1]);
  });
});
