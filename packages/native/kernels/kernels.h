// The kernels, in the place of WebAssembly's of the same names: their arguments are those of `packages/core/assembly`, pointers in the memory that both work on, strides in bytes, sizes
// in elements; `memory` is where it begins, and no argument. `build.mjs` reads this file and writes what calls them; it is included once for each width.

struct Line;

double KERNEL(productScratch)(i32 k, i32 n, i32 transposeA);
void KERNEL(matmul)(
    const float *a, u32 aRow, const float *b, u32 bRow, float *out, u32 outRow, i32 batch, i32 m, i32 k, i32 n,
    i32 transposeA, i32 transposeB, float *scratch);
double KERNEL(weightGradientScratch)(i32 rows, i32 outputs, i32 inputs);
void KERNEL(weightGradient)(
    const float *x, u32 xRow, const float *dy, u32 dyRow, float *out, u32 outRow, i32 rows, i32 outputs, i32 inputs,
    float *sums, u32 sumStep, i32 turn, float *scratch);
void KERNEL(conv1d)(
    const float *x, const float *kernel, float *y, i32 batch, i32 time, i32 channels, i32 width, i32 filters,
    float *scratch);
double KERNEL(conv1dInputScratch)(i32 time, i32 channels, i32 width, i32 filters);
void KERNEL(conv1dInputDense)(
    const float *dy, const float *kernel, float *dx, i32 batch, i32 time, i32 channels, i32 width, i32 filters,
    float *scratch);
void KERNEL(conv1dKernelDense)(
    const float *x, const float *dy, float *dkernel, i32 batch, i32 time, i32 channels, i32 steps, i32 taps, i32 filters,
    float *scratch);
double KERNEL(lstmScratch)(i32 texts, i32 hidden);
double KERNEL(lstmSparseScratch)(i32 texts, i32 hidden, i32 entries);
void KERNEL(lstm)(
    const float *projected, const i32 *places, const float *bias, const float *recurrent, const i32 *starts,
    const i32 *order, float *gates, float *cells, float *states, float *finals, float *zeros, i32 texts, i32 hidden,
    i32 directions, i32 reverse, char *scratch, const float *values, const i32 *entryStarts, const i32 *entryPlaces,
    const i32 *entryOrder);
void KERNEL(lstmGates)(
    const float *dstates, const float *dfinals, const float *gates, const float *cells, const float *recurrent,
    const i32 *starts, const i32 *order, float *dgates, i32 texts, i32 hidden, i32 directions, i32 reverse, char *scratch,
    const float *values, const i32 *entryStarts, const i32 *entryPlaces, const i32 *entryOrder);
i32 KERNEL(sparseRows)(i32 rows);
double KERNEL(sparseProductScratch)(i32 rows, i32 inner, i32 columns, i32 entries);
void KERNEL(sparseProduct)(
    const float *x, const float *values, const i32 *starts, const i32 *places, const i32 *order, float *y, i32 rows,
    i32 step, i32 stride, i32 columns, i32 inner, i32 begin, i32 end, char *scratch);
double KERNEL(sparseProductValuesScratch)(i32 inner, i32 columns, i32 entries);
void KERNEL(sparseProductValues)(
    const float *x, const float *dy, const i32 *starts, const i32 *places, const i32 *order, float *dvalues, i32 batch,
    i32 rows, i32 step, i32 stride, i32 columns, i32 inner, i32 begin, i32 end, float *scratch);
double KERNEL(sparseWeightGradientScratch)(i32 inner, i32 columns, i32 entries);
void KERNEL(sparseWeightGradient)(
    const float *x, const float *dy, const i32 *starts, const i32 *places, const i32 *order, float *dvalues, i32 rows,
    i32 columns, i32 inner, i32 begin, i32 end, float *kept, u32 keptStep, i32 turn, float *scratch);
double KERNEL(maxOfWindowsScratch)(i32 rows, i32 channels, i32 widest);
void KERNEL(maxOfWindows)(
    char *memory, const struct Line *widths, i32 lines, const float *rows, const i32 *places, const i32 *ends, float *y,
    i32 *argmax, i32 count, i32 batch, i32 time, i32 channels, i32 columns, i32 begin, i32 end, i32 parts, float *scratch);
double KERNEL(maxOfWindowsRowsScratch)(i32 rows, i32 own, i32 channels, i32 most);
void KERNEL(maxOfWindowsRows)(
    char *memory, const struct Line *widths, i32 lines, const float *dy, const i32 *argmax, const i32 *places, float *drows,
    i32 count, i32 batch, i32 time, i32 channels, i32 columns, i32 begin, i32 end, float *scratch);
double KERNEL(maxOfWindowsKernelsScratch)(i32 batch, i32 channels, i32 widest, i32 most);
void KERNEL(maxOfWindowsKernels)(
    char *memory, const struct Line *widths, i32 lines, const float *dy, const i32 *argmax, const float *rows, const i32 *places,
    i32 batch, i32 time, i32 channels, i32 columns, i32 begin, i32 end, i32 parts, float *scratch);
