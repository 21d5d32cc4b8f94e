/**
 * The safetensors format: `[u64 n, little-endian][n bytes of JSON header][tensor bytes]`.
 *
 * The checks are those of the reference implementation (github.com/huggingface/safetensors, `safetensors/src/tensor.rs`).
 * We depart from it in three places, each time on the strict side: duplicate keys are refused at every depth (its README forbids them,
 * its parser keeps the last tensor of a name), the header must begin with `{` (its README says so), and a number of
 * bits above 2⁵³ − 1 is an overflow (there 2⁶⁴ − 1).
 */

import { describe } from "../arguments/describe.ts";
import { map as aMap, anyNumber, text as aString, bytes as aUint8Array, check } from "../arguments/kinds.ts";

/** The arrays that hold a dtype's numbers exactly. */
interface Arrays {
  readonly F64: Float64Array;
  readonly F32: Float32Array;
  readonly I64: BigInt64Array;
  readonly U64: BigUint64Array;
  readonly I32: Int32Array;
  readonly U32: Uint32Array;
  readonly I16: Int16Array;
  readonly U16: Uint16Array;
  readonly I8: Int8Array;
  readonly U8: Uint8Array;
}

type TypedDtype = keyof Arrays;

/** dtypes that JavaScript has no array for. */
type RawDtype = "BOOL" | "F16" | "BF16" | "C64" | "F8_E5M2" | "F8_E4M3" | "F8_E8M0" | "F6_E2M3" | "F6_E3M2" | "F4";

/** A dtype of the format, by the name it has in a header. */
export type SafetensorsDtype = TypedDtype | RawDtype;

/**
 * One tensor: row-major values and their shape.
 *
 * A dtype that JavaScript has no array for is passed through as its `bytes`: a file that holds one BF16 tensor can then
 * still be listed, copied and rewritten without loss, and nobody mistakes the bytes for values, which would be in `data`.
 */
export type SafetensorsEntry =
  | {
      [D in TypedDtype]: { readonly dtype: D; readonly shape: readonly number[]; readonly data: Arrays[D] };
    }[TypedDtype]
  | { readonly dtype: RawDtype; readonly shape: readonly number[]; readonly bytes: Uint8Array };

/** A file that breaks the format, or tensors that the format cannot hold. */
export class SafetensorsError extends Error {
  override readonly name = "SafetensorsError";
}

/**
 * Bytes of a safetensors file.
 *
 * The same content gives the same bytes, whatever the order of the maps: tensors are sorted as the reference sorts them
 * (by dtype, widest first, then by name in UTF-8 order), metadata by key; an empty metadata map is left out.
 *
 * @throws {TypeError} if the maps are not maps, of entries and of strings.
 * @throws {SafetensorsError} if a shape and its data disagree, or a name cannot be written.
 */
export function encodeSafetensors(
  entries: ReadonlyMap<string, SafetensorsEntry>,
  metadata: ReadonlyMap<string, string> = new Map(),
): Uint8Array {
  check("encodeSafetensors", "entries", entries, aMap);
  check("encodeSafetensors", "metadata", metadata, aMap);
  for (const [name, entry] of entries) checkEntry(name, entry);
  for (const [key, value] of metadata) {
    check("encodeSafetensors", "a metadata key", key, aString);
    check("encodeSafetensors", `metadata ${JSON.stringify(key)}`, value, aString);
  }
  const sorted = [...entries].sort(
    ([nameA, a], [nameB, b]) => rank(b.dtype) - rank(a.dtype) || compareUtf8(nameA, nameB),
  );

  const fields: string[] = [];
  if (metadata.size > 0) {
    const pairs = [...metadata].sort(([a], [b]) => compareUtf8(a, b));
    const texts = pairs.map(([key, value]) => `${quote(key, "metadata key")}:${quote(value, `metadata ${key}`)}`);
    fields.push(`"${METADATA}":{${texts.join(",")}}`);
  }
  let end = 0;
  const parts: Uint8Array[] = [];
  for (const [name, entry] of sorted) {
    const part = bytesOf(name, entry);
    const begin = end;
    end += part.length;
    parts.push(part);
    fields.push(
      `${quote(name, "tensor name")}:{"dtype":"${entry.dtype}","shape":[${entry.shape}],"data_offsets":[${begin},${end}]}`,
    );
  }

  const json = new TextEncoder().encode(`{${fields.join(",")}}`);
  const start = 8 + 8 * Math.ceil(json.length / 8); // padded, so that the data begin on a multiple of 8
  if (start - 8 > MAX_HEADER) fail("", `the header takes ${start - 8} bytes, the format allows ${MAX_HEADER}`);
  const file = new Uint8Array(start + end);
  new DataView(file.buffer).setUint32(0, start - 8, true); // the high half stays 0: MAX_HEADER < 2³²
  file.set(json, 8);
  file.fill(SPACE, 8 + json.length, start);
  let at = start;
  for (const [index, part] of parts.entries()) {
    file.set(part, at);
    fromLittleEndian(file.subarray(at, at + part.length), swapWidth(sorted[index]![1].dtype));
    at += part.length;
  }
  return file;
}

