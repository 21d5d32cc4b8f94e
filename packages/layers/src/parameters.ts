import {
  isWeight,
  reshape,
  type Shape,
  ShapeError,
  slice,
  storedValues,
  type Tensor,
  tensor,
  type Weight,
  withStoredValues,
} from "@ltt/core";
import { check, checkWeight, describe, floats, map, text } from "@ltt/core/arguments";
import { buffer, isBuffer } from "./buffer.ts";
import { checkModule } from "./check-module.ts";
import { eachTensor, Module } from "./module.ts";

/**
 * The weights of a model by the names PyTorch gives them (`convs.0.weight`, `lstm.weight_ih_l0_reverse`), in the order of
 * the fields. A weight used in two places stands under its first name only.
 *
 * @throws {TypeError} if the model is no `Module`, or contains itself.
 */
export function parametersOf(model: Module): Map<string, Weight> {
  checkModule("parametersOf", model);
  const found = new Map<string, Weight>();
  eachTensor(model, (name, weight) => {
    if (!isBuffer(weight)) found.set(name, weight);
  });
  return found;
}

/**
 * The buffers of a model, which are not among its parameters, by their names, in the order of the fields: see `buffer`.
 *
 * @throws {TypeError} if the model is no `Module`, or contains itself.
 */
export function buffersOf(model: Module): Map<string, Tensor> {
  checkModule("buffersOf", model);
  const found = new Map<string, Tensor>();
  eachTensor(model, (name, tensor) => {
    if (isBuffer(tensor)) found.set(name, tensor as Tensor);
  });
  return found;
}

/**
 * Parameters and then buffers: all that a model is after so many steps. For `snapshot`, `restore` and `EarlyStopping`.
 *
 * @throws {TypeError} if the model is no `Module`, or contains itself.
 */
export function stateOf(model: Module): Map<string, Weight> {
  checkModule("stateOf", model);
  return new Map<string, Weight>([...parametersOf(model), ...buffersOf(model)]);
}

/**
 * The same model with other weights: a new object, which shares everything but weights and buffers with the old one. This is how
 * pruning enters training: it hands over `Sparse` weights.
 *
 * @param parameters - One weight for each name of `parametersOf(model)`, of the same full shape, in any order. A buffer may be among them,
 *   by its name; of the others the new model has copies.
 * @throws {TypeError} if the model is no `Module`, or contains itself, if the parameters are no map of weights, or a buffer is to be
 *   trained.
 * @throws {RangeError} if a name is missing or unknown.
 * @throws {ShapeError} if a shape differs.
 */
export function withParameters<M extends Module>(model: M, parameters: ReadonlyMap<string, Weight>): M {
  checkModule("withParameters", model);
  checkWeights("withParameters", parameters, "parameters");
  const buffers = buffersOf(model);
  checkNames(
    "withParameters",
    "weight",
    parametersOf(model),
    new Map([...parameters].filter(([name]) => !buffers.has(name))),
  );
  const replacements = new Map<Weight, Weight>();
  for (const [name, weight] of stateOf(model)) {
    const next = parameters.get(name);
    if (next !== undefined && show(next) !== show(weight)) {
      throw new ShapeError(`withParameters: "${name}" is ${show(next)}, the model's is ${show(weight)}`);
    }
    if (!isBuffer(weight)) replacements.set(weight, trained(name, next!));
    else replacements.set(weight, buffer(next === undefined ? copyOf(weight as Tensor) : (next as Tensor)));
  }
  return rebuild(model, replacements) as M;
}

/**
 * The same model with tensors of other sizes, as `compact` makes them: what a file of a compacted model is read into. Layers take their
 * sizes from their tensors.
 *
 * @param tensors - One for each name of `parametersOf(model)` and of `buffersOf(model)`.
 * @throws {TypeError} if the model is no `Module`, or contains itself, or if the tensors are no map of weights.
 * @throws {RangeError} if a name is missing or unknown.
 * @throws {ShapeError} if one has another number of axes.
 */
export function resized<M extends Module>(model: M, tensors: ReadonlyMap<string, Weight>): M {
  checkModule("resized", model);
  checkWeights("resized", tensors, "tensors");
  const state = stateOf(model);
  checkNames("resized", "tensor", state, tensors);
  const replacements = new Map<Weight, Weight>();
  for (const [name, weight] of state) {
    const next = tensors.get(name)!;
    if (next.shape.length !== weight.shape.length)
      throw new ShapeError(`resized: "${name}" is ${show(next)}, the model's is ${show(weight)}: it has other axes`);
    replacements.set(weight, isBuffer(weight) ? buffer(next as Tensor) : next);
  }
  return rebuild(model, replacements) as M;
}

/**
 * What an optimiser trains of a model, or of some weights: a tensor itself, the values of a `Sparse`; each once, and nothing frozen.
 *
 *     new Adam(trainable(model), { learningRate: 0.001 })
 *
 * @throws {TypeError} if it is neither a model nor iterable, if the model contains itself, or one of the weights is none.
 */
