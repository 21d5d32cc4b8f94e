// What `src/backends/wasm/kernels.ts` calls. Pointers and strides are in bytes, sizes in elements.
export { abs, add, div, exp, fill, log, log1p, mul, reluGradient, relu, sigmoid, sign, sqrt, sub, tanh } from "./elementwise";
export { copyRows, gatherRows, stridedScatter, scatterArgmax, stridedCopy, scatter, scatterRows, gatherArgmax } from "./movement";
export { max, sum, sumScratch } from "./reduction";
export { crossEntropy, crossEntropyGradient } from "./cross-entropy";
export { matmul, productScratch, weightGradient, weightGradientScratch } from "./product";
export {
  allFinite, conv1d, conv1dInputDense, conv1dInputScratch, conv1dInputSparse, conv1dKernelDense, conv1dKernelSparse, countNonZero,
} from "./convolution";
export { dropoutMask } from "./dropout";
export { expand, gatherBits } from "./bits";
export { lstm, lstmGates, lstmScratch, lstmSparseScratch } from "./lstm";
export { lstmCell, lstmCellGradient } from "./lstm-cell";
export { adam, adamPresent, adamRows, rmsprop, sgd } from "./updates";
export { adamReplay, adamReplayScratch } from "./absent";
export { maxOfWindows, maxOfWindowsScratch } from "./windows";
export { maxOfWindowsKernels, maxOfWindowsKernelsScratch, maxOfWindowsRows, maxOfWindowsRowsScratch } from "./window-gradients";
export {
  adamPacked, collect, columnsOfPart, gatherPacked, scatterPacked, sparseProduct, sparseProductScratch, sparseProductValues,
  sparseProductValuesScratch, sparseRows, sparseWeightGradient, sparseWeightGradientScratch, spread,
} from "./sparse";
export {
  maxOfPackedWindows, maxOfPackedWindowsScratch, maxOfWindowsKernelsSparse, maxOfWindowsKernelsSparseScratch, maxOfWindowsRowsSparse,
  maxOfWindowsRowsSparseScratch, row4, row5, row6,
} from "./sparse-windows";
