import { stream } from "@ltt/core";
import { encodeTokens } from "@ltt/data";
import type { TextCnn, TextLstm } from "@ltt/layers";
import { expect, test } from "vitest";
import { textTaskOf } from "./task-data.ts";

const part = encodeTokens([[2, 3], [4]], [0, 1]);
const data = {
  ...{ corpus: "texts", encoded: { train: part, validation: part, test: part }, batchSize: 2, rows: 5, outputs: 1 },
  ...{ hidden: undefined, embedding: { frozen: false, identity: undefined, given: undefined } },
};

test("gates that are computed again are no part of the architecture: the network is the same, and so is its name", () => {
  const [usual, again] = [undefined, true].map((recompute) => textTaskOf({ ...data, model: "text-lstm", recompute }));
  expect((again!.model(stream(1)) as TextLstm).lstm.recompute).toBe(true);
  expect((usual!.model(stream(1)) as TextLstm).lstm.recompute).toBe(false);
  expect([again!.architecture, again!.data]).toEqual([usual!.architecture, usual!.data]);
});

test("a dropout that is told is that of every layer that has one, and part of the architecture", () => {
  const cnn = textTaskOf({ ...data, model: "text-cnn", dropout: 0.25 });
  const lstm = textTaskOf({ ...data, model: "text-lstm", dropout: 0.25 });
  const [small, large] = [cnn.model(stream(1)) as TextCnn, lstm.model(stream(1)) as TextLstm];
  expect(small.dropout.p).toBe(0.25);
  expect([large.inputDropout.p, large.lstm.dropout.p, large.outputDropout.p]).toEqual([0.25, 0.25, 0.25]);
  expect(cnn.architecture).toMatchObject({ dropout: 0.25 });
  const usual = textTaskOf({ ...data, model: "text-cnn" });
  expect((usual.model(stream(1)) as TextCnn).dropout.p).toBe(0.5);
  expect(usual.architecture).not.toHaveProperty("dropout");
});
