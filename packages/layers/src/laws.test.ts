import { Sparse, stream, tensor, tokens, type Weight } from "@ltt/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  clipByNorm,
  decodeCheckpoint,
  encodeCheckpoint,
  initialisers,
  Linear,
  Lstm,
  loadStateDict,
  parametersOf,
  scores,
  snapshot,
  stateDict,
  TextCnn,
  withParameters,
} from "./index.ts";

const size = fc.integer({ min: 1, max: 9 });
const seed = fc.integer({ min: 0, max: 1000 });

test("clipping keeps the direction, and the norm within its bound", () => {
  fc.assert(
    fc.property(size, size, seed, fc.double({ min: 0.01, max: 10, noNaN: true }), (m, n, s, maxNorm) => {
      const values = [stream(s, 1).normals(m), stream(s, 2).normals(n)];
      const clipped = clipByNorm(
        values.map((part) => tensor(part, [part.length])),
        maxNorm,
      );
      const [before, after] = [values.flatMap((part) => [...part]), clipped.gradients.flatMap(({ data }) => [...data])];
      const norm = (all: number[]) => Math.sqrt(all.reduce((sum, value) => sum + value * value, 0));
      expect(norm(after)).toBeLessThanOrEqual(maxNorm * (1 + 1e-6));
      const scale = Math.min(1, maxNorm / (norm(before) + 1e-6));
      for (const [i, value] of before.entries()) {
        expect(Math.abs(after[i]! - scale * value)).toBeLessThanOrEqual(1e-6 * Math.abs(value));
      }
    }),
  );
});

test("orthogonal matrices of every shape keep lengths, on their shorter side", () => {
  fc.assert(
    fc.property(size, size, seed, (rows, columns, s) => {
      const q = initialisers.orthogonal()([rows, columns], stream(s));
      const x = stream(s, "x").normals(Math.min(rows, columns));
      const y = new Float64Array(Math.max(rows, columns));
      for (let i = 0; i < rows * columns; i++) {
        const [row, column] = [Math.floor(i / columns), i % columns];
        if (rows < columns) y[column]! += q[i]! * x[row]!;
        else y[row]! += q[i]! * x[column]!;
      }
      const squares = (all: ArrayLike<number>) => Array.from(all).reduce((sum, value) => sum + value * value, 0);
      expect(Math.abs(squares(y) - squares(x))).toBeLessThan(1e-5 * (1 + squares(x)));
    }),
  );
});

test("accuracy is the mean of recalls, weighted by texts", () => {
  const row = fc.array(fc.nat(20), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(fc.array(row, { minLength: 3, maxLength: 3 }), (confusion) => {
      const { accuracy, classes } = scores(confusion);
      const all = classes.reduce((sum, { examples }) => sum + examples, 0);
      const weighted = classes.reduce((sum, { recall, examples }) => sum + recall * examples, 0);
      expect(accuracy).toBeCloseTo(all === 0 ? 0 : weighted / all, 12);
    }),
  );
});

test("a text's logits are the same wherever it stands in its batch, however it is padded", () => {
  const text = fc.array(fc.integer({ min: 2, max: 9 }), { minLength: 1, maxLength: 9 });
  const model = new TextCnn({ rows: 10, dim: 3, filters: 4, outputs: 2 }, stream(1));
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), fc.nat(4), (texts, extra) => {
      const time = Math.max(...texts.map(({ length }) => length)) + extra;
      const padded = texts.flatMap((ids) => [...ids, ...new Array<number>(time - ids.length).fill(1)]);
      const lengths = tokens(
        texts.map(({ length }) => length),
        [texts.length],
      );
      const together = model.forward(tokens(padded, [texts.length, time]), { lengths }).data;
      for (const [i, ids] of texts.entries()) {
        const alone = model.forward(tokens(ids, [1, ids.length]), { lengths: tokens([ids.length], [1]) }).data;
        expect(together.slice(2 * i, 2 * i + 2)).toEqual(alone);
      }
    }),
  );
});

test("a pruned layer computes what the dense one does with zeros, to the bit", () => {
  fc.assert(
    fc.property(size, size, seed, (inputs, outputs, s) => {
      const layer = new Linear({ inputs, outputs }, stream(s));
      const values = stream(s, "weight").normals(inputs * outputs);
      const positions = Int32Array.from(values.keys()).filter((at) => stream(s, at).uint32() % 3 === 0);
      const zeroed = values.map((value, at) => (positions.includes(at) ? value : 0));
      const use = (weight: Weight) =>
        withParameters(layer, new Map(parametersOf(layer)).set("weight", weight)).forward(
          tensor(stream(s, "x").normals(2 * inputs), [2, inputs]),
        ).data;
      const kept = Float32Array.from(positions, (at) => values[at]!);
      const sparse = new Sparse([outputs, inputs], positions, tensor(kept, [kept.length]));
      expect(use(sparse)).toEqual(use(tensor(zeroed, [outputs, inputs])));
    }),
  );
});

test("save → load is the identity, as a checkpoint and as PyTorch's state, for any sizes", async () => {
  await fc.assert(
    fc.asyncProperty(
      size,
      size,
      fc.integer({ min: 1, max: 3 }),
      fc.boolean(),
      async (inputs, hidden, layers, bidirectional) => {
        const make = (s: number) => new Lstm({ inputs, hidden, layers, bidirectional }, stream(s));
        const [model, other] = [make(1), make(2)];
        const values = await snapshot(parametersOf(model));
        const { weights } = decodeCheckpoint(await encodeCheckpoint({ weights: parametersOf(model) }));
        expect(await snapshot(parametersOf(withParameters(other, weights)))).toEqual(values);
        loadStateDict(other, await stateDict(model));
        expect(await snapshot(parametersOf(other))).toEqual(values);
      },
    ),
    { numRuns: 20 },
  );
});
