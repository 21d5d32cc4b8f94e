export { abs } from "./abs.ts";
export { add } from "./add.ts";
export { avgPool2d } from "./avg-pool2d.ts";
export {
  type BatchNormOptions,
  type BatchNormTraining,
  type BatchNormTrainingOptions,
  batchNorm,
  batchNormTraining,
} from "./batch-norm.ts";
export { binaryCrossEntropyWithLogits } from "./binary-cross-entropy-with-logits.ts";
export { clip } from "./clip.ts";
export { concat } from "./concat.ts";
export { conv1d } from "./conv1d.ts";
export { type Conv2dOptions, conv2d } from "./conv2d.ts";
export { crossEntropy } from "./cross-entropy.ts";
export { cumsum } from "./cumsum.ts";
export { div } from "./div.ts";
export { dropout } from "./dropout.ts";
export { embedding } from "./embedding.ts";
export { equal } from "./equal.ts";
export { exp } from "./exp.ts";
export { flip } from "./flip.ts";
export { gather } from "./gather.ts";
export { greater } from "./greater.ts";
export { greaterEqual } from "./greater-equal.ts";
export { less } from "./less.ts";
export { lessEqual } from "./less-equal.ts";
export { linear } from "./linear.ts";
export { log } from "./log.ts";
export { logSoftmax } from "./log-softmax.ts";
export { lstm } from "./lstm/lstm.ts";
export { lstmCell } from "./lstm/lstm-cell.ts";
export { matmul } from "./matmul.ts";
export { max } from "./max.ts";
export { maxOverTime } from "./max-over-time.ts";
export { maxPool2d, type PoolOptions } from "./max-pool2d.ts";
export { maximum } from "./maximum.ts";
export { mean } from "./mean.ts";
export { min } from "./min.ts";
export { minimum } from "./minimum.ts";
export { mul } from "./mul.ts";
export { neg } from "./neg.ts";
export { notEqual } from "./not-equal.ts";
export { pad2d } from "./pad2d.ts";
export { pow } from "./pow.ts";
export { relu } from "./relu.ts";
export { reshape } from "./reshape.ts";
export { sigmoid } from "./sigmoid.ts";
export { sign } from "./sign.ts";
export { slice } from "./slice.ts";
export { softmax } from "./softmax.ts";
export { sqrt } from "./sqrt.ts";
export { square } from "./square.ts";
export { squeeze } from "./squeeze.ts";
export { stack } from "./stack.ts";
export { std } from "./std.ts";
export { sub } from "./sub.ts";
export { broadcastTo, sum } from "./sum.ts";
export { tanh } from "./tanh.ts";
export { textConvolution } from "./text/text-convolution.ts";
export { textLstm } from "./text/text-lstm.ts";
export { transpose } from "./transpose.ts";
export { unsqueeze } from "./unsqueeze.ts";
export { type VarianceOptions, variance } from "./variance.ts";
export { where } from "./where.ts";
