import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Backend,
  type Cube,
  concat,
  type FinalStates,
  gradients,
  type LstmWeights,
  lstm,
  lstmCell,
  type Matrix,
  mul,
  reshape,
  slice,
  stream,
  sum,
  type Tensor,
  tensor,
  tokens,
  useBackend,
  zeros,
} from "../src/index.ts";
import { backends } from "./backends.ts";

// What PyTorch does with a packed sequence, as its documentation defines it: every text alone, as long as it is; forward from its first token, backward from its last.

const [batch, time, inputs, hidden] = [4, 6, 3, 4];
const lengths = [3, 6, 1, 4];

/** Of two layers of two directions, and of x, in that order. */
function leaves(): Tensor[] {
  const rng = stream(7);
  const leaf = (...shape: number[]) => {
    const size = shape.reduce((product, n) => product * n, 1);
    return tensor(
      rng.normals(size).map((value) => value / 2),
      shape,
      { requiresGrad: true },
    );
  };
  const direction = (input: number) => [
    leaf(4 * hidden, input),
    leaf(4 * hidden, hidden),
    leaf(4 * hidden),
    leaf(4 * hidden),
  ];
  return [...[inputs, inputs, 2 * hidden, 2 * hidden].flatMap(direction), leaf(batch, time, inputs)];
}

function layersOf(all: readonly Tensor[]): LstmWeights[][] {
  const directions = [0, 1, 2, 3].map((i) => {
    const [weightIh, weightHh, biasIh, biasHh] = all.slice(4 * i, 4 * i + 4);
    return { weightIh, weightHh, biasIh, biasHh } as LstmWeights;
  });
  return [directions.slice(0, 2), directions.slice(2)];
}

/** Text after text and step after step, by `lstmCell`. */
function byCells(x: Cube, layers: readonly (readonly LstmWeights[])[]): FinalStates {
  const texts = lengths.map((length, b) => {
    let rows = Array.from(
      { length },
      (_, t) => reshape(slice(x, [b, t, 0], [b + 1, t + 1, inputs]), [1, inputs]) as Matrix,
    );
    const ends: { h: Matrix; c: Matrix }[] = [];
    for (const directions of layers) {
      const outputs = directions.map((weights, d) => {
        let state = { h: zeros([1, hidden]) as Matrix, c: zeros([1, hidden]) as Matrix };
        const read = (d === 0 ? rows : rows.toReversed()).map((row) => {
          state = lstmCell(row, state, weights);
          return state.h;
        });
        ends.push(state);
        return d === 0 ? read : read.reverse();
      });
      rows = rows.map((_, t) =>
        concat(
          outputs.map((output) => output[t]!),
          { axis: 1 },
        ),
      );
    }
    return ends;
  });
  const stacked = (part: "h" | "c") =>
    reshape(concat([0, 1, 2, 3].flatMap((end) => texts.map((ends) => ends[end]![part]))), [4, batch, hidden]) as Cube;
  return { h: stacked("h"), c: stacked("c") };
}

/** Final states, and the gradients of everything from a weighed sum of them. */
async function everything(forward: (x: Cube, layers: LstmWeights[][]) => FinalStates): Promise<Float32Array[]> {
  const all = leaves();
  const { h, c } = forward(all.at(-1) as Cube, layersOf(all));
  const weigh = (state: Cube, seed: number) => sum(mul(state, tensor(stream(seed).normals(state.size), state.shape)));
  const loss = sum(concat([weigh(h, 8), weigh(c, 9)].map((part) => reshape(part, [1]))));
  return Promise.all([h, c, ...gradients(loss, all)].map((one) => one.read()));
}

describe.each(backends)("on $name, lstm of two layers and two directions", ({ create }) => {
  let before: Backend;
  beforeAll(async () => {
    before = useBackend(await create());
  });
  afterAll(() => {
    useBackend(before);
  });

  test("is lstmCell along each text alone, whatever its length: states and all gradients", async () => {
    const [whole, alone] = [
      await everything((x, layers) => lstm(x, layers, { lengths: tokens(lengths, [batch]) })),
      await everything(byCells),
    ];
    expect(whole.length).toBe(2 + 16 + 1);
    for (const [i, values] of whole.entries()) {
      const largest = alone[i]!.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(largest).toBeGreaterThan(0.01);
      for (const [j, value] of values.entries()) {
        expect(Math.abs(value - alone[i]![j]!)).toBeLessThanOrEqual(2 ** -19 * largest); // the order of at most 56 additions
      }
    }
  });

  test("gives x no gradient where a text has ended", async () => {
    const dx = (await everything((x, layers) => lstm(x, layers, { lengths: tokens(lengths, [batch]) }))).at(-1)!;
    for (const [b, length] of lengths.entries()) {
      const [read, padded] = [
        dx.slice(b * time * inputs, (b * time + length) * inputs),
        dx.slice((b * time + length) * inputs, (b + 1) * time * inputs),
      ];
      expect(read.every((value) => value !== 0)).toBe(true);
      expect(padded.every((value) => value === 0)).toBe(true);
    }
  });

  test("forgets what has halved for a hundred steps, instead of keeping denormal numbers", async () => {
    const steps = 200;
    const x = tensor(
      Array.from({ length: steps }, (_, t) => (t === 0 ? 1 : 0)),
      [1, steps, 1],
    );
    // All gates are ½, and g is tanh x: c is tanh(1)/2, then half of it, and half of that, …
    const weightIh = tensor([[0], [0], [1], [0]]);
    const weights = { weightIh, weightHh: zeros([4, 1]), biasIh: zeros([4]), biasHh: zeros([4]) };
    const { output, c } = lstm(x, [[weights]]);
    const [h, last] = [await output.read(), await c.read()];
    for (let t = 0; t < 94; t++) expect(h[t]! / 2 ** -(t + 2)).toBeCloseTo(Math.tanh(1), t < 3 ? 0 : 1);
    expect([...h.slice(100), ...last].every((value) => value === 0)).toBe(true);
  });
});
