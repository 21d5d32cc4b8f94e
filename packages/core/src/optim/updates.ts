import { anything, atLeast0, finite, flag, fraction, positive } from "../arguments/kinds.ts";
import { checkOptions, type Kinds } from "../arguments/options.ts";
import { backend } from "../backends/backend.ts";
import type { AdamStep, RmspropStep, SgdStep, Storage } from "../kernels/kernels.ts";
import { rowsOf } from "../ops/rows.ts";
import { WeightOperand } from "../sparse/weight-operand.ts";
import { ShapeError, sameShape, show } from "../tensor/shape.ts";
import { checkTensor, type Tensor } from "../tensor/tensor.ts";
import { wrote } from "../tensor/versions.ts";
import { LazyRows } from "./lazy-rows.ts";

// The optimisers' arithmetic, in place and in the order of issue, so that training never waits for a device. Nothing here is recorded.

/**
 * Stochastic gradient descent with momentum, in place, as `torch.optim.SGD`.
 *
 * `g = gradient + λ·θ; v = μ·v + (1 − dampening)·g` (at the first step `v = g`); `θ −= η·v`, or with Nesterov `θ −= η·(g + μ·v)`.
 *
 * @param state.velocity - Of the weights' shape; left out where momentum is 0.
 * @throws {TypeError | RangeError} if an operand is no tensor, or a number of the step is missing or outside its range.
 * @throws {ShapeError} if shapes differ.
 */
export function sgdUpdate(
  weights: Tensor,
  gradient: Tensor,
  state: { velocity?: Tensor | undefined },
  step: SgdStep,
): void {
  checkOptions("sgdUpdate", step, SGD, SGD_NAMES);
  checkOptions("sgdUpdate: state", state, { velocity: anything });
  check(
    "sgdUpdate",
    { weights, gradient },
    state,
    step.momentum === 0 && state.velocity === undefined ? [] : ["velocity"],
  );
  const [theta, velocity] = [weights.storage, state.velocity?.storage];
  backend().kernels.sgd(gradient.storage, velocity, theta, step);
  note("sgdUpdate", theta, velocity);
}

/**
 * Adam and AdamW, in place, as `torch.optim.Adam` and `AdamW`.
 *
 * `m = β₁·m + (1 − β₁)·g; v = β₂·v + (1 − β₂)·g²; θ −= η/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε)`
 *
 * @throws {TypeError | RangeError} if an operand is no tensor, or a number of the step is missing or outside its range.
 * @throws {ShapeError} if shapes differ.
 * @see Kingma & Ba, “Adam”, ICLR 2015, algorithm 1; Loshchilov & Hutter, “Decoupled weight decay regularization”, ICLR 2019, algorithm 2.
 */
export function adamUpdate(weights: Tensor, gradient: Tensor, state: { m: Tensor; v: Tensor }, step: AdamStep): void {
  checkOptions("adamUpdate", step, ADAM, ADAM_NAMES);
  checkOptions("adamUpdate: state", state, MOMENTS);
  check("adamUpdate", { weights, gradient }, state, MOMENTS_NAMES);
  const { kernels } = backend();
  const rows = rowsOf(gradient);
  if (rows === undefined) {
    const [theta, m, v] = [weights.storage, state.m.storage, state.v.storage];
    kernels.adam(gradient.storage, m, v, theta, step);
    note("adamUpdate", theta, m, v);
    return;
  }
  const { pattern, ids, unique, values, except } = rows;
  const dim = values.shape[1];
  const place = (tensor: Tensor) => tensor.storageOfRows(unique);
  const places = { weights: place(weights), m: place(state.m), v: place(state.v) };
  const lazy = LazyRows.of(places, { dim, pattern }, step);
  if (lazy !== undefined) lazy.step({ ids, unique, values: values.storage, except }, step);
  else {
    const theta = new WeightOperand(weights, pattern).storage;
    kernels.adamRows(values.storage, ids, state.m.storage, state.v.storage, theta, { ...step, dim, except });
  }
  note("adamUpdate", places.weights, places.m, places.v);
}

/**
 * RMSprop, in place, as `torch.optim.RMSprop`: `v = α·v + (1 − α)·g²; θ −= η·g / (√v + ε)`, the step itself with momentum if wanted.
 *
 * @throws {TypeError | RangeError} if an operand is no tensor, or a number of the step is missing or outside its range.
 * @throws {ShapeError} if shapes differ.
 */
export function rmspropUpdate(
  weights: Tensor,
  gradient: Tensor,
  state: { v: Tensor; velocity?: Tensor | undefined },
  step: RmspropStep,
): void {
  checkOptions("rmspropUpdate", step, RMSPROP, RMSPROP_NAMES);
  checkOptions("rmspropUpdate: state", state, { v: anything, velocity: anything });
  const needed = step.momentum === 0 && state.velocity === undefined ? (["v"] as const) : (["v", "velocity"] as const);
  check("rmspropUpdate", { weights, gradient }, state, needed);
  const [theta, v, velocity] = [weights.storage, state.v.storage, state.velocity?.storage];
  backend().kernels.rmsprop(gradient.storage, v, velocity, theta, step);
  note("rmspropUpdate", theta, v, velocity);
}

/** What an update has written in place. */
function note(operation: string, ...written: readonly (Storage | undefined)[]): void {
  for (const storage of written) if (storage !== undefined) wrote(storage, operation);
}

const SGD: Kinds<SgdStep> = {
  learningRate: atLeast0,
  momentum: atLeast0,
  dampening: finite,
  nesterov: flag,
  weightDecay: atLeast0,
  first: flag,
};
const SGD_NAMES = Object.keys(SGD) as (keyof SgdStep)[];

const ADAM: Kinds<AdamStep> = {
  learningRate: atLeast0,
  beta1: fraction,
  beta2: fraction,
  epsilon: atLeast0,
  weightDecay: atLeast0,
  decoupledDecay: atLeast0,
  step: positive, // β⁰ is 1, and 1 − 1 divides
};
const ADAM_NAMES = Object.keys(ADAM) as (keyof AdamStep)[];

const MOMENTS = { m: anything, v: anything };
const MOMENTS_NAMES = ["m", "v"] as const;

const RMSPROP: Kinds<RmspropStep> = {
  learningRate: atLeast0,
  alpha: fraction,
  epsilon: atLeast0,
  weightDecay: atLeast0,
  momentum: atLeast0,
};
const RMSPROP_NAMES = Object.keys(RMSPROP) as (keyof RmspropStep)[];

/** @param needed - What of the state there must be. */
function check<State extends object>(
  operation: string,
  { weights, gradient }: { weights: Tensor; gradient: Tensor },
  state: State,
  needed: readonly (keyof State & string)[],
): void {
  checkTensor(operation, "weights", weights);
  const like = (name: string, tensor: unknown) => {
    checkTensor(operation, name, tensor);
    if (sameShape(tensor.shape, weights.shape)) return;
    throw new ShapeError(`${operation}: weights ${show(weights)}, but a gradient or state ${show(tensor)}`);
  };
  like("gradient", gradient);
  for (const name of needed) like(`state.${name}`, state[name]);
}
