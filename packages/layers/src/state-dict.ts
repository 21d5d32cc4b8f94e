import { type SafetensorsEntry, type Shape, ShapeError, Sparse, type Weight } from "@ltt/core";
import { check, checkShape, describe, doubles, floats, map, text } from "@ltt/core/arguments";
import type { Module } from "./module.ts";
import { checkNames, moduleKind, parametersOf, show } from "./parameters.ts";

/**
 * Overwrites a model's weights with PyTorch's, as `decodeSafetensors` gives them: same names, same layouts but for
 * the kernels of convolutions, which PyTorch stores as `[filters, channels, width]`. float16 and bfloat16 become float32 exactly, float64 is rounded.
 *
 * @throws {RangeError} if a name is missing or unknown; if all stand behind a prefix, as `module.` of DataParallel, it is named.
 * @throws {ShapeError} if a shape differs.
 * @throws {TypeError} if a tensor is none of floats, or a weight of the model is pruned. Nothing is written if anything is wrong.
 */
export function loadStateDict(model: Module, state: ReadonlyMap<string, SafetensorsEntry>): void {
  check("loadStateDict", "model", model, moduleKind);
  check("loadStateDict", "state", state, map);
  const weights = parametersOf(model);
  const prefix = prefixOf(weights, state);
  if (prefix !== undefined) {
    const wrapper = WRAPPERS.get(prefix);
    throw new RangeError(
      `loadStateDict: every name begins with "${prefix}"${wrapper === undefined ? "" : `, which ${wrapper} adds`}; ` +
        `strip it: new Map([...state].map(([name, entry]) => [name.slice(${prefix.length}), entry]))`,
    );
  }
  checkNames("loadStateDict", "tensor", weights, state);
  const writes = Array.from(weights, ([name, weight]) => {
    const entry = state.get(name)!;
    checkEntry(name, entry);
    if (weight instanceof Sparse) {
      throw new TypeError(`loadStateDict: "${name}" is pruned in this model: load before pruning`);
    }
    if (show(entry) !== show({ shape: theirs(weight) })) {
      const kernel = weight.shape.length === 3 ? " in PyTorch's layout" : "";
      throw new ShapeError(
        `loadStateDict: "${name}" is ${show(entry)}, the model's is ${show({ shape: theirs(weight) })}${kernel}`,
      );
    }
    return () => weight.write(reversed(Float32Array.from(entry.data), entry.shape));
  });
  for (const write of writes) write();
}

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

/** A model's weights as PyTorch holds them, for `encodeSafetensors`. Pruned weights are written as zeros. */
export async function stateDict(model: Module): Promise<Map<string, SafetensorsEntry>> {
  check("stateDict", "model", model, moduleKind);
  const entries = Array.from(parametersOf(model), async ([name, weight]) => {
    const data = reversed(await denseValues(weight), weight.shape);
    return [name, { dtype: "F32", shape: theirs(weight), data }] as const;
  });
  return new Map(await Promise.all(entries));
}

function checkEntry(name: string, entry: SafetensorsEntry): asserts entry is FloatEntry {
  const where = `loadStateDict: "${name}"`;
  if (typeof entry !== "object" || entry === null)
    throw new TypeError(`${where} is ${describe(entry)}; it is { dtype, shape, data }, as decodeSafetensors gives it`);
  check(where, "dtype", entry.dtype, text);
  if (!isFloat(entry)) throw new TypeError(`${where} is ${entry.dtype}; weights are F32, F64, F16 or BF16`);
  const size = checkShape(where, entry.shape);
  check(where, "data", entry.data, entry.dtype === "F64" ? doubles : floats);
  if (entry.data.length === size) return;
  throw new ShapeError(`${where} has ${entry.data.length} values; its shape ${show(entry)} holds ${size}`);
}

type FloatEntry = Extract<SafetensorsEntry, { readonly dtype: "F32" | "F64" | "F16" | "BF16" }>;

function isFloat(entry: SafetensorsEntry): entry is FloatEntry {
  return entry.dtype === "F32" || entry.dtype === "F64" || entry.dtype === "F16" || entry.dtype === "BF16";
}

function theirs({ shape }: Weight): Shape {
  return shape.length === 3 ? shape.toReversed() : shape;
}

/** Kernels with their axes in the opposite order, `[a, b, c] → [c, b, a]`: its own inverse. Everything else as it is. */
function reversed(values: Float32Array, shape: Shape): Float32Array {
  if (shape.length !== 3) return values;
  const [a, b, c] = shape as readonly [number, number, number];
  return values.map((_, at) => {
    const [k, j, i] = [Math.floor(at / (a * b)), Math.floor(at / a) % b, at % a];
    return values[(i * b + j) * c + k]!;
  });
}

async function denseValues(weight: Weight): Promise<Float32Array> {
  if (!(weight instanceof Sparse)) return weight.read();
  const values = new Float32Array(weight.size);
  for (const [i, value] of (await weight.values.read()).entries()) values[weight.positions[i]!] = value;
  return values;
}
