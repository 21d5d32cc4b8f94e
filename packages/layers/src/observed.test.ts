import { ones, relu, stream, tensor, tokens } from "@ltt/core";
import { expect, test } from "vitest";
import { ConvNet } from "./conv-net.ts";
import { LeNet300 } from "./lenet-300.ts";
import { Linear } from "./linear.ts";
import { Lstm } from "./lstm.ts";
import { multiplications } from "./multiplications.ts";
import { observed } from "./observed.ts";
import { parametersOf } from "./parameters.ts";
import { Sequential } from "./sequential.ts";
import { TextCnn } from "./text-cnn.ts";
import { TextLstm } from "./text-lstm.ts";

const rng = () => stream(1, "observed");

test("a model that is observed tells what its layers are given, and computes the same with the same tensors", () => {
  const model = new Sequential([
    new Linear({ inputs: 2, outputs: 3 }, rng()),
    relu,
    new Linear({ inputs: 3, outputs: 1 }, rng()),
  ]);
  const seen: [string, readonly number[]][] = [];
  const x = tensor([1, 2, 3, 4], [2, 2]);
  const copy = observed(model, (layer, { shape }) => seen.push([layer, shape]));
  expect(copy.forward(x).data).toEqual(model.forward(x).data);
  expect(seen).toEqual([
    ["", [2, 2]],
    ["0", [2, 2]],
    ["2", [2, 3]],
  ]);
  expect([...parametersOf(copy)]).toEqual([...parametersOf(model)]);
});

test("multiplications are those of every place at which a stored weight is used", () => {
  // Conv-2 on 4×4 images: 3·9·64 and 64·9·64 weights at 16 pixels each; 2·2·64 → 256 → 256 → 10
  const conv = new ConvNet({ depth: 2, size: 4 }, rng());
  expect(multiplications(conv, ones([2, 3, 4, 4]))).toBe(
    2 * (16 * (3 * 9 * 64 + 64 * 9 * 64) + 256 * 256 + 256 * 256 + 256 * 10),
  );
  // widths 2 and 3 of 4 filters over 5 tokens of 6 numbers: 4 and 3 windows; 8 → 2
  const texts = tokens([2, 3, 4, 5, 6], [1, 5]);
  const cnn = new TextCnn({ rows: 8, outputs: 2, dim: 6, widths: [2, 3], filters: 4 }, rng());
  expect(multiplications(cnn, texts)).toBe(4 * 2 * 6 * 4 + 3 * 3 * 6 * 4 + 8 * 2);
  // 3 tokens through two directions of 4·3 × (6 + 3), and of the second layer 4·3 × (6 + 3); 6 → 2
  const lstm = new TextLstm({ rows: 8, outputs: 2, dim: 6, hidden: 3 }, rng());
  expect(multiplications(lstm, texts, { lengths: tokens([3], [1]) })).toBe(3 * 4 * 12 * 9 + 6 * 2);
});

test("LeNet-300-100 has the published count", () => {
  expect(multiplications(new LeNet300({}, rng()), ones([1, 784]))).toBe(266_200);
});

test("the hidden states between the layers of an LSTM are what the layer above is given", () => {
  const texts = tokens([2, 3, 4, 5], [1, 4]);
  const model = new TextLstm({ rows: 8, outputs: 2, dim: 6, hidden: 3, layers: 1 }, rng());
  const deep = new TextLstm({ rows: 8, outputs: 2, dim: 6, hidden: 3, layers: 2 }, rng());
  expect(model.unitValues("lstm.l0", texts)).toBeUndefined(); // the linear layer is given them
  expect(deep.unitValues("lstm.l0_reverse", texts)!.shape).toEqual([1, 4, 6]);
  const single = new Lstm({ inputs: 6, hidden: 3, bidirectional: true }, rng());
  Object.assign(single, Object.fromEntries(Object.entries(deep.lstm).filter(([name]) => /_l0(_reverse)?$/.test(name))));
  const { output } = single.forward(deep.embedding.forward(texts));
  expect(deep.unitValues("lstm.l0", texts)!.data).toEqual(output.data);
});
