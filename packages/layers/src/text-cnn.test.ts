import {
  add,
  conv1d,
  dense,
  gradients,
  type Matrix,
  max,
  relu,
  stream,
  sum,
  type Tensor,
  tensor,
  tokens,
} from "@ltt/core";
import { describe, expect, test } from "vitest";
import { countParameters, PADDING_ID, parametersOf, TextCnn } from "./index.ts";

const rng = stream(1, "init");
const small = { rows: 12, dim: 4, filters: 3, outputs: 2 };
const values = (weight: unknown) => [...dense(weight as Tensor).data];

describe("as published", () => {
  test.each([
    { name: "IMDb", outputs: 1, count: 5_120_801 },
    { name: "AG News", outputs: 4, count: 5_121_704 },
  ])("$name: $count parameters", ({ outputs, count }) => {
    expect(countParameters(new TextCnn({ rows: 50_002, outputs }, rng))).toBe(count);
  });

  test("the embedding starts N(0, 1) with rows 0 for unk and pad, weights Xavier-normal, biases 0", () => {
    const model = new TextCnn({ rows: 300, outputs: 4 }, rng);
    const table = values(model.embedding.weight);
    expect(table.slice(0, 200).every((value) => value === 0)).toBe(true);
    expect(deviation(table.slice(200))).toBeCloseTo(1, 1);
    for (const [i, width] of [3, 4, 5].entries()) {
      const wanted = Math.sqrt(2 / (width * 200));
      expect(Math.abs(deviation(values(model.convs[i]!.weight)) / wanted - 1)).toBeLessThan(0.02);
      expect(new Set(values(model.convs[i]!.bias))).toEqual(new Set([0]));
    }
    expect(Math.abs(deviation(values(model.linear.weight)) / Math.sqrt(2 / 304) - 1)).toBeLessThan(0.1);
    expect(values(model.linear.bias)).toEqual([0, 0, 0, 0]);
  });
});

test("is embedding → conv → bias → ReLU → max over time → linear, to the bit", () => {
  const model = new TextCnn({ ...small, widths: [2, 3] }, rng);
  const noisy = stream(5);
  for (const [name, weight] of parametersOf(model)) {
    if (name.endsWith("bias")) (weight as Tensor).write(noisy.normals(weight.size));
  }
  const texts = tokens([2, 3, 4, 5, 6, 7, 8, 9, 10, 11], [2, 5]);
  const x = model.embedding.forward(texts);
  const features = model.convs.map((conv) => max(relu(add(conv1d(x, conv.weight), dense(conv.bias!))), { axis: 1 }));
  const both = tensor(
    [0, 1].flatMap((text) => features.flatMap(({ data }) => [...data.slice(text * 3, text * 3 + 3)])),
    [2, 6],
  );
  const logits = model.linear.forward(both).data;
  expect(model.forwardEmbedded(x).data).toEqual(logits);
  // forward adds the products of each word first: sums of 12 products below 4, twice over
  for (const [i, logit] of model.forward(texts).data.entries()) {
    expect(Math.abs(logit - logits[i]!)).toBeLessThan(12 * 2 ** -23 * 12 * 4);
  }
});

