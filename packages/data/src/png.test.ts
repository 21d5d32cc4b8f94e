import { crc32, deflateSync } from "node:zlib";
import { encode } from "fast-png";
import { expect, test } from "vitest";
import { readPng } from "./png.ts";

/** A PNG from its parts: an IHDR of 3 × 2 pixels and these bits and colour type, chunks, rows of bytes that each begin with filter 0. */
function png(depth: number, type: number, rows: readonly (readonly number[])[], chunks: readonly Chunk[] = []): Buffer {
  const header = Buffer.from([0, 0, 0, 3, 0, 0, 0, 2, depth, type, 0, 0, 0]);
  const data = deflateSync(Uint8Array.from(rows.flatMap((row) => [0, ...row])));
  const all: readonly Chunk[] = [["IHDR", header], ...chunks, ["IDAT", data], ["IEND", []]];
  return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), ...all.map(chunk)]);
}
type Chunk = readonly [name: string, bytes: Iterable<number>];

function chunk([name, bytes]: Chunk): Buffer {
  const body = Buffer.concat([Buffer.from(name, "latin1"), Uint8Array.from(bytes)]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(body.length - 4);
  sum.writeUInt32BE(checksumOf(body));
  return Buffer.concat([length, body, sum]);
}

/** Of Node from 20.15. */
const checksumOf = (bytes: Uint8Array): number => crc32(bytes);

const read = (bytes: Uint8Array) => readPng(bytes, "a.png");
const encoded = (channels: number, data: ArrayLike<number>, depth: 8 | 16 = 8) =>
  encode({ width: 3, height: 2, channels, depth, data: depth === 8 ? Uint8Array.from(data) : Uint16Array.from(data) });
const grey = [0, 51, 102, 153, 204, 255];

test.each<[string, Uint8Array]>([
  ["8 bits", encoded(1, grey)],
  [
    "16 bits",
    encoded(
      1,
      grey.map((value) => 257 * value),
      16,
    ),
  ],
  [
    "opaque alpha",
    encoded(
      2,
      grey.flatMap((value) => [value, 255]),
    ),
  ],
  [
    "4 bits",
    png(4, 0, [
      [0x03, 0x60],
      [0x9c, 0xf0],
    ]),
  ],
])("grey of %s", (_, bytes) => {
  expect(read(bytes)).toEqual({ width: 3, height: 2, channels: 1, pixels: Uint8Array.from(grey) });
});

test("grey of 1 bit: rows begin with a new byte", () => {
  expect([...read(png(1, 0, [[0b10100000], [0b01000000]])).pixels]).toEqual([255, 0, 255, 0, 255, 0]);
});

const red = [1, 2, 3, 4, 5, 6];
const rgb = red.flatMap((value) => [value, value + 10, value + 20]);
const planes = [0, 10, 20].flatMap((more) => red.map((value) => value + more));

test.each<[string, Uint8Array]>([
  ["8 bits", encoded(3, rgb)],
  [
    "opaque alpha",
    encoded(
      4,
      red.flatMap((value) => [value, value + 10, value + 20, 255]),
    ),
  ],
  [
    "a palette",
    png(
      8,
      3,
      [
        [0, 1, 2],
        [3, 4, 5],
      ],
      [["PLTE", rgb]],
    ),
  ],
])("colours of %s come one after the other", (_, bytes) => {
  expect(read(bytes)).toEqual({ width: 3, height: 2, channels: 3, pixels: Uint8Array.from(planes) });
});

const whole = encoded(1, grey);
const damaged = whole.with(whole.length - 20, whole.at(-20)! ^ 1);
const large = png(8, 0, [[0]]);
large.writeUInt32BE(2 ** 30, 16);

test.each<[string, Uint8Array, string]>([
  ["nothing", new Uint8Array(), "a.png: is no PNG, whatever its name says; convert it"],
  ["a JPEG", Uint8Array.of(0xff, 0xd8, 0xff), "a.png: is no PNG, but a JPEG, whatever its name says; convert it"],
  ["a header alone", whole.subarray(0, 20), "a.png: ends after 20 bytes; it is cut off"],
  ["what is cut off", whole.subarray(0, 50), "a.png: is damaged: "],
  ["a changed byte", damaged, "a.png: is damaged: "],
  ["too few rows", png(8, 0, [[1, 2, 3]]), "a.png: is damaged: "],
  [
    "a palette that lacks a colour",
    png(
      8,
      3,
      [
        [0, 1, 2],
        [3, 4, 9],
      ],
      [["PLTE", rgb]],
    ),
    "a.png: is damaged: ",
  ],
  ["a size that fills the memory", large, "a.png: says that it has 1073741824 × 2 pixels; images have 1 to 16777216"],
  ["a transparent pixel", encoded(2, [1, 255, 2, 254, 3, 255, 4, 255, 5, 255, 6, 255]), "a.png: is partly transparent"],
  [
    "a transparent colour",
    png(
      8,
      0,
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      [["tRNS", [0, 4]]],
    ),
    "a.png: is partly transparent",
  ],
])("%s is refused", (_, bytes, message) => {
  expect(() => read(bytes)).toThrow(message);
});
