import { dense, stream, tensor } from "@ltt/core";
import { expect, test } from "vitest";
import { LeNet300 } from "./lenet-300.ts";
import { countParameters, parametersOf } from "./parameters.ts";

test("has 266,200 weights and 410 biases, as Frankle & Carbin count", () => {
  const parameters = parametersOf(new LeNet300({}, stream(1)));
  const sum = (ending: string) =>
    [...parameters].filter(([name]) => name.endsWith(ending)).reduce((total, [, { size }]) => total + size, 0);
  expect([sum(".weight"), sum(".bias")]).toEqual([266_200, 410]);
  expect(countParameters(new LeNet300({ inputs: 4, outputs: 2 }, stream(1)))).toBe(5 * 300 + 301 * 100 + 101 * 2);
});

test("starts Glorot-normal with biases 0", async () => {
  const { fc1, fc2, output } = new LeNet300({}, stream(1));
  for (const { weight, bias } of [fc1, fc2, output]) {
    const [outputs, inputs] = weight.shape as [number, number];
    const values = await dense(weight).read();
    const variance = values.reduce((total, value) => total + value * value, 0) / values.length;
    const expected = 2 / (inputs + outputs);
    expect(Math.abs(variance / expected - 1)).toBeLessThan(5 * Math.sqrt(2 / values.length)); // five standard errors
    expect([...dense(bias!).data]).toEqual(new Array(outputs).fill(0));
  }
});

test("is three layers with ReLU between", async () => {
  const model = new LeNet300({ inputs: 3, outputs: 2 }, stream(1));
  const x = [1, -2, 0.5];
  const layer = (input: number[], { weight }: LeNet300["output"]) => {
    const { data, shape } = dense(weight);
    return Array.from({ length: shape[0] }, (_, o) =>
      input.reduce((sum, v, i) => sum + v * data[o * shape[1] + i]!, 0),
    );
  };
  const positive = (values: number[]) => values.map((value) => Math.max(0, value));
  const expected = layer(positive(layer(positive(layer(x, model.fc1)), model.fc2)), model.output);
  const y = await model.forward(tensor(x, [1, 3])).read();
  expect(y.length).toBe(2);
  for (const [i, value] of y.entries()) expect(value).toBeCloseTo(expected[i]!, 5);
});
