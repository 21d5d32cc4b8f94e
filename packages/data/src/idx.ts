import { check } from "@ltt/core/arguments";
import { DataError } from "./data-error.ts";
import { fileBytes } from "./file-bytes.ts";
import { path as pathKind } from "./path.ts";

/** An array of bytes, row-major. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** What the third byte of a file says of its elements. */
const TYPES: ReadonlyMap<number, string> = new Map([
  [0x08, "unsigned bytes"],
  [0x09, "signed bytes"],
  [0x0b, "integers of 16 bits"],
  [0x0c, "integers of 32 bits"],
  [0x0d, "floats of 32 bits"],
  [0x0e, "floats of 64 bits"],
]);

/**
 * An idx file of unsigned bytes, as MNIST's are, or one that gzip compressed: `0 0 type rank`, a size an axis (32 bits, big-endian), the
 * elements.
 *
 * @throws {DataError} for a file that is missing, is no idx file, has elements of another type, or more or fewer than its sizes say.
 * @see LeCun, Cortes & Burges, “The MNIST database”, the section on file formats.
 */
export async function readIdx(path: string): Promise<IdxArray> {
  check("readIdx", "path", path, pathKind);
  const chunks: Buffer[] = [];
  for await (const chunk of fileBytes(path)) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const refuse = (problem: string): never => {
    throw new DataError(`${path}: ${problem}`);
  };

  const [first, second, type, rank] = bytes;
  const typeName = TYPES.get(type ?? -1);
  if (first !== 0 || second !== 0 || typeName === undefined || rank === undefined) {
    const start = bytes.subarray(0, 4).toString("hex") || "nothing";
    return refuse(`no idx file: it begins with ${start}, not with 0000, a type and a rank; get it again`);
  }
  if (type !== 0x08) refuse(`its elements are ${typeName}; unsigned bytes are read`);
  const start = 4 + 4 * rank;
  if (bytes.length < start) refuse(`ends inside its header of ${start} bytes; get it again`);
  const shape = Array.from({ length: rank }, (_, axis) => bytes.readUInt32BE(4 + 4 * axis));
  const size = shape.reduce((product, length) => product * length, 1);
  const held = bytes.length - start;
  if (held !== size) refuse(`has ${held} elements, its sizes [${shape}] want ${size}; get it again`);
  return { shape, data: new Uint8Array(bytes.subarray(start)) };
}
