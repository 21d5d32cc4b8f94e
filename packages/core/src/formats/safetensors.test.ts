import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SafetensorsDtype } from "./dtypes.ts";
import type { SafetensorsEntry } from "./entry.ts";
import { widen } from "./half.ts";
import { fromLittleEndian } from "./little-endian.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";
import { SafetensorsError } from "./safetensors-error.ts";

const f32 = (shape: readonly number[], values: readonly number[]): SafetensorsEntry => ({
  dtype: "F32",
  shape,
  data: new Float32Array(values),
});

/** A file with this header text, unpadded, and so many bytes of data, all zero. */
function file(header: string, dataBytes = 0): Uint8Array {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

function headerOf(bytes: Uint8Array): string {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  return new TextDecoder().decode(bytes.subarray(8, 8 + length));
}

function contents(bytes: Uint8Array): Map<string, { dtype: string; shape: readonly number[]; bytes: number[] }> {
  const { tensors } = decodeSafetensors(bytes);
  return new Map([...tensors].map(([name, entry]) => [name, plain(entry)]));
}

/** An entry as plain bytes: equality of floats would let −0 and the bits of a NaN slip. */
function plain(entry: SafetensorsEntry): { dtype: string; shape: readonly number[]; bytes: number[] } {
  const array = "data" in entry ? entry.data : entry.bytes;
  const bytes = [...new Uint8Array(array.buffer, array.byteOffset, array.byteLength)];
  return { dtype: entry.dtype, shape: [...entry.shape], bytes };
}

const typed = {
  F64: Float64Array,
  F32: Float32Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
  I32: Int32Array,
  U32: Uint32Array,
  I16: Int16Array,
  U16: Uint16Array,
  I8: Int8Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
};
const halves = { F16: Float32Array, BF16: Float32Array };
const rawWidths = { C64: 8, F8_E5M2: 1, F8_E4M3: 1, F8_E8M0: 1 };

/** Any bit pattern: NaNs with payloads, −0, denormals. */
function entryOf(dtype: SafetensorsDtype, shape: number[], fill: (bytes: number) => Uint8Array): SafetensorsEntry {
  const count = shape.reduce((a, b) => a * b, 1);
  if (dtype === "F16" || dtype === "BF16")
    return { dtype, shape, data: widen(dtype, new Uint16Array(Uint8Array.from(fill(count * 2)).buffer)) };
  const width = dtype in typed ? typed[dtype as keyof typeof typed].BYTES_PER_ELEMENT : rawWidths[dtype as "C64"];
  const { buffer } = Uint8Array.from(fill(count * width)); // aligned, whatever `fill` returns
  if (dtype in typed) {
    const Typed = typed[dtype as keyof typeof typed];
    return { dtype, shape, data: new Typed(buffer) } as SafetensorsEntry;
  }
  return { dtype: dtype as "C64", shape, bytes: new Uint8Array(buffer) };
}

const names = fc.oneof(
  fc.constantFrom(
    "__proto__",
    "constructor",
    "toString",
    "",
    "embedding",
    "convs.0.kernel",
    "ﬀ",
    "😀",
    'a"b\\c\u0000\n',
  ),
  fc.string({ unit: "grapheme" }),
);
const entry: fc.Arbitrary<SafetensorsEntry> = fc
  .record({
    dtype: fc.constantFrom(
      ...(Object.keys({ ...typed, ...halves }) as SafetensorsDtype[]),
      ...(Object.keys(rawWidths) as SafetensorsDtype[]),
    ),
    shape: fc.array(fc.nat(4), { maxLength: 3 }),
  })
  .chain(({ dtype, shape }) => {
    const bytes = shape.reduce((a, b) => a * b, 1) * 8;
    return fc
      .uint8Array({ minLength: bytes, maxLength: bytes })
      .map((pool) => entryOf(dtype, shape, (length) => pool.subarray(0, length)));
  });
const tensors = fc.array(fc.tuple(names, entry), { maxLength: 6 }).map((pairs) => new Map(pairs));
const metadata = fc
  .array(fc.tuple(names, fc.string({ unit: "binary" })), { maxLength: 4 })
  .map((pairs) => new Map(pairs));

describe("a safetensors file", () => {
  test("is these bytes, worked by hand", () => {
    const header =
      '{"__metadata__":{"round":"3"},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"m":{"dtype":"U8","shape":[],"data_offsets":[8,9]}}';
    expect(header.length).toBe(134);
    const expected = [
      ...[136, 0, 0, 0, 0, 0, 0, 0], // 134 bytes, padded to 136
      ...new TextEncoder().encode(`${header}  `),
      ...[0x00, 0x00, 0x80, 0x3f], // 1
      ...[0x00, 0x00, 0x20, 0xc0], // −2.5
      7,
    ];
    const entries = new Map<string, SafetensorsEntry>([
      ["m", { dtype: "U8", shape: [], data: new Uint8Array([7]) }],
      ["w", f32([2], [1, -2.5])],
    ]);
    expect([...encodeSafetensors(entries, new Map([["round", "3"]]))]).toEqual(expected);
  });

  test("comes back as it was written, bit for bit", () => {
    fc.assert(
      fc.property(tensors, metadata, (entries, texts) => {
        const bytes = encodeSafetensors(entries, texts);
        const decoded = decodeSafetensors(bytes);
        expect(new Map([...decoded.tensors].map(([name, e]) => [name, plain(e)]))).toEqual(
          new Map([...entries].map(([name, e]) => [name, plain(e)])),
        );
        expect(decoded.metadata).toEqual(texts);
        for (const e of decoded.tensors.values()) {
          if ("data" in e) expect(e.data).toBeInstanceOf({ ...typed, ...halves }[e.dtype]);
        }
        expect(encodeSafetensors(decoded.tensors, decoded.metadata)).toEqual(bytes);
      }),
    );
  });

  test("does not depend on the order in which its tensors and metadata were given", () => {
    fc.assert(
      fc.property(tensors, metadata, (entries, texts) => {
        const bytes = encodeSafetensors(entries, texts);
        expect(encodeSafetensors(new Map([...entries].reverse()), new Map([...texts].reverse()))).toEqual(bytes);
      }),
    );
  });

  test("starts its data on a multiple of 8, widest dtype first, each tensor aligned to its elements", () => {
    fc.assert(
      fc.property(tensors, (entries) => {
        const bytes = encodeSafetensors(entries);
        const length = new DataView(bytes.buffer).getBigUint64(0, true);
        expect(length % 8n).toBe(0n);
        const header = JSON.parse(headerOf(bytes)) as object; // enough for a look: keys are unique here
        for (const { dtype, data_offsets } of Object.values(header) as {
          dtype: string;
          data_offsets: [number, number];
        }[]) {
          const width = dtype in halves ? 2 : dtype in typed ? typed[dtype as "F32"].BYTES_PER_ELEMENT : 1;
          expect(data_offsets[0] % width).toBe(0);
        }
      }),
    );
  });

  test("sorts by the reference's order of dtypes, then by name in UTF-8 order", () => {
    const one = (dtype: SafetensorsDtype): SafetensorsEntry => entryOf(dtype, [1], (length) => new Uint8Array(length));
    const entries = new Map<string, SafetensorsEntry>([
      ["bool", one("BOOL")],
      ["u8", one("U8")],
      ["i32", one("I32")],
      ["😀", one("F32")], // U+1F600: last in UTF-8, before ﬀ (U+FB00) in UTF-16
      ["ﬀ", one("F32")],
      ["b", one("F32")],
      ["ab", one("F32")],
      ["a", one("F32")],
      ["😁", one("F32")],
      ["i64", one("I64")],
      ["f64", one("F64")],
      ["bf16", one("BF16")],
    ]);
    expect([...decodeSafetensors(encodeSafetensors(entries)).tensors.keys()]).toEqual([
      "i64",
      "f64",
      "a",
      "ab",
      "b",
      "ﬀ",
      "😀",
      "😁",
      "i32",
      "bf16",
      "u8",
      "bool",
    ]);
  });

  test("keeps __proto__ as a name and as a metadata key, and pollutes nothing", () => {
    const bytes = encodeSafetensors(new Map([["__proto__", f32([1], [3])]]), new Map([["__proto__", "polluted"]]));
    expect(headerOf(bytes)).toContain('"__proto__":{"dtype":"F32"');
    const decoded = decodeSafetensors(bytes);
    expect(decoded.tensors.get("__proto__")).toEqual(f32([1], [3]));
    expect([...decoded.metadata]).toEqual([["__proto__", "polluted"]]);
    expect(Object.hasOwn(Object.prototype, "dtype")).toBe(false);
  });

  test("may be empty", () => {
    const bytes = encodeSafetensors(new Map());
    expect([...bytes]).toEqual([8, 0, 0, 0, 0, 0, 0, 0, ...new TextEncoder().encode("{}      ")]);
    expect(decodeSafetensors(bytes)).toEqual({ tensors: new Map(), metadata: new Map() });
  });
});

describe("reading", () => {
  test("takes any offset, aligned or not, in any order of the header", () => {
    const header =
      '{"w":{"dtype":"F32","shape":[1],"data_offsets":[1,5]},"e":{"dtype":"F64","shape":[0,3],"data_offsets":[1,1]},"m":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}';
    const bytes = file(header, 5);
    bytes.set([9, 0x00, 0x00, 0x80, 0x3f], bytes.length - 5);
    const shifted = new Uint8Array(bytes.length + 3).subarray(3); // a view that itself begins at an odd byte
    shifted.set(bytes);
    expect([...decodeSafetensors(shifted).tensors]).toEqual([
      ["m", { dtype: "U8", shape: [1], data: new Uint8Array([9]) }],
      ["e", { dtype: "F64", shape: [0, 3], data: new Float64Array(0) }],
      ["w", f32([1], [1])],
    ]);
  });

  test("gives arrays of their own: changing the file afterwards changes no tensor", () => {
    const bytes = encodeSafetensors(
      new Map<string, SafetensorsEntry>([["m", { dtype: "U8", shape: [2], data: new Uint8Array([1, 2]) }]]),
    );
    const { tensors } = decodeSafetensors(Buffer.from(bytes.buffer)); // Buffer's slice is a view, unlike Uint8Array's
    bytes.fill(0);
    expect(plain(tensors.get("m")!).bytes).toEqual([1, 2]);
  });

  test("takes what the reference takes: spaces, unknown fields, null metadata, escapes, a zero before an overflow", () => {
    const header =
      '{ "__metadata__" : null,\n"\\u0061\\n\\ud83d\\ude00": {"dtype":"U8", "shape":[ 0 , 1125899906842624, 1125899906842624 ], "data_offsets":[0,0], "note":[1.5e3,-1,true,false,null,{"x":[]}]} } \t\r\n';
    expect([...contents(file(header)).keys()]).toEqual(["a\n😀"]);
  });

  test("gives 16-bit floats as float32, booleans as 0 and 1, and a dtype without a JavaScript array as bytes", () => {
    const bytes = file(
      '{"h":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]},"f":{"dtype":"F16","shape":[1],"data_offsets":[4,6]},' +
        '"q":{"dtype":"F4","shape":[3,2],"data_offsets":[6,9]},"b":{"dtype":"BOOL","shape":[2],"data_offsets":[9,11]}}',
      11,
    );
    bytes.set([0x80, 0x3f, 0x49, 0xc0, 0x00, 0xc5, 5, 6, 7, 1, 0], bytes.length - 11);
    const { tensors } = decodeSafetensors(bytes);
    expect(tensors.get("h")).toEqual({ dtype: "BF16", shape: [2], data: Float32Array.of(1, -3.140625) });
    expect(tensors.get("f")).toEqual({ dtype: "F16", shape: [1], data: Float32Array.of(-5) });
    expect(tensors.get("q")).toEqual({ dtype: "F4", shape: [3, 2], bytes: new Uint8Array([5, 6, 7]) });
    expect(tensors.get("b")).toEqual({ dtype: "BOOL", shape: [2], data: new Uint8Array([1, 0]) });
    expect(contents(encodeSafetensors(tensors))).toEqual(contents(bytes));
  });

  test("turns the bytes of every element on a big-endian machine, and only there", () => {
    const bytes = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]);
    fromLittleEndian(bytes, 4, true);
    expect([...bytes]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    fromLittleEndian(bytes, 4, false);
    expect([...bytes]).toEqual([4, 3, 2, 1, 8, 7, 6, 5]);
    fromLittleEndian(bytes, 1, false);
    expect([...bytes]).toEqual([4, 3, 2, 1, 8, 7, 6, 5]);
  });
});