/**
 * The tensors and the metadata of a safetensors file, tensors in the order of their bytes.
 *
 * Every array is a copy with memory of its own: offsets need not be aligned, and `bytes` may be thrown away afterwards.
 * Nothing larger than the file is allocated on the word of its header.
 *
 * @param name - What to call the file in messages, for example its path.
 * @throws {TypeError} if `bytes` is not a `Uint8Array`.
 * @throws {SafetensorsError} if anything at all is wrong with the file.
 */
export function decodeSafetensors(
  bytes: Uint8Array,
  name = "",
): { tensors: Map<string, SafetensorsEntry>; metadata: Map<string, string> } {
  check("decodeSafetensors", "bytes", bytes, aUint8Array);
  check("decodeSafetensors", "name", name, aString);
  const refuse = (problem: string): never => fail(name, problem);
  const start = 8 + headerLength(bytes, refuse);
  const text = headerText(bytes.subarray(8, start), refuse);
  const header = parseJson(text, (problem) => refuse(`the header is not JSON we accept: ${problem}`));

  const metadata = readMetadata(header.get(METADATA), refuse);
  const infos: TensorInfo[] = [];
  for (const [tensor, value] of header) {
    if (tensor !== METADATA) infos.push(readInfo(tensor, value, refuse));
  }
  infos.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkLayout(infos, bytes.length - start, refuse);

  const tensors = new Map<string, SafetensorsEntry>();
  for (const info of infos) {
    const own = new Uint8Array(info.end - info.begin);
    own.set(bytes.subarray(start + info.begin, start + info.end));
    tensors.set(info.tensor, entryOf(info, own));
  }
  return { tensors, metadata };
}

const METADATA = "__metadata__";
const MAX_HEADER = 100_000_000;
const SPACE = 0x20;

/**
 * Every dtype with its size in bits, in the reference's order: files are written from the last to the first, so a dtype with a
 * wider alignment comes before a narrower one and every tensor is aligned to its own elements.
 */
const BITS: ReadonlyMap<SafetensorsDtype, number> = new Map([
  ["BOOL", 8],
  ["F4", 4],
  ["F6_E2M3", 6],
  ["F6_E3M2", 6],
  ["U8", 8],
  ["I8", 8],
  ["F8_E5M2", 8],
  ["F8_E4M3", 8],
  ["F8_E8M0", 8],
  ["I16", 16],
  ["U16", 16],
  ["F16", 16],
  ["BF16", 16],
  ["I32", 32],
  ["U32", 32],
  ["F32", 32],
  ["C64", 64],
  ["F64", 64],
  ["I64", 64],
  ["U64", 64],
]);

const DTYPES: readonly SafetensorsDtype[] = [...BITS.keys()];

const ARRAYS = {
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
} as const;

function checkEntry(name: string, entry: SafetensorsEntry): void {
  check("encodeSafetensors", "a tensor's name", name, aString);
  if (typeof entry === "object" && entry !== null && Array.isArray(entry.shape)) {
    const where = `encodeSafetensors: entry ${JSON.stringify(name)}`;
    check(where, "dtype", entry.dtype, aString);
    for (const [axis, size] of entry.shape.entries()) check(where, `shape[${axis}]`, size, anyNumber);
    return;
  }
  const came =
    typeof entry === "object" && entry !== null ? `has the shape ${describe(entry.shape)}` : `is ${describe(entry)}`;
  throw new TypeError(
    `encodeSafetensors: entry ${JSON.stringify(name)} ${came}; it is { dtype, shape, data }, its shape an array of sizes`,
  );
}

type Refuse = (problem: string) => never;

