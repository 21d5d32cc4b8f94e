import { storedPositions, type Weight } from "@ltt/core";
import { snapshot } from "@ltt/layers";
import { checkWeights } from "./pattern.ts";

/** How two sets of weights agree, in one tensor or in several. */
export interface Agreement {
  /** Elements that each stores, and both do. */
  readonly sizes: readonly [number, number];
  readonly overlap: number;
  /** `|A ∩ B| / |A ∪ B|`: 1 where the masks are the same; of two empty ones, 1. */
  readonly jaccard: number;
  /** Of the elements that both store, the fraction with the same sign; `null` if there are none. */
  readonly sameSign: number | null;
  /** `‖a − b‖₂` over the elements that both store. */
  readonly distance: number;
}

export interface TensorAgreement extends Agreement {
  readonly name: string;
  readonly shape: readonly number[];
}

export interface WeightsAgreement {
  readonly tensors: readonly TensorAgreement[];
  readonly all: Agreement;
  /** Tensors that only one has, or that have other shapes. */
  readonly others: readonly string[];
}

/** Compares two sets of weights, dense or pruned: where both store something, and how alike it is. */
export async function compareWeights(
  a: ReadonlyMap<string, Weight>,
  b: ReadonlyMap<string, Weight>,
): Promise<WeightsAgreement> {
  checkWeights("compareWeights", "a", a);
  checkWeights("compareWeights", "b", b);
  const isCommon = (name: string) => String(a.get(name)?.shape) === String(b.get(name)?.shape);
  const names = [...new Set([...a.keys(), ...b.keys()])];
  const common = names.filter((name) => a.has(name) && b.has(name) && isCommon(name));
  const [valuesA, valuesB] = [await snapshot(a), await snapshot(b)];
  const counts = common.map((name) => {
    const stored = (weights: ReadonlyMap<string, Weight>, values: ReadonlyMap<string, Float32Array>): Stored => {
      return { positions: storedPositions(weights.get(name)!), values: values.get(name)! };
    };
    return countsOf(stored(a, valuesA), stored(b, valuesB));
  });
  const tensors = common.map((name, i) => ({ name, shape: a.get(name)!.shape, ...agreementOf([counts[i]!]) }));
  return { tensors, all: agreementOf(counts), others: names.filter((name) => !common.includes(name)) };
}

interface Stored {
  /** Ascending; `undefined`: all. */
  readonly positions: Int32Array | undefined;
  readonly values: Float32Array;
}

interface Counts {
  readonly sizes: readonly [number, number];
  readonly overlap: number;
  readonly sameSign: number;
  readonly squares: number;
}

function countsOf(a: Stored, b: Stored): Counts {
  const sizes = [a.values.length, b.values.length] as const;
  const at = ({ positions }: Stored, i: number) => (positions === undefined ? i : positions[i]!);
  let [overlap, sameSign, squares] = [0, 0, 0];
  for (let i = 0, k = 0; i < sizes[0]; i++) {
    while (k < sizes[1] && at(b, k) < at(a, i)) k++;
    if (k === sizes[1] || at(b, k) !== at(a, i)) continue;
    const [x, y] = [a.values[i]!, b.values[k]!];
    overlap++;
    if (Math.sign(x) === Math.sign(y)) sameSign++;
    squares += (x - y) ** 2;
  }
  return { sizes, overlap, sameSign, squares };
}

function agreementOf(counts: readonly Counts[]): Agreement {
  const sum = (of: (counts: Counts) => number) => counts.reduce((total, each) => total + of(each), 0);
  const sizes = [sum(({ sizes }) => sizes[0]), sum(({ sizes }) => sizes[1])] as const;
  const overlap = sum((each) => each.overlap);
  const union = sizes[0] + sizes[1] - overlap;
  return {
    sizes,
    overlap,
    jaccard: union === 0 ? 1 : overlap / union,
    sameSign: overlap === 0 ? null : sum((each) => each.sameSign) / overlap,
    distance: Math.sqrt(sum(({ squares }) => squares)),
  };
}
