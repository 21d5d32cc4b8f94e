import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { backend, useBackend } from "../backends/backend.ts";
import { createReferenceBackend } from "../backends/reference/backend.ts";
import { add } from "../ops/index.ts";
import { sgdUpdate } from "../optim/updates.ts";
import { Sparse } from "../sparse/sparse.ts";
import { createDeferredBackend } from "../testing/index.ts";
import { scope } from "./scope.ts";
import { detach, full, ones, type Tensor4, tensor, type Vector, zeros } from "./tensor.ts";
import { tokens } from "./tokens.ts";

describe("tensor", () => {
  test("takes nested numbers, or numbers and a shape", async () => {
    expect(
      tensor([
        [1, 2, 3],
        [4, 5, 6],
      ]).shape,
    ).toEqual([2, 3]);
    expect([
      ...tensor([
        [1, 2, 3],
        [4, 5, 6],
      ]).data,
    ]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(tensor([[[1], [2]]]).shape).toEqual([1, 2, 1]);
    const image: Tensor4 = tensor([[[[1, 2]]]]);
    expect(image.shape).toEqual([1, 1, 1, 2]);
    expect(tensor(7).shape).toEqual([]);
    expect(tensor([], [0, 3]).size).toBe(0);
    expect(tensor([]).shape).toEqual([0]);
    expect(await tensor([1, 2], [2]).read()).toEqual(new Float32Array([1, 2]));
    expect(await tensor(1.5).item()).toBe(1.5);
  });

  test("refuses what is no shape, does not fill it, or is nested unevenly", async () => {
    expect(() => tensor([1, 2, 3], [2, 2])).toThrow("tensor: 3 values do not fill [2,2], which holds 4");
    expect(() => tensor([1], [-1])).toThrow("tensor: [-1] is no shape: sizes are integers from 0");
    expect(() => zeros([1.5])).toThrow("zeros: [1.5] is no shape: sizes are integers from 0");
    expect(() => tensor([[1, 2], [3]])).toThrow("tensor: nested unevenly: 1 at depth 1 where the first branch has 2");
    await expect(tensor([1, 2]).item()).rejects.toThrow("item: [2] has 2 elements, not one");
  });

  test("copies what it is made from, and overwrites in place on write", () => {
    const values = new Float32Array([1, 2]);
    const x = tensor(values, [2]);
    const view = detach(x);
    values[0] = 9;
    expect([...x.data]).toEqual([1, 2]);
    x.write(new Float32Array([3, 4]));
    expect([...view.data]).toEqual([3, 4]);
    expect(() => x.write(new Float32Array(3))).toThrow("write: 3 values do not fill [2], which holds 2");
  });

  test.each([
    ["reference", createReferenceBackend],
    ["wasm", backend],
  ])("data stays what it is on %s when the tensor is written to, or its memory is another's", (_, create) => {
    const before = useBackend(create());
    try {
      const x = tensor(new Float32Array(2000).fill(1), [2000]);
      const [held, part] = [x.data, x.data.subarray(10, 12)];
      expect(x.data).toBe(held); // copied once
      x.write(new Float32Array(2000).fill(2));
      expect([x.data[0], detach(x).data[0], held[0], ...part]).toEqual([2, 2, 1, 1, 1]);
      const gone = scope(() => ones([2000]).data);
      for (let i = 0; i < 4; i++) full([2000], 7);
      expect(new Set([...gone, ...held])).toEqual(new Set([1]));
    } finally {
      useBackend(before);
    }
  });

  test("data is up to date after every write, whoever shares the memory", () => {
    const x = tensor([1, 2], [2]);
    const view = detach(x);
    const step = { learningRate: 1, momentum: 0, dampening: 0, nesterov: false, weightDecay: 0, first: true };
    for (let i = 1; i <= 3; i++) {
      expect([...x.data, ...view.data]).toEqual([2 - i, 3 - i, 2 - i, 3 - i]);
      sgdUpdate(i === 2 ? view : x, ones([2]), {}, step);
    }
    view.write(x.data.map((value) => 10 * value));
    expect([...x.data]).toEqual([-20, -10]);
  });

  test("data is read-only, says its type", () => {
    const compiled = (x: Vector) => {
      const { data } = x;
      x.write(data.subarray(1));
      // @ts-expect-error an element
      data[0] = 1;
      // @ts-expect-error all of them
      data.set([1]);
      // @ts-expect-error in another order
      data.sort();
      // @ts-expect-error a part
      data.subarray(1)[0] = 1;
      // @ts-expect-error what lies below
      data.buffer;
      // @ts-expect-error in other hands
      const writable: Float32Array = data;
      return writable;
    };
    expect(compiled).toBeTypeOf("function");
  });

  test("a part of data needs no tensor to live on", async () => {
    setFlagsFromString("--expose-gc");
    const collectGarbage = runInNewContext("gc") as () => void;
    const make = () => tensor(new Float32Array(1 << 16).fill(1), [1 << 16]).data.subarray(0, 4);
    const part = make();
    for (let i = 0; i < 3; i++) {
      collectGarbage();
      await new Promise((resolve) => setTimeout(resolve)); // what is garbage comes back
    }
    const others = Array.from({ length: 32 }, () => full([1 << 16], 7)); // in all memory that is free
    expect(others).toHaveLength(32);
    expect([...part]).toEqual([1, 1, 1, 1]);
  });

  test("full, zeros and ones hold that value everywhere", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5), { maxLength: 3 }), fc.float({ noNaN: true }), (shape, value) => {
        expect(full(shape, value).data.every((element) => Object.is(element, value) || element === value)).toBe(true);
        expect(zeros(shape).data.every((element) => element === 0) && ones(shape).data.every((e) => e === 1)).toBe(
          true,
        );
      }),
    );
  });

  test("lives on one backend: another's operations name both", () => {
    const here = tensor([1]);
    const before = useBackend(createDeferredBackend());
    try {
      expect(() => add(here, 1)).toThrow(
        'tensor [1] lives on the backend "wasm", but "deferred" is in use: make it there, from the values that read() gives',
      );
      expect(() => tensor([1, 2]).data).toThrow(
        'tensor [2]: the backend "deferred" computes asynchronously: use await tensor.read()',
      );
    } finally {
      useBackend(before);
    }
    expect(createReferenceBackend().name).toBe("reference");
  });
});

describe("tokens", () => {
  test("are integers of 32 bits that fill their shape", () => {
    expect(tokens([3, 1], [1, 2]).data).toEqual(new Int32Array([3, 1]));
    expect(() => tokens([1, 2, 3], [2])).toThrow("tokens: 3 values do not fill [2], which holds 2");
    expect(() => tokens([1.5], [1])).toThrow("tokens: value 0 is 1.5, not an integer of 32 bits");
    expect(() => tokens([0, 2 ** 31], [2])).toThrow("tokens: value 1 is 2147483648, not an integer of 32 bits");
  });
});

describe("Sparse", () => {
  test("refuses positions out of order, repeated or outside, and values that do not match", () => {
    const make = (positions: number[], count = positions.length) =>
      new Sparse([2, 3], Int32Array.from(positions), zeros([count]));
    expect(make([0, 5]).size).toBe(6);
    expect(() => make([1, 1])).toThrow("Sparse: position 1 is 1; positions of [2,3] ascend within 0–5");
    expect(() => make([6])).toThrow("Sparse: position 0 is 6; positions of [2,3] ascend within 0–5");
    expect(() => make([1, 2], 3)).toThrow("Sparse: 3 values for 2 positions of [2,3]");
  });
});
