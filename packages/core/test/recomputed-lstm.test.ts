import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Backend,
  type Cube,
  createReferenceBackend,
  createWasmBackend,
  gradients,
  type LstmWeights,
  lstm,
  type Matrix,
  mul,
  type Rng,
  Sparse,
  stream,
  sum,
  type Tensor,
  tensor,
  textLstm,
  tokens,
  useBackend,
} from "../src/index.ts";
import { backends } from "./backends.ts";

interface Net {
  readonly batch: number;
  readonly time: number;
  readonly hidden: number;
  readonly layers: number;
  readonly directions: number;
  /** Of its weights; 1 takes whole tensors. */
  readonly density: number;
}

const WORDS = 11;
const INPUT = 3;

/** A weight with its values, which are trained. */
function weightOf(rng: Rng, shape: readonly [number, number], density: number) {
  const leaf = (size: readonly number[]) => {
    const values = rng.normals(size.reduce((product, n) => product * n, 1)).map((x) => x / Math.sqrt(shape[1]));
    return tensor(values, size, { requiresGrad: true });
  };
  if (density === 1) {
    const whole = leaf(shape) as Matrix;
    return { weight: whole, trained: whole };
  }
  const positions = Int32Array.from({ length: shape[0] * shape[1] }, (_, at) => at).filter(
    () => rng.uniform() < density,
  );
  const trained = leaf([positions.length]);
  return { weight: new Sparse(shape, positions, trained as never), trained };
}

/** Outputs, and the gradients of the input and of all weights. */
async function everything(net: Net, of: "lstm" | "textLstm", recompute: boolean): Promise<Float32Array[]> {
  const { batch, time, hidden, layers, directions, density } = net;
  const rng = stream(9, JSON.stringify(net));
  const trained: Tensor[] = [];
  const stack = Array.from({ length: layers }, (_, k) =>
    Array.from({ length: directions }, (): LstmWeights => {
      const input = k === 0 ? INPUT : directions * hidden;
      const [ih, hh] = [weightOf(rng, [4 * hidden, input], density), weightOf(rng, [4 * hidden, hidden], density)];
      const [biasIh, biasHh] = [1, 2].map(() => tensor(rng.normals(4 * hidden), [4 * hidden], { requiresGrad: true }));
      trained.push(ih.trained, hh.trained, biasIh!, biasHh!);
      return { weightIh: ih.weight, weightHh: hh.weight, biasIh: biasIh!, biasHh: biasHh! };
    }),
  );
  const lengths = tokens(
    Array.from({ length: batch }, () => 1 + rng.below(time)),
    [batch],
  );
  const options = { lengths, recompute, dropout: { p: 0.5, rng: stream(3, "dropped") } };
  const run = () => {
    if (of === "lstm") {
      const x = tensor(rng.normals(batch * time * INPUT), [batch, time, INPUT], { requiresGrad: true }) as Cube;
      return { x, ...lstm(x, stack, options) };
    }
    const table = weightOf(rng, [WORDS, INPUT], density);
    const ids = tokens(
      Array.from({ length: batch * time }, () => rng.below(WORDS)),
      [batch, time],
    );
    return { x: table.trained, output: undefined, ...textLstm(table.weight, ids, stack, options) };
  };
  const { x, output, h, c } = run();
  const outputs = output === undefined ? [h, c] : [output, h, c];
  const loss = outputs.map((one) => sum(mul(one, mul(one, one)))).reduce((a, b) => mul(a, b));
  return Promise.all([...outputs, ...gradients(loss, [x, ...trained])].map((one) => one.read()));
}

const nets: Net[] = [
  { batch: 1, time: 1, hidden: 1, layers: 1, directions: 1, density: 1 },
  { batch: 3, time: 5, hidden: 5, layers: 1, directions: 2, density: 1 },
  { batch: 19, time: 6, hidden: 8, layers: 2, directions: 2, density: 1 },
  { batch: 19, time: 6, hidden: 8, layers: 2, directions: 1, density: 0.1 },
  { batch: 19, time: 6, hidden: 9, layers: 2, directions: 2, density: 0.1 },
  { batch: 17, time: 4, hidden: 70, layers: 1, directions: 2, density: 0.1 },
  { batch: 17, time: 4, hidden: 24, layers: 2, directions: 2, density: 0.7 },
];
/** Two blocks of the sum that a bias's gradient is. */
const long: Net = { batch: 20, time: 1000, hidden: 3, layers: 1, directions: 2, density: 1 };

