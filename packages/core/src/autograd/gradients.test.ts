import { describe, expect, test } from "vitest";
import { add, exp, matmul, mul, reshape, square, sub, sum, tanh } from "../ops/index.ts";
import { detach, emptyLike, full, ones, type Tensor, tensor, zeros } from "../tensor/tensor.ts";
import { gradients, vjp } from "./gradients.ts";
import { noGrad, record } from "./record.ts";

const leaf = (value: number) => tensor(value, undefined, { requiresGrad: true });

describe("gradients", () => {
  test("of a polynomial, by hand: d(x²y + y)/d(x, y) at (3, 5) is (30, 10)", () => {
    const [x, y] = [leaf(3), leaf(5)];
    const [dx, dy] = gradients(add(mul(square(x), y), y), [x, y]);
    expect([dx.data[0], dy.data[0]]).toEqual([30, 10]);
  });

  test("add up over every path, and over a chain too long to recurse", () => {
    const x = leaf(1);
    let y: Tensor<readonly []> = x;
    for (let i = 0; i < 20_000; i++) y = add(y, x);
    expect(gradients(y, [x])[0].data[0]).toBe(20_001);
  });

  test("can be asked for a tensor in the middle, and for the loss itself", () => {
    const x = leaf(3);
    const y = square(x);
    const loss = mul(y, 2);
    expect(gradients(loss, [y, x, loss]).map(({ data }) => data[0])).toEqual([2, 12, 1]);
  });

  test("of gradients: the third derivative of x⁴ at 2 is 48", () => {
    const x = leaf(2);
    let y: Tensor<readonly []> = square(square(x));
    for (let order = 0; order < 3; order++) [y] = gradients(y, [x], { createGraph: true });
    expect(y.data[0]).toBe(48);
    expect(gradients(square(x), [x])[0].requiresGrad).toBe(false);
  });

  test("do not flow through detach, noGrad or operands that never asked for them", () => {
    const x = leaf(3);
    expect(gradients(mul(x, detach(x)), [x])[0].data[0]).toBe(3);
    expect(
      gradients(
        mul(
          x,
          noGrad(() => square(x)),
        ),
        [x],
      )[0].data[0],
    ).toBe(9);
    expect(square(tensor(3)).requiresGrad).toBe(false);
    expect(noGrad(() => square(x)).requiresGrad).toBe(false);
  });

  test("of a frozen operand cost nothing: its thunk is not called", () => {
    const [x, frozen] = [leaf(2), leaf(3)];
    const called: string[] = [];
    const y = record("probe", full([], 6), [x, frozen], (dy) =>
      ["x", "frozen"].map((name) => () => {
        called.push(name);
        return dy;
      }),
    );
    gradients(y, [x]);
    expect(called).toEqual(["x"]);
  });

  test("refuse a loss that is no scalar", () => {
    const x = tensor([1, 2], undefined, { requiresGrad: true });
    expect(() => gradients(square(x), [x])).toThrow("gradients: the loss is [2], not a scalar: take its mean or sum");
  });

  test("refuse a parameter that the loss does not depend on, or that was never watched", () => {
    const [x, other] = [leaf(1), leaf(2)];
    expect(() => gradients(square(x), [x, other])).toThrow(
      "gradients: parameter 1, []: the loss does not depend on it",
    );
    expect(() => gradients(square(x), [tensor(1)])).toThrow(
      "gradients: parameter 0, []: it was made without { requiresGrad: true }",
    );
  });

  test("refuse a rule of the wrong shape, naming the operation", () => {
    const x = tensor([1, 2], undefined, { requiresGrad: true });
    const y = record("wrong", emptyLike(x), [x], () => [() => ones([3])]);
    expect(() => gradients(sum(y), [x])).toThrow("gradients: the rule of wrong gave [3] for input 0, which is [2]");
  });

  test("of a two-layer network agree with the chain rule written out", () => {
    const [x, w, v] = [
      tensor([[0.5, -1]]),
      tensor(
        [
          [1, 2],
          [3, -1],
        ],
        undefined,
        { requiresGrad: true },
      ),
      tensor([[2], [-1]], undefined, { requiresGrad: true }),
    ];
    const h = tanh(matmul(x, w));
    const loss = sum(square(sub(matmul(h, v), 1)));
    const [dw, dv] = gradients(loss, [w, v]);
    const [h0, h1] = [Math.tanh(0.5 - 3), Math.tanh(1 + 1)];
    const error = 2 * (2 * h0 - h1 - 1);
    const [d0, d1] = [error * 2 * (1 - h0 * h0), -error * (1 - h1 * h1)];
    expect([...dv.data]).toEqual([error * h0, error * h1].map((value) => expect.closeTo(value, 5)));
    expect([...dw.data]).toEqual([0.5 * d0, 0.5 * d1, -d0, -d1].map((value) => expect.closeTo(value, 5)));
  });

  test("share the memory of reshapes without mixing their gradients", () => {
    const x = tensor([1, 2, 3, 4], [2, 2], { requiresGrad: true });
    const loss = sum(mul(exp(reshape(x, [4])), 0));
    expect([...gradients(loss, [x])[0].data]).toEqual([0, 0, 0, 0]);
  });
});

describe("vjp", () => {
  const x = tensor([1, 2, 3], undefined, { requiresGrad: true });

  test("of an output that is no scalar: the cotangent times the Jacobian", () => {
    const cotangent = tensor([1, 10, 100]);
    expect([...vjp(square(x), [x], cotangent)[0].data]).toEqual([2, 40, 600]);
    expect([...cotangent.data]).toEqual([1, 10, 100]);
  });

  test("of the output itself is a copy of the cotangent, which stays what it is", () => {
    const cotangent = tensor([1, 10, 100]);
    const [same] = vjp(x, [x], cotangent);
    same.write(Float32Array.of(0, 0, 0));
    expect([...cotangent.data]).toEqual([1, 10, 100]);
  });

  test("is linear in the cotangent: differentiated with respect to it, it is the Jacobian times a vector", () => {
    const cotangent = zeros([3], { requiresGrad: true });
    const [g] = vjp(square(x), [x], cotangent, { createGraph: true });
    expect([...vjp(g, [cotangent], tensor([1, 1, 2]))[0].data]).toEqual([2, 4, 12]);
  });

  test("refuses a cotangent of another shape", () => {
    expect(() => vjp(square(x), [x], ones([2]) as Tensor as typeof x)).toThrow(
      "vjp: the cotangent is [2]; the output, whose shape it has, is [3]",
    );
  });
});

test("allowUnused: what the loss does not depend on has no gradient", () => {
  const [x, y] = [leaf(3), leaf(5)];
  const [dx, dy] = gradients(square(x), [x, y], { allowUnused: true });
  expect([dx?.data[0], dy]).toEqual([6, undefined]);
  expect(() => vjp(square(x), [x, y], ones([]))).toThrow("vjp: parameter 1, []: the output does not depend on it");
});
