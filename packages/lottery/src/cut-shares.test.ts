import { expect, test } from "vitest";
import { checkShares, cutShares } from "./cut-shares.ts";

const tensors = ["conv.weight", "fc.weight", "out.weight", "out.bias"];
const group = (name: string) => (name.endsWith("bias") ? "bias" : name.startsWith("conv") ? "conv" : "dense");
const shares = (options: Omit<Parameters<typeof cutShares>[1], "rate">) =>
  cutShares("test", { rate: 0.2, ...options }, tensors, group);
const rates = (options: Parameters<typeof shares>[0]) => {
  const { rate } = shares(options);
  return tensors.map((name) => (typeof rate === "number" ? rate : rate(name)));
};

test("a tensor has the rate of its name, else that of its group, else that of all", () => {
  expect(rates({})).toEqual([0.2, 0.2, 0.2, 0.2]);
  expect(rates({ rates: { conv: 0.1, "out.weight": 0, dense: 0.5 } })).toEqual([0.1, 0.5, 0, 0.2]);
  const { rate } = shares({ pool: "group", rates: { conv: 0.1 } });
  expect(["conv", "dense"].map(rate as (group: string) => number)).toEqual([0.1, 0.2]);
});

test("what is excluded is named by tensor or by group", () => {
  const excluded = (...exclude: string[]) => tensors.filter(shares({ exclude }).exclude ?? (() => false));
  expect(excluded()).toEqual([]);
  expect(excluded("bias")).toEqual(["out.bias"]);
  expect(excluded("fc.weight", "conv")).toEqual(["conv.weight", "fc.weight"]);
});

test("a * in a key is any text: of a tensor's name first, then of its group's", () => {
  expect(rates({ rates: { "*.bias": 0 } })).toEqual([0.2, 0.2, 0.2, 0]);
  expect(rates({ rates: { "*.weight": 0.1, "fc.weight": 0.5, bias: 0.3 } })).toEqual([0.1, 0.5, 0.1, 0.3]);
  expect(rates({ rates: { "*on*": 0.1, "d*e": 0.4 } })).toEqual([0.1, 0.4, 0.4, 0.2]);
  expect(rates({ rates: { "o*w*t": 0.7 } })).toEqual([0.2, 0.2, 0.7, 0.2]);
  const { rate } = shares({ pool: "group", rates: { "*n*": 0.1 } });
  expect(["conv", "dense", "bias"].map(rate as (group: string) => number)).toEqual([0.1, 0.1, 0.2]);
  const excluded = (...exclude: string[]) => tensors.filter(shares({ exclude }).exclude!);
  expect(excluded("*t.*")).toEqual(["out.weight", "out.bias"]);
  expect(excluded("c*v", "*")).toEqual(tensors);
});

test.each<[Parameters<typeof shares>[0], string]>([
  [{ rates: { "*x*": 0.1 } }, 'test: rates: "*x*" matches nothing; tensors are conv.weight, fc.weight,'],
  [{ exclude: ["conv*conv.weight"] }, 'test: exclude: "conv*conv.weight" matches nothing; tensors are'],
  [
    { rates: { "*.weight": 0.1, "c*": 0.3 } },
    'test: rates: "*.weight" and "c*" both match "conv.weight", with different rates',
  ],
  [
    { rates: { outputs: 0.1 } },
    'test: rates: "outputs" matches nothing; tensors are conv.weight, fc.weight, out.weight, out.bias; groups are conv, dense, bias',
  ],
  [{ exclude: ["biases"] }, 'test: exclude: "biases" matches nothing; tensors are'],
  [
    { pool: "group", rates: { "fc.weight": 0.1 } },
    'test: rates: "fc.weight" matches nothing; groups are conv, dense, bias',
  ],
])("a key that matches nothing is an error: %#", (options, message) => {
  expect(() => shares(options)).toThrow(message);
});

test.each<[Parameters<typeof checkShares>[1], string]>([
  [{ rates: { conv: 2 } }, "test: rates.conv is 2; it is a fraction in [0, 1]"],
  [{ exclude: [1] as never }, "test: exclude[0] is 1; it is a string"],
  [
    { rates: { conv: 0.1 }, pool: "all" },
    "test: rates.conv is of a part of all tensors, which are one pool: there is one rate",
  ],
])("wrong shares are refused: %#", (options, message) => {
  expect(() => checkShares("test", options)).toThrow(message);
});
