import { byteLength, DTYPES, type SafetensorsDtype, show } from "./dtypes.ts";
import { type Json, kind, NotASize } from "./header-json.ts";
import type { Refuse } from "./safetensors-error.ts";

export const METADATA = "__metadata__";
export const MAX_HEADER = 100_000_000;

export interface TensorInfo {
  readonly tensor: string;
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export function headerLength(bytes: Uint8Array, refuse: Refuse): number {
  if (bytes.length < 8) refuse(`${bytes.length} bytes are too few for the 8-byte length of the header`);
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (length > MAX_HEADER) {
    refuse(`the header claims ${length} bytes, the format allows ${MAX_HEADER}${otherFormat(bytes)}`);
  }
  if (length > bytes.length - 8) refuse(`the header claims ${length} bytes, the file has ${bytes.length - 8} left`);
  return Number(length);
}

export function headerText(header: Uint8Array, refuse: Refuse): string {
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

export function readMetadata(value: Json | undefined, refuse: Refuse): Map<string, string> {
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
export function readInfo(tensor: string, value: Json, refuse: Refuse): TensorInfo {
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
export function checkLayout(infos: readonly TensorInfo[], available: number, refuse: Refuse): void {
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
