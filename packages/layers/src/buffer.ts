import type { Shape, Tensor, Weight } from "@ltt/core";
import { checkTensor } from "@ltt/core/arguments";

/** By mark and not by type, since every tensor in a field that is no buffer is a parameter, frozen or not. */
const buffers = new WeakSet<Weight>();

/**
 * Marks a tensor as a buffer: a module's values that are saved, restored and loaded with its weights, but are neither trained, pruned nor
 * counted, as the running mean of a batch normalisation. `register_buffer` of PyTorch.
 *
 *     this.running_mean = buffer(zeros([channels]));
 *
 * The module changes it in place: `write`, or an update of core's, such as `sgdUpdate`, which also runs on a GPU.
 *
 * @returns the same tensor.
 * @throws {TypeError} if it is no tensor, or one that has a gradient.
 */
export function buffer<S extends Shape>(tensor: Tensor<S>): Tensor<S> {
  checkTensor("buffer", "tensor", tensor);
  if (tensor.requiresGrad) {
    throw new TypeError("buffer: tensor has a gradient: make it without requiresGrad; what is trained is a parameter");
  }
  buffers.add(tensor);
  return tensor;
}

export function isBuffer(tensor: Weight): boolean {
  return buffers.has(tensor);
}
