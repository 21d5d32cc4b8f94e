import { decodeSafetensors } from "@ltt/core";
import type { Pattern, Values } from "../pattern.ts";
import { RunFolderError } from "../run-folder-error.ts";

/** Weights as a file holds them: which are there, and their values, in the order of the mask. */
export interface Part {
  readonly mask: Pattern;
  readonly values: Values;
  /** Values that are kept but neither trained nor cut, whole. */
  readonly buffers: Values;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
}

/**
 * Reads weights by the file format alone (`weights/NAME`, or `values/NAME`, `positions/NAME` and `shape/NAME`;
 * `buffers/NAME`), without the code that writes them.
 *
 * @throws {RunFolderError} if it is no safetensors file, or positions and values do not fit each other and the shape.
 */
export function readPart(bytes: Uint8Array, path: string): Part {
  const [mask, values, buffers, shapes] = [
    new Map<string, Int32Array>(),
    new Map<string, Float32Array>(),
    new Map<string, Float32Array>(),
    new Map<string, readonly number[]>(),
  ];
  const { tensors, metadata } = decoded(bytes, path);
  for (const [key, entry] of tensors) {
    const [kind, name] = [key.slice(0, key.indexOf("/")), key.slice(key.indexOf("/") + 1)];
    if (entry.dtype === "F32" && (kind === "weights" || kind === "values")) values.set(name, entry.data);
    if (entry.dtype === "F32" && kind === "buffers") buffers.set(name, entry.data);
    if (entry.dtype === "I32" && kind === "positions") {
      mask.set(name, entry.data);
      shapes.set(name, shapeIn(metadata.get(`shape/${name}`) ?? ""));
    }
    if (kind === "weights") {
      mask.set(name, everywhere(sizeOf(entry.shape)));
      shapes.set(name, entry.shape);
    }
  }
  for (const [name, positions] of mask) {
    const shape = shapes.get(name);
    if (!ascendsBelow(positions, sizeOf(shape ?? [0])) || values.get(name)?.length !== positions.length) {
      throw new RunFolderError(`${path}: the values, positions and shape of "${name}" do not fit each other`);
    }
  }
  return { mask, values, buffers, shapes };
}

/** The values at ascending positions of a tensor; 0 where there is none. */
export function valuesOf({ mask, values }: Part, name: string, positions: Int32Array): Float32Array {
  const [places, found] = [mask.get(name) ?? new Int32Array(), values.get(name)];
  const result = new Float32Array(positions.length);
  for (let i = 0, k = 0; i < positions.length; i++) {
    const at = positions[i]!;
    while (k < places.length && places[k]! < at) k++; // both ascend
    if (places[k] === at) result[i] = found![k]!;
  }
  return result;
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

function decoded(bytes: Uint8Array, path: string): ReturnType<typeof decodeSafetensors> {
  try {
    return decodeSafetensors(bytes, path);
  } catch (error) {
    throw new RunFolderError((error as Error).message, { cause: error });
  }
}

/** The sizes in `[5,100]`. */
function shapeIn(text: string): number[] {
  return /^\[\d+(,\d+)*\]$/.test(text) ? JSON.parse(text) : [0];
}

function ascendsBelow(positions: Int32Array, size: number): boolean {
  let before = -1;
  for (let i = 0; i < positions.length; i++) {
    const at = positions[i]!;
    if (at <= before || at >= size) return false;
    before = at;
  }
  return true;
}

/** All positions of a tensor. */
function everywhere(size: number): Int32Array {
  const positions = new Int32Array(size);
  for (let i = 0; i < size; i++) positions[i] = i;
  return positions;
}
