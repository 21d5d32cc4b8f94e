/** There is no GPU whose exponential and logarithm, division and root are exact: Vulkan allows 7 ulp, 2⁻²¹, 2.5 and 3 ulp for values of about 1, and an operation chains a dozen. */
export const TOLERANCE: number = 2 ** -17;

/** Operations that divide, or take roots, exponentials or logarithms. All others must give the bits of the reference on exact values. */
export const INEXACT: ReadonlySet<string> = new Set([
  ...[
    "div",
    "exp",
    "log",
    "sqrt",
    "tanh",
    "sigmoid",
    "softmax",
    "logSoftmax",
    "pow",
    "variance",
    "std",
    "batchNorm",
    "batchNormTraining",
  ],
  ...["crossEntropy", "binaryCrossEntropyWithLogits", "lstmCell", "lstm", "textLstm"],
]);