const info = (fields: string): string => `{"w":{${fields}}}`;
const withLength = (length: bigint): Uint8Array => {
  const bytes = file("{}");
  new DataView(bytes.buffer).setBigUint64(0, length, true);
  return bytes;
};
const withByte = (bytes: Uint8Array, at: number, byte: number): Uint8Array => {
  bytes[at] = byte;
  return bytes;
};
const KNOWN =
  "BOOL, F4, F6_E2M3, F6_E3M2, U8, I8, F8_E5M2, F8_E4M3, F8_E8M0, I16, U16, F16, BF16, I32, U32, F32, C64, F64, I64, U64";
const json = "the header is not JSON we accept:";

/** What is wrong, the file, and what we say after `safetensors: runs/a/weights.safetensors: `. */
const refusals: readonly (readonly [string, Uint8Array, string])[] = [
  ["a file too short for the length", new Uint8Array(7), "7 bytes are too few for the 8-byte length of the header"],
  ["an empty file", new Uint8Array(0), "0 bytes are too few for the 8-byte length of the header"],
  ["a header over the cap", withLength(100_000_001n), "the header claims 100000001 bytes, the format allows 100000000"],
  [
    "a header of 2⁶⁴ − 1 bytes",
    withLength(2n ** 64n - 1n),
    "the header claims 18446744073709551615 bytes, the format allows 100000000",
  ],
  ["a header longer than the file", withLength(3n), "the header claims 3 bytes, the file has 2 left"],
  ["an empty header", withLength(0n), 'the header is empty; it must begin with "{"'],
  ["a header that begins with a space", file(" {}"), 'the header begins with byte 0x20, not with "{"'],
  ["a header that begins with a byte order mark", file("\ufeff{}"), 'the header begins with byte 0xef, not with "{"'],
  ["bytes that are not UTF-8", withByte(file('{"a":1}'), 10, 0xff), "the header is not valid UTF-8"],
  ["a header cut off", file('{"w":'), `${json} it ends where a value should stand`],
  ["an object not closed", file('{"w":1'), `${json} it ends where "," or "}" should stand`],
  ["an array not closed", file('{"w":[1'), `${json} it ends where "," or "]" should stand`],
  ["a comma too many", file('{"w":1,}'), `${json} "}" at character 7, where a string should stand`],
  ["a missing colon", file('{"w" 1}'), `${json} "1" at character 5, where ":" should stand`],
  ["a leading zero", file('{"w":01}'), `${json} "1" at character 6, where "," or "}" should stand`],
  ["something after the object", file("{}x"), `${json} "x" at character 2, where the end of the header should stand`],
  ["a word that is no value", file('{"w":nul}'), `${json} "n" at character 5, where a value should stand`],
  [
    "a string not closed",
    file('{"w'),
    `${json} the string at character 1 is not closed, or holds a control character or a wrong escape`,
  ],
  [
    "a raw newline in a string",
    file('{"w\n":1}'),
    `${json} the string at character 1 is not closed, or holds a control character or a wrong escape`,
  ],
  [
    "a wrong escape",
    file('{"\\x":1}'),
    `${json} the string at character 1 is not closed, or holds a control character or a wrong escape`,
  ],
  ["half a surrogate pair", file('{"\\ud800":1}'), `${json} the string at character 1 holds half a surrogate pair`],
  ["nesting without end", file(`{"w":${"[".repeat(1_000_000)}`), `${json} it is nested more than 128 deep`],
  ["a tensor given twice", file('{"w":{},"w":{}}'), `${json} the key "w" stands twice in one object`],
  [
    "a tensor given twice, once escaped",
    file('{"w":{},"\\u0077":{}}'),
    `${json} the key "w" stands twice in one object`,
  ],
  [
    "__proto__ given twice",
    file('{"__proto__":{},"__proto__":{}}'),
    `${json} the key "__proto__" stands twice in one object`,
  ],
  [
    "metadata given twice",
    file('{"__metadata__":{},"__metadata__":{}}'),
    `${json} the key "__metadata__" stands twice in one object`,
  ],
  [
    "a metadata key given twice",
    file('{"__metadata__":{"a":"1","a":"2"}}'),
    `${json} the key "a" stands twice in one object`,
  ],
  [
    "a field given twice",
    file(info('"dtype":"U8","dtype":"F32"')),
    `${json} the key "dtype" stands twice in one object`,
  ],
  ["metadata that is no object", file('{"__metadata__":["a"]}'), '"__metadata__" is an array, not an object'],
  [
    "metadata that is no text",
    file('{"__metadata__":{"round":3}}'),
    '"__metadata__": "round" is a number, not a string',
  ],
  ["a tensor that is no object", file('{"w":true}'), '"w" is a boolean, not an object'],
  ["a tensor that is null", file('{"w":null}'), '"w" is null, not an object'],
  ["no dtype", file(info('"shape":[],"data_offsets":[0,0]')), '"w" has no "dtype"'],
  ["no shape", file(info('"dtype":"U8","data_offsets":[0,0]')), '"w" has no "shape"'],
  ["no offsets", file(info('"dtype":"U8","shape":[]')), '"w" has no "data_offsets"'],
  [
    "an unknown dtype",
    file(info('"dtype":"F31","shape":[],"data_offsets":[0,0]')),
    `"w" has dtype "F31"; the format knows ${KNOWN}`,
  ],
  [
    "a dtype named like a method",
    file(info('"dtype":"toString","shape":[],"data_offsets":[0,0]')),
    `"w" has dtype "toString"; the format knows ${KNOWN}`,
  ],
  [
    "a dtype that is no text",
    file(info('"dtype":{},"shape":[],"data_offsets":[0,0]')),
    `"w" has dtype an object; the format knows ${KNOWN}`,
  ],
  [
    "a shape that is no array",
    file(info('"dtype":"U8","shape":"4","data_offsets":[0,4]')),
    '"w": shape is a string, not an array',
  ],
  [
    "a negative size",
    file(info('"dtype":"U8","shape":[-1],"data_offsets":[0,0]')),
    '"w": shape holds -1, not an integer from 0 to 2⁵³ − 1',
  ],
  [
    "a size of 1.0",
    file(info('"dtype":"U8","shape":[1.0],"data_offsets":[0,1]'), 1),
    '"w": shape holds 1.0, not an integer from 0 to 2⁵³ − 1',
  ],
  [
    "a size of 1e0",
    file(info('"dtype":"U8","shape":[1e0],"data_offsets":[0,1]'), 1),
    '"w": shape holds 1e0, not an integer from 0 to 2⁵³ − 1',
  ],
  [
    "a size of 2⁵³",
    file(info('"dtype":"U8","shape":[9007199254740992],"data_offsets":[0,1]'), 1),
    '"w": shape holds 9007199254740992, not an integer from 0 to 2⁵³ − 1',
  ],
  [
    "a size that is text",
    file(info('"dtype":"U8","shape":["1"],"data_offsets":[0,1]'), 1),
    '"w": shape holds a string, not an integer from 0 to 2⁵³ − 1',
  ],
  [
    "three offsets",
    file(info('"dtype":"U8","shape":[],"data_offsets":[0,1,2]')),
    '"w": data_offsets holds 3 numbers, not 2',
  ],
  [
    "an end before the beginning",
    file(info('"dtype":"U8","shape":[1],"data_offsets":[1,0]'), 1),
    '"w" begins at byte 1 and ends before it, at 0',
  ],
  [
    "an end behind the file",
    file(info('"dtype":"U8","shape":[2],"data_offsets":[0,2]'), 1),
    '"w" spans bytes 0–2, the file holds 1 bytes of data',
  ],
  [
    "a shape that overflows",
    file(info('"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]')),
    '"w": shape [4294967296,4294967296] × F32 overflows',
  ],
  [
    "a shape that overflows before a zero",
    file(info('"dtype":"F32","shape":[4294967296,4294967296,0],"data_offsets":[0,0]')),
    '"w": shape [4294967296,4294967296,0] × F32 overflows',
  ],
  [
    "half a byte",
    file(info('"dtype":"F4","shape":[3],"data_offsets":[0,1]'), 1),
    '"w": shape [3] × F4 is 12 bits, not a whole number of bytes',
  ],
  [
    "a shape and a span that differ",
    file('{"embedding":{"dtype":"F32","shape":[10,11],"data_offsets":[0,400]}}', 400),
    '"embedding" spans bytes 0–400, its shape [10,11] × F32 needs 440',
  ],
  [
    "a shape of many sizes",
    file(info(`"dtype":"U8","shape":[${Array(20).fill(1)}],"data_offsets":[0,0]`)),
    '"w" spans bytes 0–0, its shape [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,… 20 sizes] × U8 needs 1',
  ],
  [
    "an overlap",
    file(
      '{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}',
      3,
    ),
    '"b" begins at byte 1, inside the tensor before it, which ends at 2',
  ],
  [
    "two tensors on the same bytes",
    file(
      '{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}',
      2,
    ),
    '"b" begins at byte 0, inside the tensor before it, which ends at 2',
  ],
  [
    "a hole",
    file(
      '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}',
      3,
    ),
    'bytes 1–2, before "b", belong to no tensor',
  ],
  [
    "a hole at the front",
    file(info('"dtype":"U8","shape":[1],"data_offsets":[1,2]'), 2),
    'bytes 0–1, before "w", belong to no tensor',
  ],
  [
    "bytes behind the last tensor",
    file(info('"dtype":"U8","shape":[1],"data_offsets":[0,1]'), 3),
    "bytes 1–3, the last of the file, belong to no tensor",
  ],
];

