import { dense, gradients, stream, sum, type Tensor, tokens } from "@ltt/core";
import { describe, expect, test } from "vitest";
import { countParameters, parametersOf, TextLstm, type TextLstmOptions } from "./index.ts";

const rng = stream(1, "init");
const small: TextLstmOptions = { rows: 12, dim: 4, hidden: 3, outputs: 2 };
const texts = tokens([2, 3, 4, 5, 6, 1, 7, 8, 1, 1, 1, 1], [2, 6]);
const lengths = tokens([5, 2], [2]);

describe("as published", () => {
  test.each([
    { name: "IMDb", outputs: 1, count: 4_810_857 },
    { name: "AG News", outputs: 4, count: 4_812_396 },
  ])("$name: $count parameters", ({ outputs, count }) => {
    expect(countParameters(new TextLstm({ rows: 25_002, outputs }, rng))).toBe(count);
  });

  test("weight_hh starts orthogonal, the other weights Xavier-normal, biases 0, rows of unk and pad 0", () => {
    const hidden = 32;
    const model = new TextLstm({ rows: 300, hidden, outputs: 4 }, rng);
    for (const [name, weight] of parametersOf(model)) {
      const values = [...dense(weight).data];
      const [rows, columns] = weight.shape as readonly [number, number];
      if (name.includes("bias")) expect(new Set(values)).toEqual(new Set([0]));
      else if (name.includes("weight_hh")) {
        const column = (c: number) => Array.from({ length: rows }, (_, row) => values[row * columns + c]!);
        expect(dot(column(0), column(0))).toBeCloseTo(1, 5);
        expect(dot(column(3), column(7))).toBeCloseTo(0, 5);
      } else if (name.includes("weight_ih")) {
        expect(
          Math.abs(Math.sqrt(dot(values, values) / values.length) / Math.sqrt(2 / (rows + columns)) - 1),
        ).toBeLessThan(0.03);
      } else if (name === "embedding.weight") {
        expect(values.slice(0, 200).every((value) => value === 0)).toBe(true);
        expect(Math.sqrt(dot(values, values) / (values.length - 200))).toBeCloseTo(1, 1);
      }
    }
  });

  test("all three dropouts are 0.5", () => {
    const model = new TextLstm(small, rng);
    expect([model.inputDropout.p, model.lstm.dropout.p, model.outputDropout.p]).toEqual([0.5, 0.5, 0.5]);
  });
});

test("reads the last layer's final forward and backward state", () => {
  const model = new TextLstm(small, rng);
  const { output } = model.lstm.forward(model.embedding.forward(texts), { lengths });
  // Forward, a text's final state stands at its last token; backward, at its first.
  const at = (text: number, time: number, from: number) => [
    ...output.data.slice((text * 6 + time) * 6 + from, (text * 6 + time) * 6 + from + 3),
  ];
  const logits = model.forward(texts, { lengths }).data;
  const weight = [...dense(model.linear.weight).data];
  for (const [text, last] of [4, 1].entries()) {
    const state = [...at(text, last, 0), ...at(text, 0, 3)];
    for (const unit of [0, 1]) {
      expect(logits[text * 2 + unit]).toBeCloseTo(dot(weight.slice(unit * 6, unit * 6 + 6), state), 5);
    }
  }
});

test("one direction and one layer: the final state alone", () => {
  const model = new TextLstm({ ...small, bidirectional: false, layers: 1 }, rng);
  expect(dense(model.linear.weight).shape).toEqual([2, 3]);
  const { h } = model.lstm.forward(model.embedding.forward(texts));
  const weight = [...dense(model.linear.weight).data];
  expect(model.forward(texts).data[3]).toBeCloseTo(dot(weight.slice(3), [...h.data.slice(3)]), 5);
});

test("a text's logits do not depend on its padding", () => {
  const model = new TextLstm(small, rng);
  const logits = model.forward(texts, { lengths }).data;
  expect(logits.slice(2)).toEqual(model.forward(tokens([7, 8], [1, 2])).data);
  expect(logits).not.toEqual(model.forward(texts).data);
});

test.each(["inputDropout", "layerDropout", "outputDropout"])("%s works alone, and only while training", (one) => {
  const off = { inputDropout: 0, layerDropout: 0, outputDropout: 0 };
  const training = () => ({ lengths, training: { rng: stream(2, "dropout") } });
  const model = new TextLstm({ ...small, hidden: 20, ...off, [one]: 0.5 }, rng);
  const plain = new TextLstm({ ...small, hidden: 20, ...off }, rng).forward(texts, training()).data;
  expect(model.forward(texts, { lengths }).data).toEqual(plain);
  expect(model.forward(texts, training()).data).not.toEqual(plain);
  expect(model.forward(texts, training()).data).toEqual(model.forward(texts, training()).data);
});

test("from embedded texts on it gives the same logits", () => {
  const model = new TextLstm(small, rng);
  const x = model.embedding.forward(texts);
  expect(model.forwardEmbedded(x, { lengths }).data).toEqual(model.forward(texts, { lengths }).data);
});

test("every weight gets a gradient, the padding's row only where it is trained", () => {
  for (const paddingId of [1, undefined]) {
    const model = new TextLstm({ ...small, paddingId }, rng);
    const found = gradients(sum(model.forward(texts)), [...parametersOf(model).values()] as Tensor[]);
    for (const gradient of found) expect(gradient.data.some((value) => value !== 0)).toBe(true);
    expect(found[0]!.data.slice(4, 8).some((value) => value !== 0)).toBe(paddingId === undefined);
  }
});

test("lengths must be those of the texts", () => {
  const model = new TextLstm(small, rng);
  expect(() => model.forward(texts, { lengths: tokens([5, 0], [2]) })).toThrow(
    "textLstm: length 1 is 0; sequences have 1–6 steps",
  );
});

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((total, value, i) => total + value * b[i]!, 0);
}
