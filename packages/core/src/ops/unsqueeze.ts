import { describe } from "../arguments/describe.ts";
import { checkAxis, type Shape } from "../tensor/shape.ts";
import { checkTensor, type Tensor } from "../tensor/tensor.ts";
import { reshape } from "./reshape.ts";

/**
 * A new axis of size 1 before axis `axis` of `x`; −1 puts it last. Shares the memory of `x`.
 *
 * @throws {RangeError} if the result would have no such axis.
 */
export function unsqueeze<S extends Shape>(x: Tensor<S>, axis: number): Tensor<readonly [...S, number]> {
  checkTensor("unsqueeze", "x", x);
  if (typeof axis !== "number") throw new TypeError(`unsqueeze: axis is ${describe(axis)}; it is an integer`);
  const at = checkAxis("unsqueeze", [...x.shape, 1], axis);
  return reshape(x, x.shape.toSpliced(at, 0, 1)) as Tensor as Tensor<readonly [...S, number]>;
}