describe("reading refuses", () => {
  test.each(refusals)("%s", (_, bytes, message) => {
    const read = (): unknown => decodeSafetensors(bytes, "runs/a/weights.safetensors");
    expect(read).toThrow(SafetensorsError);
    expect(read).toThrow(new SafetensorsError(`safetensors: runs/a/weights.safetensors: ${message}`));
  });

  test("without a name in the message when none is given", () => {
    expect(() => decodeSafetensors(new Uint8Array(1))).toThrow(
      new SafetensorsError("safetensors: 1 bytes are too few for the 8-byte length of the header"),
    );
  });

  test("or accepts, but never anything else, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => survives(bytes)),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}[]":,\\u0019.-eE ntw') }), fc.nat(9), (text, rest) =>
        survives(file(`{${text}`, rest)),
      ),
      { numRuns: 2000 },
    );
  });

  test("or accepts, but never anything else, when bits of a valid file flip or bytes go missing", () => {
    const flips = fc.array(fc.tuple(fc.nat(), fc.nat(7)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(tensors, metadata, flips, fc.nat(3), (entries, texts, turned, cut) => {
        const bytes = encodeSafetensors(entries, texts);
        for (const [place, bit] of turned) bytes[place % bytes.length]! ^= 1 << bit;
        survives(bytes.subarray(0, bytes.length - cut));
      }),
      { numRuns: 2000 },
    );
  });
});

