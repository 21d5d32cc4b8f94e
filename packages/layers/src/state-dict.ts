import {
  type SafetensorsDtype,
  type SafetensorsEntry,
  type Shape,
  ShapeError,
  storedPositions,
  storedValues,
  type Weight,
} from "@ltt/core";
import { check, checkShape, describe, doubles, floats, type Kind, map, text } from "@ltt/core/arguments";
import { checkModule } from "./check-module.ts";
import { Conv1d } from "./conv1d.ts";
import type { Module } from "./module.ts";
import { modulesOf } from "./modules-of.ts";
import { buffersOf, checkNames, show, stateOf } from "./parameters.ts";

/**
 * Overwrites a model's weights and buffers with PyTorch's, as `decodeSafetensors` gives them: same names, same layouts but for
 * the kernels of `Conv1d`, which PyTorch stores as `[filters, channels, width]`. float16 and bfloat16 become float32 exactly, float64
 * is rounded. Buffers may also be integers, as `num_batches_tracked` is.
 *
 * @throws {RangeError} if a name is missing or unknown; if all stand behind a prefix, as `module.` of DataParallel, it is named.
 * @throws {ShapeError} if a shape differs.
 * @throws {TypeError} if the model contains itself, a tensor is none of floats, or a weight of the model is pruned. Nothing is written if
 *   anything is wrong.
 */
export function loadStateDict(model: Module, state: ReadonlyMap<string, SafetensorsEntry>): void {
  checkModule("loadStateDict", model);
  check("loadStateDict", "state", state, STATE);
  const [weights, buffers, kernels] = [stateOf(model), buffersOf(model), kernelsOf(model)];
  const prefix = prefixOf(weights, state);
  if (prefix !== undefined) {
    const wrapper = WRAPPERS.get(prefix);
    throw new RangeError(
      `loadStateDict: every name begins with "${prefix}"${wrapper === undefined ? "" : `, which ${wrapper} adds`}; ` +
        `strip it: new Map([...state].map(([name, entry]) => [name.slice(${prefix.length}), entry]))`,
    );
  }
  checkNames("loadStateDict", "tensor", weights, state, (name) => (buffers.has(name) ? "buffer" : "parameter"));
  const writes = Array.from(weights, ([name, weight]) => {
    const entry = state.get(name)!;
    const values = valuesOf(name, entry, buffers.has(name));
    if (storedPositions(weight) !== undefined) {
      throw new TypeError(`loadStateDict: "${name}" is pruned in this model: load before pruning`);
    }
    const isKernel = kernels.has(weight);
    const shape = isKernel ? weight.shape.toReversed() : weight.shape;
    if (show(entry) !== show({ shape })) {
      const layout = isKernel ? " in PyTorch's layout" : "";
      throw new ShapeError(`loadStateDict: "${name}" is ${show(entry)}, the model's is ${show({ shape })}${layout}`);
    }
    return () => storedValues(weight).write(isKernel ? reversed(values, entry.shape) : values);
  });
  for (const write of writes) write();
}

const STATE: Kind = {
  ...map,
  words: "a Map of names to tensors: decodeSafetensors(bytes).tensors, or what stateDict gave",
};

/** What PyTorch's wrappers put before every name. */
const WRAPPERS: ReadonlyMap<string, string> = new Map([
  ["module.", "torch.nn.DataParallel"],
  ["_orig_mod.", "torch.compile"],
]);

/** What stands before every name of a state, and is no part of the model's names. */
function prefixOf(weights: ReadonlyMap<string, unknown>, state: ReadonlyMap<string, unknown>): string | undefined {
  const names = [...state.keys()];
  const first = names[0] ?? "";
  const isPrefix = (prefix: string) => names.every((name) => name.startsWith(prefix) && !weights.has(name));
  const whole = [...weights.keys()]
    .filter((weight) => first.endsWith(`.${weight}`))
    .map((weight) => first.slice(0, first.length - weight.length))
    .find((prefix) => isPrefix(prefix) && names.every((name) => weights.has(name.slice(prefix.length))));
  return whole ?? (names.length === 0 ? undefined : [...WRAPPERS.keys()].find(isPrefix));
}

/**
 * A model's weights and buffers as PyTorch holds them, for `encodeSafetensors`: the kernels of `Conv1d` as `[filters, channels, width]`.
 * Pruned weights are written as zeros.
 */
export async function stateDict(model: Module): Promise<Map<string, Float32Entry>> {
  checkModule("stateDict", model);
  const kernels = kernelsOf(model);
  const entries = Array.from(stateOf(model), async ([name, weight]) => {
    const values = await denseValues(weight);
    const { shape } = weight;
    return kernels.has(weight)
      ? ([name, { dtype: "F32", shape: shape.toReversed(), data: reversed(values, shape) }] as const)
      : ([name, { dtype: "F32", shape, data: values }] as const);
  });
  return new Map(await Promise.all(entries));
}

type Float32Entry = Extract<SafetensorsEntry, { readonly dtype: "F32" }>;

const FLOATS: readonly SafetensorsDtype[] = ["F32", "F64", "F16", "BF16"];
const INTEGERS: readonly SafetensorsDtype[] = ["I64", "U64", "I32", "U32", "I16", "U16", "I8", "U8", "BOOL"];

/** An entry's numbers as float32. */
function valuesOf(name: string, entry: SafetensorsEntry, isBuffer: boolean): Float32Array {
  const where = `loadStateDict: "${name}"`;
  if (typeof entry !== "object" || entry === null)
    throw new TypeError(`${where} is ${describe(entry)}; it is { dtype, shape, data }, as decodeSafetensors gives it`);
  check(where, "dtype", entry.dtype, text);
  const isInteger = isBuffer && INTEGERS.includes(entry.dtype);
  if (!("data" in entry) || !(isInteger || FLOATS.includes(entry.dtype)))
    throw new TypeError(
      `${where} is ${entry.dtype}; ${isBuffer ? "buffers are numbers" : "weights are F32, F64, F16 or BF16"}`,
    );
  const size = checkShape(where, entry.shape);
  if (!isInteger) check(where, "data", entry.data, entry.dtype === "F64" ? doubles : floats);
  if (entry.data.length !== size)
    throw new ShapeError(`${where} has ${entry.data.length} values; its shape ${show(entry)} holds ${size}`);
  const values = Float32Array.from(entry.data as ArrayLike<number | bigint>, Number);
  const lost = isInteger ? values.findIndex((value, i) => BigInt(value) !== BigInt(entry.data[i]!)) : -1;
  if (lost < 0) return values;
  throw new RangeError(`${where}: value ${lost} is ${entry.data[lost]}, which float32 does not hold exactly`);
}

/** The weights that PyTorch stores with their axes in the opposite order. */
function kernelsOf(model: Module): ReadonlySet<Weight> {
  return new Set(modulesOf(model, Conv1d).map(({ weight }) => weight));
}

/** A kernel with its axes in the opposite order, `[a, b, c] → [c, b, a]`: its own inverse. */
function reversed(values: Float32Array, shape: Shape): Float32Array {
  const [a, b, c] = shape as readonly [number, number, number];
  return values.map((_, at) => {
    const [k, j, i] = [Math.floor(at / (a * b)), Math.floor(at / a) % b, at % a];
    return values[(i * b + j) * c + k]!;
  });
}

async function denseValues(weight: Weight): Promise<Float32Array> {
  const [stored, positions] = [await storedValues(weight).read(), storedPositions(weight)];
  if (positions === undefined) return stored;
  const values = new Float32Array(weight.size);
  for (const [i, value] of stored.entries()) values[positions[i]!] = value;
  return values;
}
