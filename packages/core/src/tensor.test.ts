import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { useBackend } from "./backend.ts";
import { createReferenceBackend } from "./backends/reference/backend.ts";
import { add } from "./ops/index.ts";
import { Sparse } from "./sparse.ts";
import { detach, full, ones, tensor, zeros } from "./tensor.ts";
import { createDeferredBackend } from "./testing/index.ts";
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
