import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pack, unpack } from "./packed.ts";

const array = fc.oneof(
  fc.float32Array({ noNaN: true }),
  fc.int32Array(),
  fc.uint8Array(),
  fc.float64Array({ noNaN: true }),
);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: "small" },
    array,
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    tie("list"),
    tie("map"),
  ),
  list: fc.array(tie("any"), { maxLength: 4 }),
  map: fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), tie("any"), { maxKeys: 4, noNullPrototype: true }),
})).any;

describe("pack", () => {
  test("unpack is its inverse, and the same data gives the same bytes", () => {
    fc.assert(
      fc.property(value, (data) => {
        const packed = pack(data);
        const back = JSON.stringify(data) === undefined ? data : unpack(packed);
        expect(back).toEqual(fc.stringify(data).includes("null prototype") ? back : data);
        expect(Buffer.from(pack(data)).equals(packed)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  test("views of larger memories are packed as what they show; what is undefined is left out", () => {
    const memory = Float32Array.from({ length: 100 }, (_, i) => i);
    expect(unpack(pack({ part: memory.subarray(3, 6), none: undefined }))).toEqual({ part: Float32Array.of(3, 4, 5) });
    const inside = Buffer.concat([Buffer.alloc(16), pack(memory)]).subarray(16); // files are Buffers, often parts of larger ones
    expect(unpack(inside)).toEqual(memory);
  });

  test.each([
    [{ f: () => 0 }, "pack: there is a function, which cannot be packed"],
    [new Map(), "pack: there is a Map, which cannot be packed"],
    [{ $array: 1 }, "pack: there is a field $array, which cannot be packed"],
    [new BigInt64Array(1), "pack: there is a BigInt64Array; typed arrays are Int8Array"],
  ])("refuses %o", (data, message) => {
    expect(() => pack(data)).toThrow(message);
  });

  test("bytes that are cut, or name memory outside of them, are refused", () => {
    const packed = pack({ a: new Float32Array(100) });
    expect(() => unpack(packed.subarray(0, 10))).toThrow("unpack: these bytes are no packed data");
    expect(() => unpack(packed.subarray(0, packed.length - 8))).toThrow(
      /an array Float32Array of 100 at 0 is not in these bytes/,
    );
    const text = Buffer.from(packed).toString("latin1").replace('"at":0', '"at":9');
    expect(() => unpack(Buffer.from(text, "latin1"))).toThrow(/at 9 is not in these bytes/);
    const proto = Buffer.from(pack({ aaaaaaaaa: 1 }));
    proto.write("__proto__", proto.indexOf("aaaaaaaaa"));
    expect(() => unpack(proto)).toThrow("unpack: a field is called __proto__");
  });
});