/** Decodes to no more bytes than the file has, twice those of 16-bit floats, and can be written again, or is refused by us. */
function survives(bytes: Uint8Array): void {
  let decoded: ReturnType<typeof decodeSafetensors>;
  try {
    decoded = decodeSafetensors(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(SafetensorsError);
    return;
  }
  const held = [...decoded.tensors.values()].reduce(
    (sum, e) => sum + plain(e).bytes.length / (e.dtype === "F16" || e.dtype === "BF16" ? 2 : 1),
    0,
  );
  expect(held).toBeLessThan(bytes.length);
  expect(contents(encodeSafetensors(decoded.tensors, decoded.metadata))).toEqual(contents(bytes));
}

describe("writing refuses", () => {
  const write =
    (name: string, value: unknown): (() => Uint8Array) =>
    () =>
      encodeSafetensors(new Map([[name, value as SafetensorsEntry]]));

  test.each([
    ["a shape and data that differ", "w", f32([2, 3], [1]), '"w" holds 4 bytes, its shape [2,3] × F32 needs 24'],
    ["a negative size", "w", f32([-1], [1]), '"w" has shape [-1]: -1 is not a non-negative integer'],
    ["half a size", "w", f32([0.5, 2], [1]), '"w" has shape [0.5,2]: 0.5 is not a non-negative integer'],
    [
      "an array of another kind",
      "w",
      { dtype: "F32", shape: [1], data: new Float64Array(1) },
      '"w" is F32 and needs a Float32Array, not a Float64Array of 1',
    ],
    [
      "16-bit floats that are not numbers",
      "w",
      { dtype: "BF16", shape: [1], bytes: new Uint8Array(2) },
      '"w" is BF16 and needs a Float32Array, not an Uint8Array of 2',
    ],
    [
      "16-bit floats that are too many",
      "w",
      { dtype: "F16", shape: [2], data: new Float32Array(3) },
      '"w" holds 6 bytes, its shape [2] × F16 needs 4',
    ],
    [
      "an unknown dtype",
      "w",
      { dtype: "F31", shape: [1], data: new Float32Array(1) },
      `"w" has dtype "F31"; the format knows ${KNOWN}`,
    ],
    [
      "the metadata's name",
      "__metadata__",
      f32([1], [1]),
      '"__metadata__" is the name of the metadata and cannot name a tensor',
    ],
    [
      "half a surrogate pair",
      "\ud800",
      f32([1], [1]),
      'tensor name "\\ud800" holds half a surrogate pair, which UTF-8 cannot write',
    ],
  ])("%s", (_, name, value, message) => {
    expect(write(name, value)).toThrow(new SafetensorsError(`safetensors: ${message}`));
  });

  test("metadata that UTF-8 cannot write", () => {
    expect(() => encodeSafetensors(new Map(), new Map([["a", "\udc00"]]))).toThrow(
      'safetensors: metadata a "\\udc00" holds half a surrogate pair, which UTF-8 cannot write',
    );
  });

  test("a header that no reader may accept", () => {
    const long = "x".repeat(100_000_000);
    expect(() => encodeSafetensors(new Map(), new Map([["a", long]]))).toThrow(
      "safetensors: the header takes 100000032 bytes, the format allows 100000000",
    );
  });
});

/** How a file of another format begins, and what its refusal says at the end. */
const foreign: readonly (readonly [string, string, string])[] = [
  ["torch.save's zip", "PK\x03\x04\0\0\x08\x08\0\0", "a zip file, as torch.save writes: save the state dict with"],
  [
    "torch.save's pickle",
    "\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.",
    "a Python pickle, as torch.save once wrote: save the",
  ],
  ["Keras' HDF5", "\x89HDF\r\n\x1a\n\0", "an HDF5 file, as Keras writes: save the weights as safetensors instead"],
  ["numpy.save's", "\x93NUMPY\x01\0v\0", "a NumPy file: save the array with"],
  ["gzip's", "\x1f\x8b\x08\0\x7a\x31\x4b\x67\0\x03", "a gzip file: unpack it first"],
  [
    "a Git LFS pointer",
    "version https://git-lfs.github.com/spec/v1\n",
    "a Git LFS pointer: fetch the file itself with git lfs pull",
  ],
  ["an index of shards", '{"metadata": {"total_size": 1}}', "JSON text, as an index of several safetensors files"],
  ["a web page", "<!DOCTYPE html><html>", "an HTML page: download the file itself"],
];

test.each(foreign)("%s is named", (_, start, hint) => {
  const bytes = Uint8Array.from(start, (character) => character.charCodeAt(0));
  expect(() => decodeSafetensors(bytes, "model.pt")).toThrow(
    new RegExp(`^safetensors: model\\.pt: the header claims \\d+ bytes, .*; this looks like ${hint}`),
  );
});
