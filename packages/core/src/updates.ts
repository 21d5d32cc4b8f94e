import { AbsentRows } from "./absent-rows.ts";
import { backend } from "./backend.ts";
import type { AdamStep, RmspropStep, SgdStep } from "./kernels.ts";
import { rowsOf } from "./ops/rows.ts";
import { ShapeError, sameShape, show } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

// The optimisers' arithmetic, in place and in the order of issue, so that training never waits for a device. Nothing here is recorded.

/**
 * Stochastic gradient descent with momentum, in place, as `torch.optim.SGD`.
 *
 * `g = gradient + λ·θ; v = μ·v + (1 − dampening)·g` (at the first step `v = g`); `θ −= η·v`, or with Nesterov `θ −= η·(g + μ·v)`.
 *
 * @param state.velocity - Of the weights' shape; left out where momentum is 0.
 * @throws {ShapeError} if shapes differ.
 */
export function sgdUpdate(
  weights: Tensor,
  gradient: Tensor,
  state: { velocity?: Tensor | undefined },
  step: SgdStep,
): void {
  check("sgdUpdate", weights, gradient, state.velocity);
  backend().kernels.sgd(gradient.storage, state.velocity?.storage, weights.storage, step);
}

/**
 * Adam and AdamW, in place, as `torch.optim.Adam` and `AdamW`.
 *
 * `m = β₁·m + (1 − β₁)·g; v = β₂·v + (1 − β₂)·g²; θ −= η/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε)`
 *
 * @throws {ShapeError} if shapes differ.
 * @see Kingma & Ba, “Adam”, ICLR 2015, algorithm 1; Loshchilov & Hutter, “Decoupled weight decay regularization”, ICLR 2019, algorithm 2.
 */
export function adamUpdate(weights: Tensor, gradient: Tensor, state: { m: Tensor; v: Tensor }, step: AdamStep): void {
  check("adamUpdate", weights, gradient, state.m, state.v);
  const { kernels } = backend();
  const rows = rowsOf(gradient);
  if (rows === undefined) {
    kernels.adam(gradient.storage, state.m.storage, state.v.storage, weights.storage, step);
    return;
  }
  const { table, ids, distinct, values, except } = rows;
  const dim = values.shape[1];
  const place = (tensor: Tensor) => tensor.storageOfRows(distinct);
  const places = { weights: place(weights), m: place(state.m), v: place(state.v) };
  const absent = AbsentRows.of(places, { dim, table }, step);
  if (absent !== undefined) {
    absent.step({ ids, distinct, values: values.storage, except }, step);
    return;
  }
  const [m, v] = [state.m.storage, state.v.storage];
  if (table !== undefined) {
    kernels.sparse!.adamRows(values.storage, table, ids, m, v, weights.storage, { ...step, except });
    return;
  }
  kernels.adamRows(values.storage, ids, m, v, weights.storage, { ...step, dim, except });
}

/**
 * RMSprop, in place, as `torch.optim.RMSprop`: `v = α·v + (1 − α)·g²; θ −= η·g / (√v + ε)`, the step itself with momentum if wanted.
 *
 * @throws {ShapeError} if shapes differ.
 */
export function rmspropUpdate(
  weights: Tensor,
  gradient: Tensor,
  state: { v: Tensor; velocity?: Tensor | undefined },
  step: RmspropStep,
): void {
  check("rmspropUpdate", weights, gradient, state.v, state.velocity);
  backend().kernels.rmsprop(gradient.storage, state.v.storage, state.velocity?.storage, weights.storage, step);
}

function check(operation: string, weights: Tensor, ...others: readonly (Tensor | undefined)[]): void {
  for (const other of others) {
    if (other !== undefined && !sameShape(other.shape, weights.shape)) {
      throw new ShapeError(`${operation}: weights ${show(weights)}, but a gradient or state ${show(other)}`);
    }
  }
}