describe("lengths", () => {
  const model = new TextCnn({ ...small, paddingId: PADDING_ID, widths: [2, 3, 5] }, rng);
  const text = (length: number) => Array.from({ length }, (_, t) => 2 + ((t * 7 + length) % 10));
  const alone = (length: number) =>
    model.forward(tokens(text(length), [1, length]), { lengths: tokens([length], [1]) }).data;

  test("a text's logits do not depend on the batch it is padded in", () => {
    const lengths = [1, 2, 3, 4, 5, 6, 8];
    const padded = lengths.flatMap((length) => [...text(length), ...new Array(8 - length).fill(PADDING_ID)]);
    const logits = model.forward(tokens(padded, [7, 8]), { lengths: tokens(lengths, [7]) }).data;
    for (const [i, length] of lengths.entries()) expect(logits.slice(2 * i, 2 * i + 2)).toEqual(alone(length));
  });

  test("a text at least as long as the widest kernel is as if run alone without lengths", () => {
    for (const length of [5, 6, 9])
      expect(model.forward(tokens(text(length), [1, length])).data).toEqual(alone(length));
  });

  test("without them every position counts, padding too", () => {
    const [short, long] = [[...text(6)], [...text(6), 1, 1, 1]];
    const withBias = new TextCnn({ ...small, widths: [1] }, stream(8));
    // All words alike and negative: the padding's zeros win wherever they may.
    for (const weight of parametersOf(withBias).values())
      (weight as Tensor).write(new Float32Array(weight.size).fill(1));
    (withBias.embedding.weight as Matrix).write(
      Float32Array.from({ length: 48 }, (_, i) => (Math.floor(i / 4) === 1 ? 0 : -0.1)),
    );
    expect(withBias.forward(tokens(short, [1, 6])).data[0]).toBeCloseTo(1 + 3 * 0.6, 5);
    expect(withBias.forward(tokens(long, [1, 9])).data[0]).toBeCloseTo(1 + 3, 5);
    expect(withBias.forward(tokens(long, [1, 9]), { lengths: tokens([6], [1]) }).data[0]).toBeCloseTo(1 + 3 * 0.6, 5);
  });

  test("an empty text is one window of padding", () => {
    const logits = model.forward(tokens([1, 1, 1], [1, 3]), { lengths: tokens([0], [1]) });
    expect(logits.data).toEqual(model.forward(tokens([1, 1, 1, 1, 1], [1, 5])).data);
  });

  test("must be those of the texts", () => {
    const texts = tokens([2, 3, 4], [1, 3]);
    expect(() => model.forward(texts, { lengths: tokens([4], [1]) })).toThrow(
      "TextCnn: length 0 is 4; texts have 0–3 tokens",
    );
    expect(() => model.forward(texts, { lengths: tokens([-1], [1]) })).toThrow(
      "TextCnn: length 0 is -1; texts have 0–3 tokens",
    );
    expect(() => model.forward(texts, { lengths: tokens([1, 1], [2]) })).toThrow("TextCnn: 2 lengths for 1 texts");
  });
});

test("texts shorter than the widest kernel are padded with the padding's id", () => {
  for (const paddingId of [7, undefined]) {
    const model = new TextCnn({ ...small, paddingId }, rng);
    const pad = paddingId ?? PADDING_ID;
    const short = model.forward(tokens([3, 4, 5, 6], [2, 2]));
    expect(short.data).toEqual(model.forward(tokens([3, 4, pad, pad, pad, 5, 6, pad, pad, pad], [2, 5])).data);
  }
});

test("dropout is on while training, before the linear layer, and 0.5 by default", () => {
  const texts = tokens([2, 3, 4, 5, 6], [1, 5]);
  const model = new TextCnn({ ...small, filters: 50 }, rng);
  const training = () => ({ training: { rng: stream(2, "dropout") } });
  expect(model.dropout.p).toBe(0.5);
  expect(model.forward(texts, training()).data).toEqual(model.forward(texts, training()).data);
  expect(model.forward(texts, training()).data).not.toEqual(model.forward(texts).data);
  const without = new TextCnn({ ...small, filters: 50, dropout: 0 }, rng);
  expect(without.forward(texts, training()).data).toEqual(model.forward(texts).data);
});

test("every weight gets a gradient, the padding's row only where it is trained", () => {
  for (const paddingId of [1, undefined]) {
    const model = new TextCnn({ ...small, paddingId }, rng);
    const weights = [...parametersOf(model).values()] as Tensor[];
    const loss = sum(model.forward(tokens([2, 1, 3, 1, 4, 5, 1, 6, 1, 7], [2, 5])));
    const found = gradients(loss, weights);
    for (const gradient of found) expect(gradient.data.some((value) => value !== 0)).toBe(true);
    expect(found[0]!.data.slice(4, 8).some((value) => value !== 0)).toBe(paddingId === undefined);
  }
});

test("sizes that make no network are refused", () => {
  expect(() => new TextCnn({ ...small, widths: [] }, rng)).toThrow("TextCnn: there are no widths");
  expect(() => new TextCnn({ ...small, outputs: 0 }, rng)).toThrow("TextCnn: outputs is 0; it is an integer from 1");
  expect(() => new TextCnn({ ...small, rows: 1 }, rng)).toThrow(
    "Embedding: zeroRows: there is no row 1 in a table of rows 0–0",
  );
  expect(() => new TextCnn({ ...small, dropout: 1 }, rng)).toThrow("TextCnn: dropout is 1");
});

function deviation(values: number[]): number {
  return Math.sqrt(values.reduce((total, value) => total + value * value, 0) / values.length);
}
