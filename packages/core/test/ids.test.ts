import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Backend,
  binaryCrossEntropyWithLogits,
  type Cube,
  crossEntropy,
  embedding,
  gradients,
  type LstmWeights,
  lstm,
  type Matrix,
  maxOverTime,
  mul,
  Sparse,
  scope,
  square,
  stream,
  sum,
  type Tensor,
  Tokens,
  tensor,
  textConvolution,
  textLstm,
  tokens,
  useBackend,
  type Vector,
} from "../src/index.ts";
import { backends } from "./backends.ts";

// Ids, labels and lengths are copied when an operation is called. A program that fills the same array with the next batch right after it changes neither what was computed
// nor its gradients, on any backend.

const leaf = (seed: number, ...shape: number[]): Tensor =>
  tensor(stream(seed).normals(shape.reduce((product, n) => product * n, 1)), shape, { requiresGrad: true });

const layer = (input: number, hidden: number): LstmWeights => ({
  weightIh: leaf(11, 4 * hidden, input) as Matrix,
  weightHh: leaf(12, 4 * hidden, hidden) as Matrix,
  biasIh: leaf(13, 4 * hidden) as Vector,
  biasHh: leaf(14, 4 * hidden) as Vector,
});

/** A call with ids: `ids` are as many as `values`, and may all be those of `next` as well. */
interface EntryPoint {
  readonly ids: readonly (readonly number[])[];
  readonly next: readonly number[];
  readonly leaves: () => readonly Tensor[];
  readonly call: (leaves: readonly Tensor[], ids: readonly Tokens<readonly [number]>[]) => Tensor;
  /** Its gradient can be differentiated again. */
  readonly twice?: boolean;
}

/** The same ids, the same memory, as texts. */
const texts = (ids: Tokens, batch: number) => new Tokens(ids.data, [batch, ids.size / batch] as const);

const entryPoints: Record<string, EntryPoint> = {
  crossEntropy: {
    ids: [[2, 0, 1]],
    next: [0],
    leaves: () => [leaf(1, 3, 3)],
    call: ([logits], [targets]) => crossEntropy(logits as Matrix, targets!),
    twice: true,
  },
  binaryCrossEntropyWithLogits: {
    ids: [[1, 0, 1]],
    next: [0],
    leaves: () => [leaf(1, 3)],
    call: ([logits], [targets]) => binaryCrossEntropyWithLogits(logits as Vector, targets!),
    twice: true,
  },
  embedding: {
    ids: [[4, 0, 4, 2]],
    next: [1],
    leaves: () => [leaf(1, 5, 2)],
    call: ([table], [ids]) => embedding(table as Matrix, ids!),
    twice: true,
  },
  "embedding of a sparse table": {
    ids: [[4, 0, 4, 2]],
    next: [1],
    leaves: () => [leaf(1, 4)],
    call: ([values], [ids]) => embedding(new Sparse([5, 2], Int32Array.of(0, 1, 4, 9), values as Vector), ids!),
    twice: true,
  },
  maxOverTime: {
    ids: [[1, 2, 3]],
    next: [4],
    leaves: () => [leaf(1, 3, 4, 2)],
    call: ([x], [lengths]) => maxOverTime(x as Cube, lengths),
    twice: true,
  },
  textConvolution: {
    ids: [
      [4, 0, 4, 2, 1, 3, 3, 0],
      [2, 3],
    ],
    next: [1, 4],
    leaves: () => [leaf(1, 5, 2), leaf(2, 2, 2, 3)],
    call: ([table, kernel], [ids, lengths]) =>
      textConvolution(table as Matrix, texts(ids!, 2), [{ kernel: kernel as Cube }], { lengths: lengths! }),
  },
  lstm: {
    ids: [[2, 3]],
    next: [1],
    leaves: () => [leaf(1, 2, 4, 2), ...(Object.values(layer(2, 3)) as Tensor[])],
    call: ([x, ...weights], [lengths]) => lstm(x as Cube, [[layerOf(weights)]], { lengths: lengths! }).output,
  },
  textLstm: {
    ids: [
      [4, 0, 4, 2, 1, 3, 3, 0],
      [2, 3],
    ],
    next: [1, 4],
    leaves: () => [leaf(1, 5, 2), ...(Object.values(layer(2, 3)) as Tensor[])],
    call: ([table, ...weights], [ids, lengths]) =>
      textLstm(table as Matrix, texts(ids!, 2), [[layerOf(weights)]], { lengths: lengths! }).h,
  },
};

function layerOf([weightIh, weightHh, biasIh, biasHh]: readonly Tensor[]): LstmWeights {
  return { weightIh, weightHh, biasIh, biasHh } as LstmWeights;
}

/** What it gives, its gradients, and theirs, where the ids are filled anew after each call or never. */
function outcome(
  { ids, next, leaves, call, twice }: EntryPoint,
  refill: boolean,
  inScope: boolean,
): Promise<Float32Array>[] {
  const own = leaves();
  const given = ids.map((values) => tokens(values, [values.length]));
  const fill = () => {
    for (const [i, { data }] of given.entries()) if (refill) data.fill(next[i]!);
  };
  const body = () => {
    const y = call(own, given);
    fill();
    const found = gradients(sum(square(y)), own, { createGraph: twice === true });
    fill();
    const again = twice === true ? gradients(sum(mul(found[0]!, found[0]!)), own) : [];
    fill();
    return [y, ...found, ...again].map((one) => one.read());
  };
  return inScope ? scope(body) : body();
}

describe.each(backends)("on $name", ({ create }) => {
  let before: Backend;
  beforeAll(async () => {
    before = useBackend(await create());
  });
  afterAll(() => {
    useBackend(before);
  });

  test.each(Object.entries(entryPoints))("%s: ids may be filled anew after the call", async (_, entryPoint) => {
    for (const inScope of [false, true]) {
      const kept = await Promise.all(outcome(entryPoint, false, inScope));
      const refilled = await Promise.all(outcome(entryPoint, true, inScope));
      expect(refilled).toEqual(kept);
      expect(kept[0]!.some((value) => value !== 0)).toBe(true);
    }
  });

  test("ids made before a scope, used in it and filled anew behind it", async () => {
    const targets = tokens([0, 1], [2]);
    const logits = leaf(1, 2, 2) as Matrix;
    const losses = [0, 1].map((first) => {
      const loss = scope(() => {
        targets.data.set([first, 1 - first]);
        return crossEntropy(logits, targets);
      });
      targets.data.fill(0);
      return loss;
    });
    const expected = [0, 1].map((first) => crossEntropy(logits, tokens([first, 1 - first], [2])));
    for (const [i, loss] of losses.entries()) expect(await loss.item()).toBe(await expected[i]!.item());
  });

  test("uploadIndices copies", async () => {
    const backend = await create();
    const values = Int32Array.of(2, 0);
    const [ids, out] = [backend.uploadIndices(values), backend.allocate(2)];
    const table = backend.upload(Float32Array.of(10, 20, 30));
    values.fill(1);
    backend.kernels.gatherRows(table, ids, out, { dim: 1 });
    values.fill(0);
    expect([...(await backend.read(out))]).toEqual([30, 10]);
  });
});
