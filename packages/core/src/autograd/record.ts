import { callable, check, isPromise, synchronous, text } from "../arguments/kinds.ts";
import { checkTensor, checkTensors, type Node, type Tensor } from "../tensor/tensor.ts";
import { tick } from "../tensor/versions.ts";

let recording = true;

/**
 * Runs `body` without recording: what it computes has no gradient. For evaluation, and for tensors used as constants.
 *
 * @throws {TypeError} if `body` is async or a generator, or returns a promise: what comes after its first `await` would be recorded.
 */
export function noGrad<T>(body: () => T): T {
  check("noGrad", "body", body, synchronous);
  const result = withRecording(false, body);
  if (isPromise(result)) {
    throw new TypeError("noGrad: the body returned a promise: compute inside, await what was computed outside");
  }
  return result;
}

export function withRecording<T>(on: boolean, body: () => T): T {
  const before = recording;
  recording = on;
  try {
    return body();
  } finally {
    recording = before;
  }
}

/**
 * `recordForeign` for the operations here, whose rules keep nothing: neither `dy` nor what they make is read after
 * them, but for the gradients that they return, and what these are filled from lazily. So `gradients` gives it back
 * while it walks.
 */
export function record<T extends Tensor>(name: string, y: T, inputs: readonly Tensor[], rule: Rule<T>): T {
  return note(name, y, inputs, rule, true);
}

type Rule<T extends Tensor> = (dy: T, asked: readonly boolean[]) => readonly (() => Tensor)[];

/**
 * For authors of operations: notes how `y` was computed, if a gradient may ever be asked for it.
 *
 * @param rule - From `dy`, the gradient of the loss with respect to `y`, a thunk for each input that computes the
 *   gradient with respect to it. Written in operations, it can itself be differentiated. Only thunks of inputs whose
 *   gradient is asked for are called; which those are, `asked` tells a rule that computes several gradients at once. A
 *   tensor that is read in it must not be overwritten in between, or `gradients` throws: so keep tensors, not their
 *   storage.
 */
export function recordForeign<T extends Tensor>(name: string, y: T, inputs: readonly Tensor[], rule: Rule<T>): T {
  return note(name, y, Array.isArray(inputs) ? inputs.slice() : inputs, rule, false);
}

function note<T extends Tensor>(
  name: string,
  y: T,
  inputs: readonly Tensor[],
  rule: Rule<T>,
  keepsNothing: boolean,
): T {
  checkTensor("record", "y", y);
  checkTensors("record", "inputs", inputs);
  if (typeof name !== "string" || typeof rule !== "function") {
    check("record", "name", name, text);
    check("record", "rule", rule, callable);
  }
  if (isRecorded(inputs)) {
    y.node = { name, order: tick(), inputs, rule: rule as Node["rule"], keepsNothing };
  }
  return y;
}

/** Whether what is computed from these may be asked for a gradient: if not, an operation keeps nothing for it. */
export function isRecorded(inputs: readonly Tensor[]): boolean {
  if (!recording) return false;
  for (let i = 0; i < inputs.length; i++) if (inputs[i]!.requiresGrad) return true;
  return false;
}

/**
 * For rules that call kernels: marks a gradient that cannot be differentiated again, so that asking for it is an error
 * instead of a silent zero.
 */
export function notTwiceDifferentiable<T extends Tensor>(name: string, gradient: T, inputs: readonly Tensor[]): T {
  return record(name, gradient, inputs, () => {
    throw new Error(`gradients: the gradient of ${name} is a kernel of its own and cannot be differentiated again`);
  });
}