double KERNEL(maxOfPackedWindowsScratch)(i32 rows, i32 entries, i32 channels, i32 widest, i32 filters, i32 batch);
void KERNEL(maxOfPackedWindows)(
    char *memory, const struct Line *widths, i32 lines, i32 widest, i32 most, const float *values, const i32 *starts,
    const i32 *stored, const i32 *ids, const i32 *places, const i32 *ends, float *y, i32 *argmax, i32 count, i32 batch,
    i32 time, i32 channels, i32 columns, i32 begin, i32 end, i32 parts, char *scratch);
double KERNEL(maxOfWindowsRowsSparseScratch)(i32 rows, i32 own, i32 channels, i32 entries, i32 widest, i32 filters);
double KERNEL(maxOfWindowsKernelsSparseScratch)(i32 entries, i32 widest, i32 filters, i32 batch);
void KERNEL(maxOfWindowsRowsSparse)(
    char *memory, const struct Line *widths, i32 lines, const float *dy, const i32 *argmax, const i32 *places, float *drows,
    i32 count, i32 batch, i32 time, i32 channels, i32 columns, i32 begin, i32 end, char *scratch);
void KERNEL(maxOfWindowsKernelsSparse)(
    char *memory, const struct Line *widths, i32 lines, const float *dy, const i32 *argmax, const float *rows, const i32 *places,
    i32 batch, i32 time, i32 channels, i32 columns, i32 begin, i32 end, i32 parts, char *scratch);
void KERNEL(adam)(
    const float *gradient, float *m, float *v, float *weights, u32 bytes, float beta1, float beta2, float share1,
    float share2, float epsilon, float lambda, float kept, float eta, float scale);
void KERNEL(adamRows)(
    const float *rows, const i32 *ids, i32 count, float *m, float *v, float *weights, u32 row, i32 except, i32 begin,
    i32 end, float beta1, float beta2, float share1, float share2, float epsilon, float lambda, float kept, float eta,
    float scale);
void KERNEL(adamPresent)(
    const float *rows, const i32 *ids, float *m, float *v, float *weights, i32 dim, const i32 *starts, const i32 *places,
    i32 except, i32 count, i32 begin, i32 end, i32 parts, float beta1, float beta2, float share1, float share2,
    float epsilon, float lambda, float kept, float eta, float scale, float *part);
void KERNEL(adamReplay)(
    const i32 *ids, const i32 *since, i32 count, const float *rates, i32 steps, float *m, float *v, float *weights, i32 dim,
    const i32 *starts, i32 begin, i32 end, i32 parts, float beta1, float beta2, float share1, float share2, float epsilon,
    char *scratch);
void KERNEL(adamPacked)(
    const float *drows, const i32 *starts, const i32 *places, const i32 *ids, i32 count, i32 inner, i32 except, float *m,
    float *v, float *values, i32 begin, i32 end, float *scratch, float beta1, float beta2, float share1, float share2,
    float epsilon, float lambda, float kept, float eta, float scale);
void KERNEL(expand)(const float *values, const float *end, const char *bits, float *out, i32 n);
void KERNEL(compress)(const float *x, const char *bits, float *values, const float *end, i32 n);
double KERNEL(storedConvolutionScratch)(
    i32 entries, i32 planes, i32 results, i32 height, i32 width, i32 rows, i32 columns, i32 paddingY, i32 paddingX);
void KERNEL(storedConvolution)(
    const float *x, const float *values, const i32 *indptr, const i32 *indices, const i32 *permutation, float *y,
    i32 entries, i32 planes, i32 results, i32 height, i32 width, i32 rows, i32 columns, i32 kernelHeight, i32 kernelWidth,
    i32 paddingY, i32 paddingX, i32 turned, i32 begin, i32 end, char *scratch);
double KERNEL(storedConvolutionKernelScratch)(
    i32 entries, i32 channels, i32 height, i32 width, i32 rows, i32 columns, i32 paddingY, i32 paddingX);
void KERNEL(storedConvolutionKernel)(
    const float *x, const float *dy, float *dvalues, const i32 *indptr, const i32 *indices, i32 batch, i32 channels,
    i32 filters, i32 height, i32 width, i32 rows, i32 columns, i32 kernelHeight, i32 kernelWidth, i32 paddingY,
    i32 paddingX, i32 begin, i32 end, float *scratch);
double KERNEL(winogradScratch)(i32 batch, i32 channels, i32 filters, i32 rows, i32 columns);
double KERNEL(winogradKernelScratch)(i32 batch, i32 channels, i32 filters, i32 rows, i32 columns);
void KERNEL(winograd)(
    const float *x, const float *kernel, float *y, i32 batch, i32 channels, i32 height, i32 width, i32 filters, i32 rows,
    i32 columns, i32 paddingY, i32 paddingX, float *scratch);
void KERNEL(winogradKernel)(
    const float *x, const float *dy, float *sums, i32 batch, i32 channels, i32 height, i32 width, i32 filters, i32 rows,
    i32 columns, i32 paddingY, i32 paddingX, i32 begin, i32 end, float *scratch);
