import { noGrad } from "../autograd/record.ts";
import { backend } from "../backends/backend.ts";
import type { Storage, WeightStorage } from "../kernels/kernels.ts";
import { inThisScope } from "../tensor/scope.ts";
import type { Shape } from "../tensor/shape.ts";
import { emptyLike, type Tensor, type Vector } from "../tensor/tensor.ts";
import { expand } from "./expand.ts";
import type { Pattern } from "./pattern.ts";
import { dense, Sparse, type Weight } from "./sparse.ts";

/**
 * A weight as operations and their rules compute with it, all of it stored or a part. A rule's gradient with respect to
 * it is of the same kind: `emptyLike`, which a kernel fills.
 */
export class WeightOperand {
  /** Of the whole weight. */
  readonly shape: Shape;
  /** What is differentiated: the weight, or the vector of the values that are stored. */
  readonly trained: Tensor;
  /** What is stored, if it is not all. */
  readonly pattern: Pattern | undefined;
  readonly #whole: (() => Storage) | undefined;

  constructor(trained: Tensor, pattern: Pattern | undefined) {
    this.shape = pattern?.shape ?? trained.shape;
    this.trained = trained;
    this.pattern = pattern;
    if (pattern === undefined) return;
    let written: Storage | undefined;
    const write = inThisScope(() => noGrad(() => expand(trained as Vector, pattern)).storage);
    this.#whole = () => (written ??= write());
  }

  /** As kernels take it. For a rule to ask for anew: so it is known to be what the forward pass has read. */
  get storage(): WeightStorage {
    return this.#from(this.trained.storage);
  }

  /** The same for who reads or updates these rows of a table only: others may have steps pending, see `PendingWrites`. */
  storageOfRows(rows: Int32Array): WeightStorage {
    return this.#from(this.trained.storageOfRows(rows));
  }

  /** A weight of the same pattern that holds these, as many. */
  withValues(values: Tensor): WeightOperand {
    return new WeightOperand(values, this.pattern);
  }

  /** A weight of the same pattern, to be overwritten by a kernel. */
  emptyLike(): WeightOperand {
    return this.withValues(emptyLike(this.trained));
  }

  #from(values: Storage): WeightStorage {
    const { pattern } = this;
    return pattern === undefined ? values : { values, pattern, whole: this.#whole! };
  }
}

/** The weight as the backend in use takes it: what is stored of it, or, if the backend takes whole weights only, all of it. */
export function operandOf(weight: Weight): WeightOperand {
  if (!(weight instanceof Sparse)) return new WeightOperand(weight, undefined);
  if (backend().takesStoredWeights === true) return new WeightOperand(weight.values, weight.pattern);
  return new WeightOperand(dense(weight), undefined);
}
