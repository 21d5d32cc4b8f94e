import { notTwiceDifferentiable, record } from "../../autograd/record.ts";
import { backend } from "../../backends/backend.ts";
import type { Indices, LstmLayerSize } from "../../kernels/kernels.ts";
import type { WeightOperand } from "../../sparse/weight-operand.ts";
import { indices } from "../../tensor/scope.ts";
import { empty, emptyLike, type Matrix, type Tensor, type Vector } from "../../tensor/tensor.ts";

/** The operands of a layer: see `LstmKernels.lstmStates`. */
export interface LayerOperands {
  readonly x: Matrix;
  readonly places: Indices | undefined;
  readonly weightIh: WeightOperand;
  readonly bias: Vector;
  readonly weightHh: WeightOperand;
  readonly starts: Int32Array;
}

/**
 * A layer that keeps nothing but its states, whose gradient computes the gates again: the bits of the layer that keeps them. For
 * backends that have `lstmStates` and `lstmGradients`.
 *
 * @see Chen, Xu, Zhang & Guestrin, “Training Deep Nets with Sublinear Memory Cost”, 2016, arXiv 1604.06174, section 3.
 */
export function recomputedLayer(operation: string, of: LayerOperands, size: LstmLayerSize): Matrix {
  const { x, places, weightIh, bias, weightHh } = of;
  const starts = indices(of.starts);
  const { kernels } = backend();
  const { batch, tokens, directions, hidden } = size;
  const states: Matrix = empty([tokens + batch + 1, directions * hidden]);
  kernels.lstmStates!(
    x.storage,
    places,
    weightIh.storage,
    bias.storage,
    weightHh.storage,
    starts,
    states.storage,
    size,
  );

  const inputs = [x, weightIh.trained, bias, weightHh.trained];
  return record(operation, states, inputs, (dstates, asked) => {
    const find = (): readonly (Tensor | undefined)[] => {
      const [dx, dbias] = [asked[0] ? emptyLike(x) : undefined, asked[2] ? emptyLike(bias) : undefined];
      const [dweightIh, dweightHh] = [
        asked[1] ? weightIh.emptyLike() : undefined,
        asked[3] ? weightHh.emptyLike() : undefined,
      ];
      kernels.lstmGradients!(
        dstates.storage,
        x.storage,
        places,
        weightIh.storage,
        bias.storage,
        weightHh.storage,
        starts,
        dx?.storage,
        dweightIh?.storage,
        dbias?.storage,
        dweightHh?.storage,
        size,
      );
      return [dx, dweightIh?.trained, dbias, dweightHh?.trained];
    };
    let found: readonly (Tensor | undefined)[] | undefined;
    return inputs.map((_, i) => () => {
      found ??= find();
      return notTwiceDifferentiable(operation, found[i]!, [dstates, ...inputs]);
    });
  });
}