export function trainable(weights: Module | Iterable<Weight>): Tensor[] {
  if (weights instanceof Module) {
    checkModule("trainable", weights);
    return trainable(parametersOf(weights).values());
  }
  const isMap = map.accepts(weights);
  if (isMap || typeof weights !== "object" || weights === null || !(Symbol.iterator in weights)) {
    throw new TypeError(
      `trainable: weights is ${describe(weights)}; it is a model, or weights: parametersOf(model).values()`,
    );
  }
  const tensors = Array.from(weights, (weight, i) => {
    checkWeight("trainable", `weights[${i}]`, weight);
    return storedValues(weight);
  });
  return [...new Set(tensors)].filter(({ requiresGrad }) => requiresGrad);
}

/** Whether a weight keeps its values: it was made without `requiresGrad`, as pre-trained vectors that are not to be trained. */
export function isFrozen(weight: Weight): boolean {
  checkWeight("isFrozen", "weight", weight);
  return !storedValues(weight).requiresGrad;
}

/** Copies of the values of weights: a `Sparse` gives its stored values. Ordered with everything issued before, on every backend. */
export async function snapshot(weights: ReadonlyMap<string, Weight>): Promise<Map<string, Float32Array>> {
  checkWeights("snapshot", weights);
  const reading = Array.from(weights, async ([name, weight]) => [name, await storedValues(weight).read()] as const);
  return new Map(await Promise.all(reading));
}

/**
 * Overwrites weights in place with values of a `snapshot`.
 *
 * @throws {RangeError} if a name is missing or unknown, or a weight holds more or fewer values; nothing is written then.
 */
export function restore(weights: ReadonlyMap<string, Weight>, values: ReadonlyMap<string, Float32Array>): void {
  checkWeights("restore", weights);
  check("restore", "values", values, map);
  checkNames("restore", "snapshot", weights, values);
  for (const [name, weight] of weights) {
    check("restore", `values of "${name}"`, values.get(name), floats);
    const [has, holds] = [values.get(name)!.length, storedValues(weight).size];
    if (has !== holds) throw new RangeError(`restore: "${name}" has ${has} values, the model's weight holds ${holds}`);
  }
  for (const [name, weight] of weights) storedValues(weight).write(values.get(name)!);
}

/** New trainable weights with the same values, and for a `Sparse` the same pattern; of a buffer a new buffer. */
export async function copyWeights(weights: ReadonlyMap<string, Weight>): Promise<Map<string, Weight>> {
  checkWeights("copyWeights", weights);
  const values = await snapshot(weights);
  const copy = <S extends Shape>(name: string, old: Tensor<S>) =>
    isBuffer(old)
      ? buffer(tensor(values.get(name)!, old.shape))
      : tensor(values.get(name)!, old.shape, { requiresGrad: true });
  return new Map(
    Array.from(weights, ([name, weight]) => [name, withStoredValues(weight, copy(name, storedValues(weight)))]),
  );
}

/** How many values the parameters of a model hold, frozen ones too: of a `Sparse`, those stored. */
export function countParameters(model: Module): number {
  checkModule("countParameters", model);
  return [...parametersOf(model).values()].reduce((sum, weight) => sum + storedValues(weight).size, 0);
}

/** @throws {TypeError} unless it is a map of weights by their names, as `parametersOf` gives it. */
export function checkWeights(where: string, weights: ReadonlyMap<string, Weight>, argument = "weights"): void {
  if (!map.accepts(weights)) {
    throw new TypeError(
      `${where}: ${argument} is ${describe(weights)}; it is a Map of weights: parametersOf(model) gives it`,
    );
  }
  for (const [name, weight] of weights) {
    check(where, "a weight's name", name, text);
    checkWeight(where, `the weight "${name}"`, weight);
  }
}

/** @throws {RangeError} unless both maps have the same names. */
export function checkNames(
  operation: string,
  what: string,
  model: ReadonlyMap<string, unknown>,
  given: ReadonlyMap<string, unknown>,
  kindOf: (name: string) => string = () => "parameter",
): void {
  for (const name of given.keys()) {
    if (!model.has(name)) throw new RangeError(`${operation}: there is a ${what} for "${name}" but no such parameter`);
  }
  for (const name of model.keys()) {
    if (!given.has(name)) throw new RangeError(`${operation}: there is no ${what} for the ${kindOf(name)} "${name}"`);
  }
}

/** `[2,3]`, as it stands in messages. */
export function show({ shape }: { readonly shape: readonly number[] }): string {
  return `[${shape.join(",")}]`;
}

function trained(name: string, weight: Weight): Weight {
  if (!isBuffer(weight)) return weight;
  throw new TypeError(`withParameters: "${name}" is a buffer, the model's is a parameter`);
}

/** Copied by the backend, in the order of issue, wherever the values are. */
function copyOf(tensor: Tensor): Tensor {
  return reshape(slice(reshape(tensor, [tensor.size]), [0], [tensor.size]), tensor.shape);
}

/** The same module, list or tensor with others in the place of its tensors; whatever else it holds is shared. */
export function rebuild(value: unknown, replacements: ReadonlyMap<Weight, Weight>): unknown {
  if (isWeight(value)) return replacements.get(value);
  if (Array.isArray(value)) return value.map((part) => rebuild(part, replacements));
  if (!(value instanceof Module)) return value;
  const fields = Object.entries(value).map(([field, part]) => [field, rebuild(part, replacements)]);
  return Object.assign(Object.create(Object.getPrototypeOf(value)), Object.fromEntries(fields));
}
