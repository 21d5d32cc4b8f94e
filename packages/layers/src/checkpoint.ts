import {
  decodeSafetensors,
  encodeSafetensors,
  type SafetensorsEntry,
  type Shape,
  Sparse,
  storedPositions,
  type Tensor,
  tensor,
  type Weight,
} from "@ltt/core";
import { bytes as aUint8Array, check, checkOptions, type Kinds, map, object, text } from "@ltt/core/arguments";
import { buffer } from "./buffer.ts";
import { checkState, type OptimiserState } from "./optimiser.ts";
import { checkWeights, snapshot } from "./parameters.ts";
import { checkPosition, type Position } from "./training.ts";

/** What training goes on from, to the same bits. */
export interface Checkpoint {
  /** For `withParameters`: dense, or `Sparse` with values and pattern. Trainable. */
  readonly weights: ReadonlyMap<string, Weight>;
  /** Of a model that has them, `buffersOf`; for `withParameters`, with the weights. */
  readonly buffers?: ReadonlyMap<string, Tensor> | undefined;
  /** For `Optimiser.load`. */
  readonly optimiser?: OptimiserState | undefined;
  /** For `train`'s `start`. */
  readonly position?: Position | undefined;
}

/**
 * A checkpoint as the bytes of a safetensors file; the same content gives the same bytes.
 *
 * A dense weight is the tensor `weights/NAME`, a pruned one `values/NAME` and `positions/NAME` with its full shape in the metadata;
 * a buffer is `buffers/NAME`, the optimiser's memory is `optimiser/m.0`, ….
 *
 * @throws {TypeError} if a part of the checkpoint is unknown or of the wrong kind.
 */
export async function encodeCheckpoint(checkpoint: Checkpoint): Promise<Uint8Array> {
  const {
    weights,
    buffers = new Map(),
    optimiser,
    position,
  } = checkOptions("encodeCheckpoint", checkpoint, PARTS, ["weights"]);
  checkWeights("encodeCheckpoint", weights);
  checkWeights("encodeCheckpoint", buffers, "buffers");
  if (optimiser !== undefined) checkState("encodeCheckpoint: optimiser", optimiser);
  if (position !== undefined) checkPosition("encodeCheckpoint: position", position);
  const values = await snapshot(weights);
  const entries = new Map<string, SafetensorsEntry>();
  const metadata = new Map([["format", FORMAT]]);
  for (const [name, weight] of weights) {
    const data = values.get(name)!;
    const { shape } = weight;
    const positions = storedPositions(weight);
    if (positions !== undefined) {
      entries.set(`values/${name}`, { dtype: "F32", shape: [data.length], data });
      entries.set(`positions/${name}`, { dtype: "I32", shape: [positions.length], data: positions });
      metadata.set(`shape/${name}`, JSON.stringify(shape));
    } else {
      entries.set(`weights/${name}`, { dtype: "F32", shape, data });
    }
  }
  for (const [name, data] of await snapshot(buffers))
    entries.set(`buffers/${name}`, { dtype: "F32", shape: buffers.get(name)!.shape, data });
  if (optimiser !== undefined) {
    for (const [name, data] of optimiser.values) {
      entries.set(`optimiser/${name}`, { dtype: "F32", shape: [data.length], data });
    }
    metadata.set("optimiser", JSON.stringify({ kind: optimiser.kind, steps: optimiser.steps }));
  }
  if (position !== undefined) {
    const { epoch, batch, step } = position;
    metadata.set("position", JSON.stringify({ epoch, batch, step }));
  }
  return encodeSafetensors(entries, metadata);
}

/**
 * The checkpoint in these bytes, its weights made anew on the backend in use.
 *
 *     const { weights, buffers, optimiser: state, position } = decodeCheckpoint(bytes, path);
 *     const resumed = withParameters(model, new Map([...weights, ...buffers]));
 *
 * @param file - What to call the file in messages, for example its path.
 * @throws {TypeError} if `bytes` is not a `Uint8Array`.
 * @throws {SafetensorsError} if the bytes are no safetensors file.
 * @throws {RangeError} if they are another, or parts are missing.
 */
