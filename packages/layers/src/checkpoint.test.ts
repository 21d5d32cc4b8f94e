import { decodeSafetensors, encodeSafetensors, Sparse, stream, tensor, type Weight } from "@ltt/core";
import { describe, expect, test } from "vitest";
import { makeBatches } from "../test/texts.ts";
import {
  Adam,
  decodeCheckpoint,
  encodeCheckpoint,
  type Position,
  parametersOf,
  TextCnn,
  TextLstm,
  train,
  trainable,
  withParameters,
} from "./index.ts";

const sizes = { rows: 20, dim: 4, outputs: 3 };
const batches = makeBatches({ count: 4 });
const makers: [string, () => TextCnn | TextLstm][] = [
  ["CNN", () => prune(new TextCnn({ ...sizes, filters: 6 }, stream(1, "init")), "convs.1.weight")],
  ["LSTM", () => prune(new TextLstm({ ...sizes, hidden: 4 }, stream(1, "init")), "lstm.weight_hh_l1_reverse")],
];

/** The model with every third element of a weight left. */
function prune<M extends TextCnn | TextLstm>(model: M, name: string): M {
  const weights = parametersOf(model);
  const { shape, size } = weights.get(name)!;
  const positions = Int32Array.from({ length: Math.ceil(size / 3) }, (_, i) => 3 * i);
  const values = tensor(stream(2).normals(positions.length), [positions.length], { requiresGrad: true });
  return withParameters(model, weights.set(name, new Sparse(shape, positions, values)));
}

async function advance(model: TextCnn | TextLstm, optimiser: Adam, to: number, start: Position): Promise<Position> {
  let position = start;
  for await (const step of train(model, { batches, epochs: 99, optimiser, seed: 3, start })) {
    position = step;
    if (step.step === to) break;
  }
  return position;
}

const optimiserOf = (model: TextCnn | TextLstm) => new Adam(trainable(model), { learningRate: 0.01 });
const save = async (model: TextCnn | TextLstm, optimiser: Adam, position: Position) =>
  encodeCheckpoint({ weights: parametersOf(model), optimiser: await optimiser.state(), position });

test.each(makers)("%s: ten steps are five, a checkpoint and five more, byte for byte", async (_, make) => {
  const beginning = { epoch: 1, batch: 0, step: 0 };
  const whole = make();
  const wholeOptimiser = optimiserOf(whole);
  const wholeEnd = await save(whole, wholeOptimiser, await advance(whole, wholeOptimiser, 10, beginning));

  const first = make();
  const firstOptimiser = optimiserOf(first);
  const bytes = await save(first, firstOptimiser, await advance(first, firstOptimiser, 5, beginning));

  const { weights, optimiser: state, position } = decodeCheckpoint(bytes);
  const second = withParameters(make(), weights);
  const secondOptimiser = optimiserOf(second);
  secondOptimiser.load(state!);
  expect(position).toEqual({ epoch: 2, batch: 1, step: 5 });
  const end = await save(second, secondOptimiser, await advance(second, secondOptimiser, 10, position!));
  expect(Buffer.from(end).equals(Buffer.from(wholeEnd))).toBe(true);
  expect(Buffer.from(end).equals(Buffer.from(bytes))).toBe(false);
});

test("decoded and encoded again, the bytes are the same", async () => {
  const model = makers[0]![1]();
  const bytes = await save(model, optimiserOf(model), { epoch: 1, batch: 0, step: 0 });
  expect(await encodeCheckpoint(decodeCheckpoint(bytes))).toEqual(bytes);
});

test("weights alone are a checkpoint too; bits survive, -0 and NaN included, and empty patterns", async () => {
  const weights = new Map<string, Weight>([
    ["a/b", tensor([[-0, Number.NaN, 1e-45]])],
    ["none", new Sparse([2, 2], new Int32Array(0), tensor([], [0]))],
  ]);
  const { weights: back, optimiser, position } = decodeCheckpoint(await encodeCheckpoint({ weights }));
  expect([optimiser, position]).toEqual([undefined, undefined]);
  const dense = back.get("a/b");
  if (dense === undefined || dense instanceof Sparse) throw new Error("a/b is not dense");
  expect(dense.shape).toEqual([1, 3]);
  expect(dense.requiresGrad).toBe(true);
  expect(new Uint32Array(dense.data.slice().buffer)).toEqual(
    new Uint32Array(Float32Array.of(-0, Number.NaN, 1e-45).buffer),
  );
  expect(back.get("none")).toBeInstanceOf(Sparse);
  expect(back.get("none")!.shape).toEqual([2, 2]);
});

describe("files that are no checkpoint", () => {
  const sparse = new Sparse([2, 2], Int32Array.of(0, 3), tensor([1, 2], [2]));
  const good = () =>
    encodeCheckpoint({
      weights: new Map<string, Weight>([
        ["a", tensor([1])],
        ["s", sparse],
      ]),
      optimiser: { kind: "adam", steps: 1, values: new Map([["m.0", Float32Array.of(1)]]) },
      position: { epoch: 1, batch: 1, step: 1 },
    });
  const refused = async (edit: (file: ReturnType<typeof decodeSafetensors>) => void) => {
    const file = decodeSafetensors(await good());
    edit(file);
    return () => decodeCheckpoint(encodeSafetensors(file.tensors, file.metadata), "run/x");
  };

  test("say what is wrong, and with which file", async () => {
    const bytes = await good();
    expect(() => decodeCheckpoint(bytes.subarray(0, bytes.length - 1), "run/x")).toThrow(/^safetensors: run\/x: /);

    const cases: [Parameters<typeof refused>[0], string][] = [
      [(file) => file.metadata.delete("format"), 'its format is not stated, not "ltt-checkpoint-1"'],
      [(file) => file.metadata.set("format", "pt"), 'its format is "pt", not "ltt-checkpoint-1"'],
      [(file) => file.tensors.set("else", file.tensors.get("weights/a")!), '"else" is no part of a checkpoint'],
      [
        (file) => file.tensors.set("weights/s", file.tensors.get("weights/a")!),
        '"s" stands there both dense and pruned',
      ],
      [(file) => file.tensors.delete("positions/s"), '"positions/s" is missing; it is I32'],
      [(file) => file.tensors.delete("values/s"), 'there is "positions/s" but no "values/s"'],
      [(file) => file.tensors.set("weights/a", file.tensors.get("positions/s")!), '"weights/a" is I32; it is F32'],
      [(file) => file.metadata.delete("shape/s"), 'the metadata "shape/s" is missing'],
      [(file) => file.metadata.set("shape/s", "[2"), 'the metadata "shape/s" is [2'],
      [(file) => file.metadata.set("shape/s", "[2,-1]"), 'the metadata "shape/s" is [2,-1]'],
      [
        (file) => file.metadata.set("shape/s", "[1,3]"),
        '"s": Sparse: position 1 is 3; positions of [1,3] ascend within 0–2',
      ],
      [
        (file) => file.metadata.delete("optimiser"),
        'there is memory of an optimiser but no "optimiser" in the metadata',
      ],
      [
        (file) => file.metadata.set("optimiser", '{"kind":1}'),
        'the metadata "optimiser" is {"kind":1}; it has kind, steps',
      ],
      [(file) => file.metadata.set("position", "7"), 'the metadata "position" is 7; it has epoch, batch, step'],
      [(file) => file.metadata.set("position", "null"), 'the metadata "position" is null; it has epoch, batch, step'],
    ];
    for (const [edit, message] of cases) expect(await refused(edit)).toThrow(`checkpoint: run/x: ${message}`);
  });
});