interface TensorInfo {
  readonly tensor: string;
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function fail(file: string, problem: string): never {
  throw new SafetensorsError(file === "" ? `safetensors: ${problem}` : `safetensors: ${file}: ${problem}`);
}

function rank(dtype: SafetensorsDtype): number {
  return DTYPES.indexOf(dtype);
}

/** UTF-8 order is the order of code points; `<` on strings compares UTF-16 units and puts 😀 before ﬀ. */
function compareUtf8(a: string, b: string): number {
  let at = 0;
  while (at < a.length && at < b.length && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  if (at > 0 && isLowSurrogate(a.charCodeAt(at)) && isLowSurrogate(b.charCodeAt(at))) at--;
  return (a.codePointAt(at) ?? -1) - (b.codePointAt(at) ?? -1);
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

function quote(text: string, what: string): string {
  if (/\p{Surrogate}/u.test(text))
    fail("", `${what} ${JSON.stringify(text)} holds half a surrogate pair, which UTF-8 cannot write`);
  return JSON.stringify(text);
}

/** The entry's bytes as they lie in this machine's memory, once they agree with its dtype and shape. */
function bytesOf(tensor: string, entry: SafetensorsEntry): Uint8Array {
  const label = JSON.stringify(tensor);
  const refuse = (problem: string): never => fail("", problem);
  if (tensor === METADATA) refuse(`${label} is the name of the metadata and cannot name a tensor`);
  if (rank(entry.dtype) < 0)
    refuse(`${label} has dtype ${JSON.stringify(entry.dtype)}; the format knows ${DTYPES.join(", ")}`);
  for (const size of entry.shape) {
    if (!Number.isSafeInteger(size) || size < 0) {
      refuse(`${label} has shape ${show(entry.shape)}: ${size} is not a non-negative integer`);
    }
  }
  const array = "data" in entry ? entry.data : entry.bytes;
  const wanted = isTyped(entry.dtype) ? ARRAYS[entry.dtype] : Uint8Array;
  if (!(array instanceof wanted))
    refuse(`${label} is ${entry.dtype} and needs a ${wanted.name}, not ${describe(array)}`);

  const needed = byteLength(label, entry, refuse);
  if (array.byteLength !== needed) {
    refuse(`${label} holds ${array.byteLength} bytes, its shape ${show(entry.shape)} × ${entry.dtype} needs ${needed}`);
  }
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function isTyped(dtype: SafetensorsDtype): dtype is TypedDtype {
  return Object.hasOwn(ARRAYS, dtype);
}

/** `Π shape × bits / 8`, or a refusal if that is no whole number of bytes, or the bits are more than 2⁵³ − 1. */
function byteLength(label: string, { shape, dtype }: Pick<TensorInfo, "shape" | "dtype">, refuse: Refuse): number {
  let bits = BITS.get(dtype)!;
  for (const size of shape) {
    bits *= size;
    if (bits > Number.MAX_SAFE_INTEGER) refuse(`${label}: shape ${show(shape)} × ${dtype} overflows`);
  }
  if (bits % 8 !== 0) refuse(`${label}: shape ${show(shape)} × ${dtype} is ${bits} bits, not a whole number of bytes`);
  return bits / 8;
}

function show(shape: readonly number[]): string {
  return shape.length > 16 ? `[${shape.slice(0, 16)},… ${shape.length} sizes]` : `[${shape}]`;
}

function headerLength(bytes: Uint8Array, refuse: Refuse): number {
  if (bytes.length < 8) refuse(`${bytes.length} bytes are too few for the 8-byte length of the header`);
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (length > MAX_HEADER) {
    refuse(`the header claims ${length} bytes, the format allows ${MAX_HEADER}${otherFormat(bytes)}`);
  }
  if (length > bytes.length - 8) refuse(`the header claims ${length} bytes, the file has ${bytes.length - 8} left`);
  return Number(length);
}

function headerText(header: Uint8Array, refuse: Refuse): string {
  if (header.length === 0) refuse('the header is empty; it must begin with "{"');
  if (header[0] !== 0x7b)
    refuse(`the header begins with byte 0x${header[0]!.toString(16).padStart(2, "0")}, not with "{"`);
  const own = new Uint8Array(header); // a copy: TextDecoder takes no shared memory in browsers
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(own);
  } catch {
    return refuse("the header is not valid UTF-8");
  }
}

/** How files of other formats begin that are taken for safetensors, and what to do with them. */
const OTHER_FORMATS: readonly (readonly [start: string, hint: string])[] = [
  ["PK\x03\x04", "a zip file, as torch.save writes: save the state dict with safetensors.torch.save_file instead"],
  ["\x80", "a Python pickle, as torch.save once wrote: save the state dict with safetensors.torch.save_file instead"],
  ["\x89HDF", "an HDF5 file, as Keras writes: save the weights as safetensors instead"],
  ["\x93NUMPY", "a NumPy file: save the array with safetensors.numpy.save_file instead"],
  ["\x1f\x8b", "a gzip file: unpack it first"],
  ["version https://git-lfs", "a Git LFS pointer: fetch the file itself with git lfs pull"],
  ["{", "JSON text, as an index of several safetensors files: give one of the files that it names"],
  ["<", "an HTML page: download the file itself"],
];

/** A hint behind the message: what begins as another format claims a header far too long. */
function otherFormat(bytes: Uint8Array): string {
  const start = String.fromCharCode(...bytes.subarray(0, 32));
  const known = OTHER_FORMATS.find(([magic]) => start.startsWith(magic));
  return known === undefined ? "" : `; this looks like ${known[1]}`;
}

function readMetadata(value: Json | undefined, refuse: Refuse): Map<string, string> {
  const metadata = new Map<string, string>();
  if (value === undefined || value === null) return metadata; // the reference reads null as absent
  if (!(value instanceof Map)) return refuse(`"${METADATA}" is ${kind(value)}, not an object`);
  for (const [key, text] of value) {
    if (typeof text !== "string") refuse(`"${METADATA}": ${JSON.stringify(key)} is ${kind(text)}, not a string`);
    else metadata.set(key, text);
  }
  return metadata;
}

/** Fields that the format does not know are passed over, as the reference does. */
function readInfo(tensor: string, value: Json, refuse: Refuse): TensorInfo {
  const label = JSON.stringify(tensor);
  if (!(value instanceof Map)) return refuse(`${label} is ${kind(value)}, not an object`);
  const field = (key: string): Json => (value.has(key) ? value.get(key)! : refuse(`${label} has no "${key}"`));

  const dtype = field("dtype");
  const known = DTYPES.find((candidate) => candidate === dtype);
  if (known === undefined) {
    const came = typeof dtype === "string" ? JSON.stringify(dtype) : kind(dtype);
    return refuse(`${label} has dtype ${came}; the format knows ${DTYPES.join(", ")}`);
  }
  const shape = sizes(field("shape"), `${label}: shape`, refuse);
  const offsets = sizes(field("data_offsets"), `${label}: data_offsets`, refuse);
  if (offsets.length !== 2) refuse(`${label}: data_offsets holds ${offsets.length} numbers, not 2`);
  return { tensor, dtype: known, shape, begin: offsets[0]!, end: offsets[1]! };
}

function sizes(value: Json, label: string, refuse: Refuse): number[] {
  if (!Array.isArray(value)) return refuse(`${label} is ${kind(value)}, not an array`);
  return value.map((size: Json) => {
    if (typeof size === "number") return size;
    const came = size instanceof NotASize ? size.literal : kind(size);
    return refuse(`${label} holds ${came}, not an integer from 0 to 2⁵³ − 1`);
  });
}

/** `infos`, by offset, must cover the data from the first byte to the last: no overlap, no hole, nothing behind. */
function checkLayout(infos: readonly TensorInfo[], available: number, refuse: Refuse): void {
  let covered = 0;
  for (const info of infos) {
    const { tensor, dtype, shape, begin, end } = info;
    const label = JSON.stringify(tensor);
    if (end < begin) refuse(`${label} begins at byte ${begin} and ends before it, at ${end}`);
    if (end > available) refuse(`${label} spans bytes ${begin}–${end}, the file holds ${available} bytes of data`);
    if (begin < covered)
      refuse(`${label} begins at byte ${begin}, inside the tensor before it, which ends at ${covered}`);
    if (begin > covered) refuse(`bytes ${covered}–${begin}, before ${label}, belong to no tensor`);
    const needed = byteLength(label, info, refuse);
    if (end - begin !== needed) {
      refuse(`${label} spans bytes ${begin}–${end}, its shape ${show(shape)} × ${dtype} needs ${needed}`);
    }
    covered = end;
  }
  if (covered !== available) refuse(`bytes ${covered}–${available}, the last of the file, belong to no tensor`);
}

function entryOf({ dtype, shape }: TensorInfo, own: Uint8Array<ArrayBuffer>): SafetensorsEntry {
  fromLittleEndian(own, swapWidth(dtype));
  const { buffer } = own;
  switch (dtype) {
    case "F64":
      return { dtype, shape, data: new Float64Array(buffer) };
    case "F32":
      return { dtype, shape, data: new Float32Array(buffer) };
    case "I64":
      return { dtype, shape, data: new BigInt64Array(buffer) };
    case "U64":
      return { dtype, shape, data: new BigUint64Array(buffer) };
    case "I32":
      return { dtype, shape, data: new Int32Array(buffer) };
    case "U32":
      return { dtype, shape, data: new Uint32Array(buffer) };
    case "I16":
      return { dtype, shape, data: new Int16Array(buffer) };
    case "U16":
      return { dtype, shape, data: new Uint16Array(buffer) };
    case "I8":
      return { dtype, shape, data: new Int8Array(buffer) };
    case "U8":
      return { dtype, shape, data: own };
    default:
      return { dtype, shape, bytes: own };
  }
}

/** Raw bytes stay as they lie in the file: little-endian, on every machine. */
function swapWidth(dtype: SafetensorsDtype): number {
  return isTyped(dtype) ? ARRAYS[dtype].BYTES_PER_ELEMENT : 1;
}

/**
 * Turns the file's little-endian elements of `width` bytes into this machine's order, in place, or back.
 *
 * Whole bytes move, never numbers: reading a float and writing it again could change the bits of a NaN.
 */
export function fromLittleEndian(bytes: Uint8Array, width: number, littleEndian: boolean = hostIsLittleEndian()): void {
  if (littleEndian || width === 1) return;
  for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
}

function hostIsLittleEndian(): boolean {
  return new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
}

/** A value of the header. Objects are maps: `__proto__` is a key like any other. A size is a `number`, any other number `NotASize`. */
type Json = ReadonlyMap<string, Json> | readonly Json[] | string | number | NotASize | boolean | null;

class NotASize {
  readonly literal: string;

  constructor(literal: string) {
    this.literal = literal;
  }
}

function kind(value: Json): string {
  if (value === null) return "null";
  if (value instanceof Map) return "an object";
  if (Array.isArray(value)) return "an array";
  return typeof value === "string" ? "a string" : typeof value === "boolean" ? "a boolean" : "a number";
}

const MAX_DEPTH = 128; // serde_json's limit; deeper nesting would cost us the stack
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

/**
 * The header's JSON object (RFC 8259), by a parser of our own: `JSON.parse` drops duplicate keys without a word, takes
 * `__proto__` apart from other keys, accepts half a surrogate pair and cannot tell `1.0` or `1e0` from `1`.
 */
function parseJson(text: string, refuse: Refuse): ReadonlyMap<string, Json> {
  let at = 0;
  const skip = (): void => {
    while (" \t\n\r".includes(text.charAt(at)) && at < text.length) at++;
  };
  const unexpected = (wanted: string): never =>
    refuse(
      at >= text.length
        ? `it ends where ${wanted} should stand`
        : `${JSON.stringify(text[at])} at character ${at}, where ${wanted} should stand`,
    );
  const take = (sign: string): boolean => {
    skip();
    if (text[at] !== sign) return false;
    at++;
    return true;
  };

  const string = (): string => {
    const from = at;
    if (!take('"')) unexpected("a string");
    while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
    at++;
    let value: string;
    try {
      value = JSON.parse(text.slice(from, at)) as string;
    } catch {
      return refuse(`the string at character ${from} is not closed, or holds a control character or a wrong escape`);
    }
    if (/\p{Surrogate}/u.test(value)) refuse(`the string at character ${from} holds half a surrogate pair`);
    return value;
  };

  const object = (depth: number): ReadonlyMap<string, Json> => {
    const map = new Map<string, Json>();
    if (take("}")) return map;
    do {
      skip();
      const key = string();
      if (map.has(key)) refuse(`the key ${JSON.stringify(key)} stands twice in one object`);
      if (!take(":")) unexpected('":"');
      map.set(key, value(depth));
    } while (take(","));
    if (!take("}")) unexpected('"," or "}"');
    return map;
  };

  const array = (depth: number): readonly Json[] => {
    const items: Json[] = [];
    if (take("]")) return items;
    do items.push(value(depth));
    while (take(","));
    if (!take("]")) unexpected('"," or "]"');
    return items;
  };

  const number = (): number | NotASize => {
    NUMBER.lastIndex = at;
    const literal = NUMBER.exec(text)?.[0] ?? unexpected("a value");
    at += literal.length;
    return /^[0-9]+$/.test(literal) && Number.isSafeInteger(Number(literal)) ? Number(literal) : new NotASize(literal);
  };

  const value = (depth: number): Json => {
    if (depth > MAX_DEPTH) refuse(`it is nested more than ${MAX_DEPTH} deep`);
    if (take("{")) return object(depth + 1);
    if (take("[")) return array(depth + 1);
    if (text[at] === '"') return string();
    for (const [word, meaning] of [
      ["true", true],
      ["false", false],
      ["null", null],
    ] as const) {
      if (text.startsWith(word, at)) {
        at += word.length;
        return meaning;
      }
    }
    return number();
  };

  if (!take("{")) unexpected('"{"');
  const header = object(1);
  skip();
  if (at < text.length) unexpected("the end of the header");
  return header;
}