export function decodeCheckpoint(
  bytes: Uint8Array,
  file = "bytes",
): Checkpoint & { readonly buffers: ReadonlyMap<string, Tensor> } {
  check("decodeCheckpoint", "bytes", bytes, aUint8Array);
  check("decodeCheckpoint", "file", file, text);
  const { tensors, metadata } = decodeSafetensors(bytes, file);
  const refuse = (problem: string): never => {
    throw new RangeError(`checkpoint: ${file}: ${problem}`);
  };
  const format = metadata.get("format");
  if (format !== FORMAT)
    refuse(`its format is ${format === undefined ? "not stated" : `"${format}"`}, not "${FORMAT}"`);

  const weights = new Map<string, Weight>();
  const buffers = new Map<string, Tensor>();
  const memory = new Map<string, Float32Array>();
  for (const [key, entry] of tensors) {
    const [, part, name] = /^(weights|values|positions|buffers|optimiser)\/(.*)$/su.exec(key) ?? [];
    if (part === undefined || name === undefined) return refuse(`"${key}" is no part of a checkpoint`);
    if ((part === "weights" || part === "values") && weights.has(name))
      refuse(`"${name}" stands there both dense and pruned`);
    if (part === "weights") weights.set(name, tensor(floats(key), entry.shape, { requiresGrad: true }));
    else if (part === "buffers") buffers.set(name, buffer(tensor(floats(key), entry.shape)));
    else if (part === "optimiser") memory.set(name, floats(key));
    else if (part === "values") weights.set(name, sparse(name));
    else if (!tensors.has(`values/${name}`)) refuse(`there is "${key}" but no "values/${name}"`);
  }

  for (const name of buffers.keys())
    if (weights.has(name)) refuse(`"${name}" stands there both as a weight and as a buffer`);
  const optimiser = read("optimiser", ["kind", "steps"], ({ kind, steps }) =>
    typeof kind === "string" && isCount(steps) ? { kind, steps, values: memory } : undefined,
  );
  if (optimiser === undefined && memory.size > 0)
    refuse('there is memory of an optimiser but no "optimiser" in the metadata');
  const position = read("position", ["epoch", "batch", "step"], ({ epoch, batch, step }) =>
    isCount(epoch) && isCount(batch) && isCount(step) ? { epoch, batch, step } : undefined,
  );
  return { weights, buffers, optimiser, position };

  function floats(key: string): Float32Array {
    const entry = tensors.get(key);
    if (entry?.dtype !== "F32") return refuse(`"${key}" is ${entry?.dtype ?? "missing"}; it is F32`);
    return entry.data;
  }

  function sparse(name: string): Sparse {
    const positions = tensors.get(`positions/${name}`);
    if (positions?.dtype !== "I32") return refuse(`"positions/${name}" is ${positions?.dtype ?? "missing"}; it is I32`);
    const shape = json(`shape/${name}`);
    if (!isShape(shape)) return refuse(`the metadata "shape/${name}" is ${metadata.get(`shape/${name}`) ?? "missing"}`);
    const values = floats(`values/${name}`);
    try {
      return new Sparse(shape, positions.data, tensor(values, [values.length], { requiresGrad: true }));
    } catch (error) {
      return refuse(`"${name}": ${(error as Error).message}`);
    }
  }

  function read<T>(
    key: string,
    fields: readonly string[],
    convert: (value: Readonly<Record<string, unknown>>) => T | undefined,
  ): T | undefined {
    if (!metadata.has(key)) return undefined;
    const value = json(key);
    const found = typeof value === "object" && value !== null ? convert({ ...value }) : undefined;
    return found ?? refuse(`the metadata "${key}" is ${metadata.get(key)}; it has ${fields.join(", ")}`);
  }

  function json(key: string): unknown {
    try {
      return JSON.parse(metadata.get(key) ?? "null");
    } catch {
      return undefined; // refused by whoever asked, with the text
    }
  }
}

const PARTS: Kinds<Checkpoint> = { weights: map, buffers: map, optimiser: object, position: object };

const FORMAT = "ltt-checkpoint-1";

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isShape(value: unknown): value is Shape {
  return Array.isArray(value) && value.every(isCount);
}
