// The kernels that `src/backends/wasm` calls. Pointers and strides are in bytes, sizes in elements. A file that holds
// kernels only is exported whole; of the others, whose functions other kernels are made of, what is a kernel.
export * from "./absent";
export { batchNorm, batchNormGradient, batchNormScratch, normalise } from "./batch-norm";
export * from "./bits";
export * from "./cross-entropy";
export * from "./cumsum";
export * from "./dropout";
export * from "./elementwise";
export * from "./lstm";
export * from "./lstm-cell";
export * from "./movement";
export * from "./pooling";
export { blockSums, joinBlocks, max, sum, sumScratch } from "./reduction";
export { matmul, productScratch, weightGradient, weightGradientScratch } from "./product";
export {
  allFinite, conv1d, conv1dInputDense, conv1dInputScratch, conv1dInputSparse, conv1dKernelDense, conv1dKernelSparse, countNonZero,
} from "./convolution";
export { fold, unfold, unfoldScratch } from "./unfold";
export { adam, adamPresent, adamRows, rmsprop, sgd } from "./updates";
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
export { storedConvolution, storedConvolutionKernel, storedConvolutionKernelScratch, storedConvolutionScratch } from "./stored-convolution";
export { winograd, winogradKernel, winogradKernelScratch, winogradKernelSum, winogradScratch } from "./winograd";
