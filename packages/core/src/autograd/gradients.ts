import { describe } from "../arguments/describe.ts";
import { flag } from "../arguments/kinds.ts";
import { checkOptions, type Kinds } from "../arguments/options.ts";
import { backend } from "../backends/backend.ts";
import { type Shape, ShapeError, sameShape, show } from "../tensor/shape.ts";
import { checkTensor, checkTensors, emptyLike, ones, Tensor } from "../tensor/tensor.ts";
import { replay, tick } from "../tensor/versions.ts";
import { record, withRecording } from "./record.ts";
import { sumOfPaths } from "./sum-of-paths.ts";
import { WalkMemory } from "./walk-memory.ts";

/**
 * The gradients `∂loss/∂parameter`, one for each parameter and of its shape, by reverse accumulation over what was recorded.
 *
 *     const [dWeight, dBias] = gradients(loss, [weight, bias]);
 *
 * @param loss - A scalar. Of another output, `vjp` takes the gradients.
 * @param options.createGraph - Record the backward pass too, so that gradients of gradients can be taken. Default false.
 * @param options.allowUnused - Give undefined for a parameter that the loss does not depend on, instead of throwing. Default false.
 * @throws {TypeError} if the loss is no tensor, or the parameters are no array of them.
 * @throws {ShapeError} if the loss is not a scalar.
 * @throws {Error} if the loss does not depend on a parameter, or the parameter was made without `requiresGrad`; or if a
 *   rule needs values that were overwritten, by `write` or an optimiser, since the loss was computed.
 */
export function gradients<const P extends readonly Tensor[], const O extends GradientOptions = Record<never, never>>(
  loss: Tensor,
  parameters: P,
  options: O = {} as O,
): Gradients<P, O> {
  checkOptions<GradientOptions>("gradients", options, OPTIONS);
  checkTensor("gradients", "loss", loss);
  checkParameters("gradients", parameters);
  if (loss.shape.length !== 0)
    throw new ShapeError(`gradients: the loss is ${show(loss)}, not a scalar: take its mean or sum`);
  return gradientsFrom("gradients", loss, parameters, () => ones([]), options);
}

/**
 * The vector-Jacobian products `Σᵢ cotangentᵢ · ∂outputᵢ/∂parameter`, one for each parameter and of its shape: the
 * gradients of an output of any shape, given that of the loss with respect to it, as `torch.autograd.grad` with
 * `grad_outputs`.
 *
 * @param cotangent - Of the shape of the output. With `createGraph` the products can be differentiated with respect to it, too.
 * @param options - As of `gradients`, which throws for the same reasons.
 * @throws {ShapeError} if the cotangent has another shape than the output.
 */
export function vjp<
  const S extends Shape,
  const P extends readonly Tensor[],
  const O extends GradientOptions = Record<never, never>,
>(output: Tensor<S>, parameters: P, cotangent: Tensor<S>, options: O = {} as O): Gradients<P, O> {
  checkOptions<GradientOptions>("vjp", options, OPTIONS);
  checkTensor("vjp", "output", output);
  checkParameters("vjp", parameters);
  checkTensor("vjp", "cotangent", cotangent);
  if (!sameShape(output.shape, cotangent.shape))
    throw new ShapeError(
      `vjp: the cotangent is ${show(cotangent)}; the output, whose shape it has, is ${show(output)}`,
    );
  return gradientsFrom("vjp", output, parameters, () => copied(cotangent), options);
}

export interface GradientOptions {
  readonly createGraph?: boolean;
  readonly allowUnused?: boolean;
}

const OPTIONS: Kinds<GradientOptions> = { createGraph: flag, allowUnused: flag };

/** One gradient for each parameter, of its type; or, with `allowUnused`, undefined. */
type Gradients<P extends readonly Tensor[], O extends GradientOptions> = {
  -readonly [I in keyof P]: P[I] | (O extends { readonly allowUnused: true } ? undefined : never);
};