const bits = (all: readonly Float32Array[]) =>
  all.map(({ buffer, byteOffset, length }) => Buffer.from(buffer, byteOffset, 4 * length).toString("hex"));

/** A backend that keeps gates or computes all of them again, as the GPU's. */
function withoutLayers(): Backend {
  const { kernels, ...inner } = createReferenceBackend();
  return { ...inner, kernels: { ...kernels, lstmStates: undefined, lstmGradients: undefined } as never };
}

describe.each([
  ...backends,
  { name: "wasm, two threads", create: () => createWasmBackend({ threads: 2 }) },
  { name: "a backend without the layer's kernels", create: async () => withoutLayers() },
])("on $name, gates that are computed again", ({ name, create }) => {
  let before: Backend;
  let mine: Backend;
  beforeAll(async () => {
    mine = await create();
    before = useBackend(mine);
  });
  afterAll(async () => {
    useBackend(before);
    await (mine as { close?: () => Promise<void> }).close?.();
  });

  test.each(name === "deferred" ? nets.slice(0, 2) : [...nets, ...(name.startsWith("wasm") ? [long] : [])])(
    "give the bits of gates that are kept: $layers × $directions × $hidden, $batch texts, density $density",
    async (net) => {
      for (const of of ["lstm", "textLstm"] as const) {
        const [kept, again] = [await everything(net, of, false), await everything(net, of, true)];
        expect(kept.at(-1)!.some((value) => value !== 0)).toBe(true);
        expect(bits(again)).toEqual(bits(kept));
      }
    },
  );
});

test("the same bits on the reference and on wasm, at any number of threads", async () => {
  const several = await createWasmBackend({ threads: 2 });
  const all = [];
  for (const backend of [createReferenceBackend(), await createWasmBackend(), several]) {
    const before = useBackend(backend);
    all.push(await everything(nets[4]!, "textLstm", true));
    useBackend(before);
  }
  await several.close();
  const [reference, one, two] = all.map((values) => bits(values.map((value) => value.map((x) => x + 0)))); // −0 is 0
  expect(one).toEqual(reference);
  expect(two).toEqual(reference);
});

test("gradients asked for twice, or one by one, are the same", () => {
  const rng = stream(2);
  const { weight, trained } = weightOf(rng, [12, 2], 1);
  const hh = weightOf(rng, [12, 3], 0.5);
  const [biasIh, biasHh] = [1, 2].map(() => tensor(rng.normals(12), [12], { requiresGrad: true }));
  const layer: LstmWeights = { weightIh: weight, weightHh: hh.weight, biasIh: biasIh!, biasHh: biasHh! };
  const x = tensor(rng.normals(2 * 4 * 2), [2, 4, 2], { requiresGrad: true }) as Cube;
  const { output } = lstm(x, [[layer]], { recompute: true });
  const loss = sum(mul(output, output));
  const leaves: Tensor[] = [x, trained, hh.trained, biasIh!, biasHh!];
  const all = gradients(loss, leaves).map(({ data }) => data.slice());
  expect(gradients(loss, leaves).map(({ data }) => data)).toEqual(all);
  for (const [i, leaf] of leaves.entries()) expect(gradients(loss, [leaf])[0].data).toEqual(all[i]);
});

test("what is no boolean is refused", () => {
  const layer = { weightIh: tensor([[1], [1], [1], [1]]), weightHh: tensor([[1], [1], [1], [1]]) };
  const biases = { biasIh: tensor([0, 0, 0, 0]), biasHh: tensor([0, 0, 0, 0]) };
  const run = () => lstm(tensor([[[1]]]), [[{ ...layer, ...biases }]], { recompute: 1 as never });
  expect(run).toThrow(new TypeError("lstm: recompute is 1; it is true or false"));
});
