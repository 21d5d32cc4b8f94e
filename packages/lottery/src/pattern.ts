import { Sparse, storedPositions, storedValues, tensor, type Weight } from "@ltt/core";
import { callable, check, checkWeight, floats, integers, map } from "@ltt/core/arguments";
import { isFrozen } from "@ltt/layers";

/**
 * Which elements of each tensor are left: ascending row-major positions by the tensor's name. A mask, but what is not in it does not exist.
 */
export type Pattern = ReadonlyMap<string, Int32Array>;

/** Numbers for the elements of a pattern, in its order, by the tensor's name. */
export type Values = ReadonlyMap<string, Float32Array>;

/**
 * How much of a network is left. Sparsities are the fractions in `[0,1]` of weights removed, of those that training can
 * change: what is frozen is neither pruned nor counted.
 */
export interface Sparsity {
  readonly sparsity: number;
  /** Of each group of tensors: of texts, the embedding, which holds most weights, and everything else. */
  readonly groups: Readonly<Record<string, number>>;
  readonly tensors: readonly {
    readonly name: string;
    readonly group: string;
    readonly size: number;
    readonly kept: number;
    /** Keeps its initial values, whole. */
    readonly frozen?: true;
  }[];
}

/**
 * The pattern of weights as they are: every element of a tensor, the stored ones of a `Sparse`; none of what is frozen,
 * which is never pruned.
 */
export function patternOf(weights: ReadonlyMap<string, Weight>): Pattern {
  checkWeights("patternOf", "weights", weights);
  const trained = [...weights].filter(([, weight]) => !isFrozen(weight));
  return new Map(
    Array.from(trained, ([name, weight]) => [
      name,
      storedPositions(weight) ?? Int32Array.from({ length: weight.size }, (_, i) => i),
    ]),
  );
}

/**
 * The values of whole tensors at a pattern: a ticket's start is its network's start, cut out.
 *
 * @throws {RangeError} if the pattern names a tensor that there is not, or a position outside it.
 */
export function valuesAt(dense: Values, pattern: Pattern): Values {
  checkValues("valuesAt", "dense", dense);
  checkPattern("valuesAt", "pattern", pattern);
  return new Map(
    Array.from(pattern, ([name, positions]) => {
      const values = dense.get(name);
      if (values === undefined) throw new RangeError(`valuesAt: there is a pattern for "${name}" but no such tensor`);
      const outside = positions.findIndex((at) => at < 0 || at >= values.length);
      if (outside >= 0) {
        throw new RangeError(
          `valuesAt: position ${outside} of "${name}" is ${positions[outside]}; the tensor has elements 0–${values.length - 1}`,
        );
      }
      const found = new Float32Array(positions.length); // `Float32Array.from` takes ten times as long
      for (let i = 0; i < found.length; i++) found[i] = values[positions[i]!]!;
      return [name, found];
    }),
  );
}

/**
 * Trainable weights of a pattern: `Sparse`, of the shapes of `like`, with these values.
 *
 * @throws {RangeError} if the pattern names a tensor that `like` or `values` lacks, or there is not one value for each position.
 */
export function sparseWeights(
  like: ReadonlyMap<string, Weight>,
  pattern: Pattern,
  values: Values,
): Map<string, Weight> {
  checkWeights("sparseWeights", "like", like);
  checkPattern("sparseWeights", "pattern", pattern);
  checkValues("sparseWeights", "values", values);
  return new Map(
    Array.from(pattern, ([name, positions]) => {
      const [weight, start] = [like.get(name), values.get(name)];
      if (weight === undefined || start === undefined) {
        throw new RangeError(`sparseWeights: there is a pattern for "${name}" but no such tensor`);
      }
      if (start.length !== positions.length) {
        throw new RangeError(`sparseWeights: "${name}" has ${start.length} values for ${positions.length} positions`);
      }
      return [name, new Sparse(weight.shape, positions, tensor(start, [start.length], { requiresGrad: true }))];
    }),
  );
}

/**
 * Counts what is left, in all and by group.
 *
 * @param group - The group of a tensor, by its name. Default: all are `other`.
 */
export function sparsityOf(
  weights: ReadonlyMap<string, Weight>,
  group: (tensor: string) => string = () => "other",
): Sparsity {
  checkWeights("sparsityOf", "weights", weights);
  check("sparsityOf", "group", group, callable);
  const tensors = Array.from(weights, ([name, weight]) => ({
    name,
    group: group(name),
    size: weight.size,
    kept: storedValues(weight).size,
    ...(isFrozen(weight) ? ({ frozen: true } as const) : {}),
  }));
  const pruned = tensors.filter(({ frozen }) => frozen !== true);
  const names = [...new Set(tensors.map((tensor) => tensor.group))].sort();
  const groups = names.map((name) => [name, removed(pruned.filter((tensor) => tensor.group === name))]);
  return { sparsity: removed(pruned), groups: Object.fromEntries(groups), tensors };
}

function removed(tensors: Sparsity["tensors"]): number {
  const total = (of: "size" | "kept") => tensors.reduce((sum, tensor) => sum + tensor[of], 0);
  return total("size") === 0 ? 0 : 1 - total("kept") / total("size");
}

/** @throws {TypeError} unless it is a map of positions. */
export function checkPattern(where: string, name: string, pattern: Pattern): void {
  check(where, name, pattern, map);
  for (const [tensor, positions] of pattern) check(where, `${name} of "${tensor}"`, positions, integers);
}

/** @throws {TypeError} unless it is a map of numbers. */
export function checkValues(where: string, name: string, values: Values): void {
  check(where, name, values, map);
  for (const [tensor, numbers] of values) check(where, `${name} of "${tensor}"`, numbers, floats);
}

/** @throws {TypeError} unless it is a map of weights. */
export function checkWeights(where: string, name: string, weights: ReadonlyMap<string, Weight>): void {
  check(where, name, weights, map);
  for (const [tensor, weight] of weights) checkWeight(where, `${name} of "${tensor}"`, weight);
}