/** @param seed - Makes the gradient with respect to `y`. */
function gradientsFrom<P extends readonly Tensor[], O extends GradientOptions>(
  name: string,
  y: Tensor,
  parameters: P,
  seed: () => Tensor,
  { createGraph = false, allowUnused = false }: GradientOptions,
): Gradients<P, O> {
  const wanted = new Set<Tensor>(parameters);
  const memory = createGraph ? undefined : new WalkMemory();
  const found = withRecording(createGraph, () => accumulate(y, wanted, seed(), memory));

  return parameters.map((parameter, i) => {
    const gradient = found.get(parameter);
    if (gradient === undefined && !allowUnused) {
      const why = parameter.requiresGrad
        ? `the ${name === "vjp" ? "output" : "loss"} does not depend on it`
        : "it was made without { requiresGrad: true }";
      throw new Error(`${name}: parameter ${i}, ${show(parameter)}: ${why}`);
    }
    return gradient;
  }) as Gradients<P, O>;
}

/** The same values: a rule may hand on what it gets, and a gradient must be nobody else's tensor. */
function copied(x: Tensor): Tensor {
  const y = emptyLike(x);
  const [shape, strides] = [[x.size], [1]];
  backend().kernels.stridedCopy(x.storage, y.storage, { shape, strides, offset: 0 });
  return record("vjp", y, [x], (dy) => [() => dy]);
}

function checkParameters(where: string, parameters: readonly unknown[]): void {
  const partial = Array.isArray(parameters) ? parameters.findIndex(holdsValues) : -1;
  if (partial >= 0) {
    const weight = describe(parameters[partial]);
    throw new TypeError(`${where}: parameters[${partial}] is ${weight}; what has a gradient is its values`);
  }
  checkTensors(where, "parameters", parameters);
}

/** A `Sparse`, or what else holds its values in a tensor. */
function holdsValues(parameter: unknown): boolean {
  return (
    typeof parameter === "object" && parameter !== null && "values" in parameter && parameter.values instanceof Tensor
  );
}

/**
 * @param seed - The gradient with respect to `loss`.
 * @param memory - Whose the memory of the walk is, if it may be given back before the end: where nothing is recorded.
 */
function accumulate(
  loss: Tensor,
  wanted: ReadonlySet<Tensor>,
  seed: Tensor,
  memory: WalkMemory | undefined,
): Map<Tensor, Tensor> {
  const found = new Map<Tensor, Tensor>();
  const path = between(wanted, loss);
  const set = (x: Tensor, gradient: Tensor) => {
    const sofar = found.get(x);
    const sum = sofar === undefined ? gradient : sumOfPaths(sofar, gradient);
    memory?.need(sum);
    if (sofar !== undefined) memory?.done(sofar);
    found.set(x, sum);
  };
  const visit = (y: Tensor) => {
    const { name, inputs, rule } = y.node!;
    const asked = inputs.map((input) => wanted.has(input) || path.has(input));
    const thunks = rule(found.get(y)!, asked);
    for (let i = 0; i < inputs.length; i++) {
      if (!asked[i]) continue;
      const input = inputs[i]!;
      const gradient = thunks[i]!();
      if (!sameShape(gradient.shape, input.shape)) {
        throw new ShapeError(
          `gradients: the rule of ${name} gave ${show(gradient)} for input ${i}, which is ${show(input)}`,
        );
      }
      set(input, gradient);
    }
  };

  set(loss, seed);
  // In the reverse order of recording, everything that used y comes before y: its gradient is then complete.
  const began = tick();
  const replayed = (y: Tensor) => replay(y.node!, began, visit, y);
  try {
    for (const y of [...path].reverse()) {
      const dy = found.get(y)!;
      if (memory !== undefined && y.node!.keepsNothing) memory.run(replayed, y, dy);
      else {
        memory?.leave(dy);
        replayed(y);
      }
      if (!wanted.has(y)) {
        found.delete(y);
        memory?.done(dy);
      }
      memory?.sweep();
    }
  } finally {
    memory?.end();
  }
  return found;
}

/** Every computed tensor that the loss depends on and that depends on something wanted, in the order of recording. */
function between(wanted: ReadonlySet<Tensor>, loss: Tensor): Set<Tensor> {
  const reached = new Set<Tensor>([loss]);
  for (const y of reached) for (const input of y.node?.inputs ?? []) reached.add(input); // a set's walk meets what it adds

  const ordered = [...reached].filter((y) => y.node !== undefined).sort((a, b) => a.node!.order - b.node!.order);
  const path = new Set<Tensor>();
  for (const y of ordered) if (y.node!.inputs.some((input) => wanted.has(input) || path.has(input))) path.add(y);
  return path;
}
