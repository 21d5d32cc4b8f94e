/**
 * The safetensors format: `[u64 n, little-endian][n bytes of JSON header][tensor bytes]`.
 *
 * The checks are those of the reference implementation (github.com/huggingface/safetensors, `safetensors/src/tensor.rs`).
 * We depart from it in three places, each time on the strict side: duplicate keys are refused at every depth (its README forbids them,
 * its parser keeps the last tensor of a name), the header must begin with `{` (its README says so), and a number of
 * bits above 2⁵³ − 1 is an overflow (there 2⁶⁴ − 1).
 */

import { map as aMap, text as aString, bytes as aUint8Array, check } from "../arguments/kinds.ts";
import { rank, swapWidth } from "./dtypes.ts";
import { bytesOf, checkEntry, entryOf, type SafetensorsEntry } from "./entry.ts";
import {
  checkLayout,
  headerLength,
  headerText,
  MAX_HEADER,
  METADATA,
  readInfo,
  readMetadata,
  type TensorInfo,
} from "./header.ts";
import { parseJson } from "./header-json.ts";
import { fromLittleEndian } from "./little-endian.ts";
import { fail } from "./safetensors-error.ts";
import { compareUtf8 } from "./utf8-order.ts";

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
 * Nothing larger than the file, or of 16-bit floats twice as large, is allocated on the word of its header.
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

const SPACE = 0x20;

function quote(text: string, what: string): string {
  if (/\p{Surrogate}/u.test(text))
    fail("", `${what} ${JSON.stringify(text)} holds half a surrogate pair, which UTF-8 cannot write`);
  return JSON.stringify(text);
}
