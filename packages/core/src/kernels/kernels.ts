/** float32 values in a backend's own memory: an array on a CPU, a handle on a GPU. Only its backend looks inside. */
export interface Storage {
  readonly length: number;
}

/** int32 values in a backend's own memory: ids, lengths, argmax. */
export interface Indices {
  readonly length: number;
}

/** A walk over `shape` that reads operands `a` and `b` by their strides (0 where broadcast), in elements. */
export interface StridedPair {
  readonly shape: readonly number[];
  readonly a: readonly number[];
  readonly b: readonly number[];
}

/** A walk over `shape` inside a larger or smaller array: element `i` is at `offset + Σ iₐ·stridesₐ`. */
export interface StridedView {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

/** A shape seen as `[outer, axis, inner]`: what a reduction over one axis needs to know. */
export interface AxisView {
  readonly outer: number;
  readonly axis: number;
  readonly inner: number;
}

/** Two 32-bit words: all that the numbers of a random stream depend on. A kernel that makes its own numbers is given these. */
export type RngKey = readonly [number, number];

/** `a[b?,m,k] · b[b?,k,n]`; a transposed operand is stored `[k,m]`, `[n,k]`. */
export interface MatmulSize {
  readonly batch: number;
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** `x[batch,time,channels] * kernel[width,channels,filters] → y[batch,time − width + 1,filters]`. */
export interface Conv1dSize {
  readonly batch: number;
  readonly time: number;
  readonly channels: number;
  readonly width: number;
  readonly filters: number;
}

/** Windows `[kernelHeight,kernelWidth]` of images `[height,width]` with padding around them: `[rows,columns]` of them in each image. */
export interface ImageWindows {
  readonly height: number;
  readonly width: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideY: number;
  readonly strideX: number;
  readonly paddingY: number;
  readonly paddingX: number;
  readonly rows: number;
  readonly columns: number;
}

/** Windows through all channels of `x[batch,channels,height,width]`, padded with zeros. */
export interface UnfoldSize extends ImageWindows {
  readonly batch: number;
  readonly channels: number;
}

/** `x[batch,channels,height,width] * kernel[filters,channels,3,3] → y[batch,filters,rows,columns]`, x being padded with zeros; each size is at least 1. */
export interface WinogradSize {
  readonly batch: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly filters: number;
  readonly rows: number;
  readonly columns: number;
  readonly paddingY: number;
  readonly paddingX: number;
}

/** Windows of `x[images,height,width]`, each of which has a pixel inside its image. */
export interface PoolSize extends ImageWindows {
  readonly images: number;
}

/**
 * `places[batch,time]` into `rows[rows,channels]`; for each of `widths` a kernel[width,channels,filters]. Results of all filters lie side by side, `[batch,all]`, width
 * after width.
 */
export interface WindowSize {
  readonly rows: number;
  readonly batch: number;
  readonly time: number;
  readonly channels: number;
  readonly widths: readonly { readonly width: number; readonly filters: number }[];
}

/**
 * The stored weights of a matrix, by the column of the result that each adds to: column j has the entries indptr[j] … indptr[j+1] − 1, and entry e
 * is the weight values[permutation[e]] at the place indices[e] of the sum. Places ascend within a column. Without `permutation` entry e is values[e].
 */
export interface Csc {
  /** `[columns + 1]` */
  readonly indptr: Indices;
  /** `[nnz]` */
  readonly indices: Indices;
  /** `[nnz]` */
  readonly permutation: Indices | undefined;
  /** How many columns the result has. */
  readonly columns: number;
  /** Every place is below. */
  readonly inner: number;
}

/** Which elements of a tensor are stored, in the orders in which kernels read them. A layout is made when it is first asked for, on the backend in use. */
export interface PatternLayouts {
  readonly shape: readonly number[];
  /** Row-major, ascending. */
  readonly positions: Int32Array;
  positionIndices(): Indices;
  /** Columns are the rows of `[…, inner]`. */
  byRows(): Csc;
  /** Columns are those of `[…, columns]`. */
  byColumns(): Csc;
  /** Of a kernel `[width,channels,filters]`: columns are channels, places (width − 1 − w)·filters + f. */
  byChannels(): Csc;
}

/** A weight of which only a part is stored. */
export interface StoredWeight {
  /** One for each position of the pattern, in their order. */
  readonly values: Storage;
  readonly pattern: PatternLayouts;
  /** All elements, 0 where nothing is stored: written out when first asked for, and kept as long as the operation's results. */
  whole(): Storage;
}

/**
 * A weight: all of its elements, or those that are stored. What is not stored is not read, and as a result not computed: only `values` are overwritten then.
 *
 * Every sum has the order of its dense twin and lacks only terms that are ±0 there, so it has the same bits; but where an operand is infinite or NaN, an element that is not
 * stored may add nothing instead of NaN. Which kernel computes this, whether it skips what is not stored or writes it out, is the backend's choice.
 */
export type WeightStorage = Storage | StoredWeight;

/** Rows of a table of which a part is stored: row i is the row ids[i] of `table`. */
export interface PackedRows {
  readonly table: StoredWeight;
  readonly ids: Indices;
}

/** A step of `batch` texts with `hidden` units. */
export interface LstmCellSize {
  readonly batch: number;
  readonly hidden: number;
}

/** `logits[batch,classes]` and a target a row. */
export interface ClassesSize {
  readonly batch: number;
  readonly classes: number;
}

/** One LSTM layer over the real tokens of a batch, text after text: those of text b are the rows `starts[b]` … `starts[b+1] − 1`. */
export interface LstmSize {
  readonly batch: number;
  readonly tokens: number;
  /** Of each direction. */
  readonly hidden: number;
  /** The second reads each text from its last token to its first. */
  readonly directions: 1 | 2;
}

/** Weights of `groups`, `[groups·outputs, inputs]`, whose inputs and outputs stand side by side in every row. */
export interface WeightGradientSize {
  readonly rows: number;
  readonly groups: number;
  readonly outputs: number;
  readonly inputs: number;
}

export interface SgdStep {
  readonly learningRate: number;
  readonly momentum: number;
  readonly dampening: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;
  /** The velocity is not decayed but set at the first step. */
  readonly first: boolean;
}

export interface AdamStep {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Added to the gradient, λ·θ (Adam's L2). */
  readonly weightDecay: number;
  /** Taken from the weights, η·λ·θ (AdamW). */
  readonly decoupledDecay: number;
  /** 1 at the first step. */
  readonly step: number;
}

/** Rows of a table: row r is its elements from r·dim on, or, where a part is stored, the entries of column r of `pattern.byRows()`. */
export interface TableRows {
  readonly dim: number;
  readonly pattern?: PatternLayouts | undefined;
}

/** What the replayed steps have in common. The betas are at least ½, and each |η| / (1 − β₁ᵗ) is 0 or at least 2⁻⁴⁰. */
interface AdamReplaySize extends TableRows {
  readonly steps: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

export interface RmspropStep {
  readonly learningRate: number;
  readonly alpha: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  readonly momentum: number;
}

/**
 * What a backend computes. Sizes have been checked; nothing is checked again here.
 *
 * Every kernel overwrites the arrays that its formula assigns to, which come last, reads nothing but its arguments,
 * and keeps nothing. A kernel may return before it has run, but kernels take effect in the order in which they were issued.
 * Results that would be denormal float32 numbers may be flushed to 0 where the formula says "flushed".
 */
export interface Kernels {
  /** out[i] = value */
  fill(value: number, out: Storage): void;
  /** out[i] = a[walk(i)] */
  stridedCopy(a: Storage, out: Storage, walk: StridedView): void;
  /** out = 0, then out[walk(i)] = a[i] */
  stridedScatter(a: Storage, out: Storage, walk: StridedView): void;
  /** out[o, offsetₚ + j, i] = partsₚ[o,j,i], the parts in order along the axis; `axes` holds each part's size there */
  concat(
    parts: readonly Storage[],
    out: Storage,
    size: { outer: number; axes: readonly number[]; inner: number },
  ): void;

  /** windows[b,i,j,c,u,v] = x[b, c, i·strideY + u − paddingY, j·strideX + v − paddingX], 0 outside the image */
  unfold(x: Storage, windows: Storage, size: UnfoldSize): void;
  /** x[b,c,p,q] = the sum of the elements of windows that `unfold` copies it to, added in the order of i, j, from 0 */
  fold(windows: Storage, x: Storage, size: UnfoldSize): void;
  /**
   * Convolution with stride 1 in tiles of 2×2 results, each of the 4×4 pixels d below it (0 outside the image), with the kernels g = kernel[f,c]:
   *
   *     y's tile = Aᵀ [Σ_c (G g Gᵀ) ⊙ (Bᵀ d B)] A, added in the order of c, from 0
   *     Bᵀd = [d0 − d2, d1 + d2, d2 − d1, d1 − d3]
   *     G g = [g0, ((g0 + g2) + g1) · ½, ((g0 + g2) − g1) · ½, g2]
   *     Aᵀm = [(m0 + m1) + m2, (m1 − m2) − m3]
   *
   * each of them down the columns first, then along the rows. A backend that lacks it multiplies windows, whose sums are rounded otherwise (Lavin & Gray, “Fast Algorithms
   * for Convolutional Neural Networks”, CVPR 2016, §4.1).
   */
  winograd?(x: Storage, kernel: Storage, y: Storage, size: WinogradSize): void;
  /**
   * The gradient of `winograd` with respect to its kernel, of the tiles e of dy (0 outside):
   *
   *     dkernel[f,c] = Gᵀ [Σ (A e Aᵀ) ⊙ (Bᵀ d B)] G
   *     A e = [e0, e0 + e1, e0 − e1, −e1]
   *     Gᵀs = [s0 + (s1 + s2) · ½, (s1 − s2) · ½, (s1 + s2) · ½ + s3]
   *
   * Terms are added in four sums, sₖ of the images b ≡ k (mod 4) in the order of b and their tiles' rows and columns, from 0, and these to ((s₀ + s₁) + s₂) + s₃. A backend
   * has both or neither.
   */
  winogradKernel?(x: Storage, dy: Storage, dkernel: Storage, size: WinogradSize): void;
  /**
   * argmax[n,i,j] = p·width + q of the first pixel, in the order of p, q, with the largest x[n,p,q] of those of window i, j that are inside the image (NaN is larger
   * than all); y[n,i,j] = that value
   */
  maxPool2d(x: Storage, y: Storage, argmax: Indices, size: PoolSize): void;
  /** dx = 0, then dx[n, argmax[n,i,j]] += dy[n,i,j], in the order of i, j */
  maxPool2dGradient(dy: Storage, argmax: Indices, dx: Storage, size: PoolSize): void;
  /** y[n,i,j] = x[n, argmax[n,i,j]] */
  gatherMaxima(x: Storage, argmax: Indices, y: Storage, size: PoolSize): void;

  /** out = a + b */
  add(a: Storage, b: Storage, out: Storage, walk: StridedPair): void;
  /** out = a − b */
  sub(a: Storage, b: Storage, out: Storage, walk: StridedPair): void;
  /** out = a · b */
  mul(a: Storage, b: Storage, out: Storage, walk: StridedPair): void;
  /** out = a / b */
  div(a: Storage, b: Storage, out: Storage, walk: StridedPair): void;

  /** out = the larger; NaN if one is; +0 of ±0 */
  maximum(a: Storage, b: Storage, out: Storage, walk: StridedPair): void;
  /** out = the smaller; NaN if one is; −0 of ±0 */
  minimum(a: Storage, b: Storage, out: Storage, walk: StridedPair): void;
  /** out = 1 where a = b, else 0 */
  equal(a: Storage, b: Storage, out: Storage, walk: StridedPair): void;
  /** out = 1 where a < b, else 0 */
  less(a: Storage, b: Storage, out: Storage, walk: StridedPair): void;
  /** out = 1 where a ≤ b, else 0 */
  lessEqual(a: Storage, b: Storage, out: Storage, walk: StridedPair): void;
  /** out = b where a ≠ 0, else −0, which added to anything leaves it as it is */
  select(a: Storage, b: Storage, out: Storage, walk: StridedPair): void;
  /**
   * out = 1 where b = 0 or a = 1; else with p = e^(b · ln |a|), flushed (1 where |a| = 1): −p where the sign of a is minus and b an odd integer, NaN where −∞ < a < 0 and b
   * is no integer, else p
   */
  pow(a: Storage, b: Storage, out: Storage, walk: StridedPair): void;

  /** out = eˣ, flushed */
  exp(x: Storage, out: Storage): void;
  /** out = ln x */
  log(x: Storage, out: Storage): void;
  /** out = ln (1 + x), with all digits where x is small */
  log1p(x: Storage, out: Storage): void;
  /** out = √x */
  sqrt(x: Storage, out: Storage): void;
  /** out = |x| */
  abs(x: Storage, out: Storage): void;
  /** out = −1, 0 or 1 */
  sign(x: Storage, out: Storage): void;
  /** out = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ) */
  tanh(x: Storage, out: Storage): void;
  /** out = 1 / (1 + e⁻ˣ), flushed */
  sigmoid(x: Storage, out: Storage): void;
  /** out = max(x, 0); NaN stays NaN */
  relu(x: Storage, out: Storage): void;
  /** out = 1 where x > 0, else 0: the derivative of relu */
  reluGradient(x: Storage, out: Storage): void;

  /**
   * out[o,i] = Σ_a x[o,a,i], in the order of sums, which the number n of terms alone decides:
   *
   *     n ≤ 8192     lane l = 0 … 7 adds the terms a ≡ l (mod 8) in their order, from 0; then the lanes are folded: l += l + 4, l += l + 2, l += l + 1
   *     n > 8192     the sum of the first 8192·2ᵏ terms, as many as are fewer than n, plus the sum of the others
   *
   * So no chain of roundings is longer than 1024 and log₂ n, whatever n is; a chain over 2²⁴ ones would stay there. Products have chains instead, along k: their
   * terms come one after another, from two operands, and k is the size of a layer. So have `scatterRows`, whose terms are the places of one id in a batch.
   */
  sum(x: Storage, out: Storage, size: AxisView): void;
  /** out[o,a,i] = Σ_{j ≤ a} x[o,j,i], one after another from the first; reversed, Σ_{j ≥ a}, from the last */
  cumsum(x: Storage, out: Storage, size: AxisView & { readonly reverse: boolean }): void;
  /** argmax[o,i] = the first a < lengths[o] with the largest x[o,a,i] (NaN is larger than all), out[o,i] = that value */
  max(x: Storage, lengths: Indices | undefined, out: Storage, argmax: Indices, size: AxisView): void;
  /** dx = 0, then dx[o, argmax[o,i], i] = dy[o,i] */
  scatterArgmax(dy: Storage, argmax: Indices, dx: Storage, size: AxisView): void;
  /** y[o,i] = x[o, argmax[o,i], i] */
  gatherArgmax(x: Storage, argmax: Indices, y: Storage, size: AxisView): void;

  /**
   * With z[b,c] = x[b,c] − max x[b,:] (NaN is larger than all): exponentials = e^z, flushed; sums[b] = Σ_c e^z[b,c];
   * loss = −(Σ_b (z[b,targets[b]] − ln sums[b]) · (1/batch)), both in the order of `sum`. A backend that lacks it computes as many operations.
   */
  crossEntropy?(
    logits: Storage,
    targets: Indices,
    exponentials: Storage,
    sums: Storage,
    loss: Storage,
    size: ClassesSize,
  ): void;
  /** dlogits[b,c] = (−g / sums[b]) · exponentials[b,c], and g added to it where c is targets[b]; g = −dloss · (1/batch) */
  crossEntropyGradient?(
    dloss: Storage,
    exponentials: Storage,
    sums: Storage,
    targets: Indices,
    dlogits: Storage,
    size: ClassesSize,
  ): void;

  /**
   * out[b,m,n] = Σ_k a[b,m,k] · b[b,k,n], added in the order of k, from 0; what `out` holds behind them stays. Of one batch, b may be stored in part, a not being
   * transposed; or `out` may, a being transposed and b not: so a product of gradients computes what is stored of a weight.
   */
  matmul(a: Storage, b: WeightStorage, out: WeightStorage, size: MatmulSize): void;

  /** y[b,t,f] = Σ_{w,c} x[b,t+w,c] · kernel[w,c,f], added in the order of w, c, from 0 */
  conv1d(x: Storage, kernel: WeightStorage, y: Storage, size: Conv1dSize): void;
  /** dx[b,s,c] = Σ_{w,f} dy[b,s−w,f] · kernel[w,c,f], added in the order of s − w, f, from 0; a dy of 0 adds nothing */
  conv1dInput(dy: Storage, kernel: WeightStorage, dx: Storage, size: Conv1dSize): void;
  /** dkernel[w,c,f] = Σ_{b,t} x[b,t+w,c] · dy[b,t,f], added in the order of b, t, from 0; a dy of 0 adds nothing */
  conv1dKernel(x: Storage, dy: Storage, dkernel: WeightStorage, size: Conv1dSize): void;

  /**
   * The largest value of every filter over the windows of a text, whose word at t is the row places[b,t]: over those among its first ends[b] words,
   * or the first one if there is none. Rows are projected before they are placed, p[r,w,f] = Σ_c rows[r,c] · kernel[w,c,f], added in the order of c, from 0; then
   *
   *     y[b,f] = max over t of Σ_w p[places[b,t+w],w,f], added in the order of w        → argmax[b,f] = the first such t
   *
   * NaN is larger than all.
   *
   * @param packed - The rows again, as they are stored, if they are of a table of which a part is.
   */
  maxOfWindows(
    rows: Storage,
    packed: PackedRows | undefined,
    kernels: readonly WeightStorage[],
    places: Indices,
    ends: Indices,
    y: Storage,
    argmax: Indices,
    size: WindowSize,
  ): void;
  /**
   * drows = 0, then drows[places[b,argmax[b,f]+w],c] += dy[b,f] · kernel[w,c,f], kernel after kernel, in the order of b, f, w; a dy of 0 adds
   * nothing
   */
  maxOfWindowsRows(
    dy: Storage,
    argmax: Indices,
    kernels: readonly WeightStorage[],
    places: Indices,
    drows: Storage,
    size: WindowSize,
  ): void;
  /**
   * dkernel = 0, then dkernel[w,c,f] += rows[places[b,argmax[b,f]+w],c] · dy[b,f], in the order of b; a dy of 0 adds nothing. No dkernel, where nobody
   * asks for it.
   */
  maxOfWindowsKernels(
    dy: Storage,
    argmax: Indices,
    rows: Storage,
    places: Indices,
    dkernels: readonly (WeightStorage | undefined)[],
    size: WindowSize,
  ): void;

  /** out[i,d] = table[ids[i],d] */
  gatherRows(table: WeightStorage, ids: Indices, out: Storage, size: { dim: number }): void;
  /** out = 0, then out[ids[i],d] += rows[i,d] in the order of i, but for rows whose id is `except` */
  scatterRows(
    rows: Storage,
    ids: Indices,
    out: WeightStorage,
    size: { dim: number; except?: number | undefined },
  ): void;

  /** out[i] = 0 where word i of the stream `key` (see `Rng.uint32`) is below p·2³², else 1/(1−p) */
  dropoutMask(key: RngKey, out: Storage, size: { p: number }): void;

  /**
   * One step of an LSTM, from the shares that the input and the hidden units have in the gates, `[batch,4h]` each, gates in the order i, f, g, o.
   *
   *     z = (input + biasIh) + (recurrent + biasHh)
   *     i, f, o = σ(z), g = tanh(z)                      → gates[batch,4h]
   *     c′ = f·c + i·g, h′ = o·tanh(c′)                  → states[batch,2h], h′ before c′
   */
  lstmCell(
    input: Storage,
    recurrent: Storage,
    biasIh: Storage,
    biasHh: Storage,
    c: Storage,
    gates: Storage,
    states: Storage,
    size: LstmCellSize,
  ): void;
  /** From dstates[batch,2h] and what `lstmCell` was given and gave, the gradients of z and c: dgates[batch,4h], dc[batch,h] */
  lstmCellGradient(
    dstates: Storage,
    gates: Storage,
    states: Storage,
    c: Storage,
    dgates: Storage,
    dc: Storage,
    size: LstmCellSize,
  ): void;

  /**
   * One LSTM layer, for each direction d along each text from a zero state. `projected[…,d·4h]` holds the input's share of the gates, which
   * several tokens may have in common: token n's is the row places[n], or the row n where `places` is undefined. `recurrent[d·4h,h]` is `weight_hh`, gates in the
   * order i, f, g, o. Of which a part is stored it is `[d·4h,d·h]`, both directions in one matrix that is 0 where they would mix.
   *
   *     z = (projected[places[n]] + bias) + recurrent·h, added to it in the order of h; the first token read has no h
   *     i, f, o = σ(z), g = tanh(z)                      → gates[n,d·4h], where they are kept
   *     c = f·c + i·g, 0 below 2⁻⁹⁶                      → cells[n,d·h], where they are kept
   *     h = o·tanh(c)                                    → states[n,d·h]
   *
   * After the states of all tokens follow a row a text with the cell state c that it ends with, and a row of zeros. Without `places`, `gates` may be `projected`.
   */
  lstm(
    projected: Storage,
    places: Indices | undefined,
    bias: Storage,
    recurrent: WeightStorage,
    starts: Indices,
    gates: Storage | undefined,
    cells: Storage | undefined,
    states: Storage,
    size: LstmSize,
  ): void;
  /**
   * From dstates[tokens+batch+1,d·h] and what `lstm` kept, the gradient of z: dgates[tokens,d·4h], which may be `gates`. What is below 2⁻⁹⁶ has vanished: it becomes 0.
   */
  lstmGates(
    dstates: Storage,
    gates: Storage,
    cells: Storage,
    recurrent: WeightStorage,
    starts: Indices,
    dgates: Storage,
    size: LstmSize,
  ): void;
  /**
   * dweight[g·outputs+o,i] = Σ_n dy[n,g,o] · x[n,g,i] for x[rows,groups·inputs] and dy[rows,groups·outputs]. Terms are added in four sums, sₖ of those with
   * n ≡ k (mod 4) in their order, from 0, and these to ((s₀ + s₁) + s₂) + s₃: so a vector may hold the four sums of one weight, as sparse weights need. Of several
   * groups dweight is stored in part as `lstm` has it.
   */
  weightGradient(x: Storage, dy: Storage, dweight: WeightStorage, size: WeightGradientSize): void;

  /** g = gradient + λ·θ; v = first ? g : μ·v + (1 − dampening)·g, flushed; θ −= η·(nesterov ? g + μ·v : μ ? v : g) */
  sgd(gradient: Storage, velocity: Storage | undefined, weights: Storage, step: SgdStep): void;
  /**
   * θ −= η·λ′·θ; g = gradient + λ·θ; m = β₁·m + (1 − β₁)·g, v = β₂·v + (1 − β₂)·g², both flushed;
   * θ −= (η / (1 − β₁ᵗ)) · m / (√v / √(1 − β₂ᵗ) + ε)
   */
  adam(gradient: Storage, m: Storage, v: Storage, weights: Storage, step: AdamStep): void;
  /** `adam` with a gradient that is 0 but for its rows ids[i], which are rows[i,:], ascending and distinct; row `except` is 0 too. m and v are as long as what is stored of the weights. */
  adamRows(
    rows: Storage,
    ids: Indices,
    m: Storage,
    v: Storage,
    weights: WeightStorage,
    step: AdamStep & { dim: number; except?: number | undefined },
  ): void;
  /**
   * `adam` on the rows ids[i] alone, with the gradients rows[i,:], of a table of which a part is stored rows[i, indices[e]]; the row `except` and all others stay as they
   * are, until `adamReplay` comes to them. A backend has both or neither: without them every step is `adamRows`, which is what both together amount to.
   */
  adamPresent?(
    rows: Storage,
    ids: Indices,
    m: Storage,
    v: Storage,
    weights: Storage,
    step: AdamStep & TableRows & { except?: number | undefined },
  ): void;
  /**
   * `adam` on every row ids[i], distinct, with a gradient of 0 and without decay of weights, at the steps since[i], since[i] + 1, … `steps` − 1 of a history in which step t has
   * η / (1 − β₁ᵗ) = rates[2t] and √(1 − β₂ᵗ) = rates[2t + 1]. The same bits, however they are found.
   */
  adamReplay?(
    ids: Indices,
    since: Indices,
    rates: Storage,
    m: Storage,
    v: Storage,
    weights: Storage,
    size: AdamReplaySize,
  ): void;
  /** g = gradient + λ·θ; v = α·v + (1 − α)·g², flushed; u = g / (√v + ε); b = μ·b + u; θ −= η·(μ ? b : u) */
  rmsprop(gradient: Storage, v: Storage, b: Storage | undefined, weights: Storage, step: RmspropStep): void;

  /** out = 0, then out[positions[i]] = values[i]; positions ascend. A backend that lacks it scatters rows of one element. */
  expand?(values: Storage, positions: Indices, out: Storage): void;
}

/** The kernels of a backend that takes whole weights only. */
export type WholeWeightKernels = {
  readonly [Name in keyof Kernels]: NonNullable<Kernels[Name]> extends (...operands: infer Operands) => void
    ? (...operands: WholeWeights<Operands>) => void
    : never;
};

type WholeWeights<Operands extends readonly unknown[]> = { [I in keyof Operands]: WholeWeight<Operands[I]> };

type WholeWeight<T> = [WeightStorage] extends [Exclude<T, undefined>]
  ? Storage | Extract<T, undefined>
  : T extends readonly (infer Part)[]
    ? number extends T["length"]
      ? readonly WholeWeight<Part>[]
      : T
    : T;

/**
 * Storage plus kernels. The contract fits a synchronous CPU and an asynchronous GPU alike: everything is *issued* at
 * once, takes effect in the order of issue, and is *read* asynchronously.
 */
export interface Backend {
  readonly name: string;
  readonly kernels: Kernels;
  /** Whether its kernels take weights of which a part is stored. Otherwise operations write such weights out, and a `WeightStorage` is all of a weight. Default false. */
  readonly takesStoredWeights?: boolean;
  /**
   * Room for `length` values, whose content is arbitrary until a kernel overwrites it.
   *
   * @param scoped - Whether somebody will surely call `release`, or `keep`. Otherwise it is taken back once it is garbage.
   */
  allocate(length: number, scoped?: boolean): Storage;
  allocateIndices(length: number, scoped?: boolean): Indices;
  /** A copy of the values as they are now. */
  upload(values: Float32Array, scoped?: boolean): Storage;
  /** A copy of the values as they are now: whoever gave them may write to them right away. */
  uploadIndices(values: Int32Array, scoped?: boolean): Indices;
  /** Of what was `scoped`: nobody need release it any more, it is taken back once it is garbage. Only where a backend tells the two apart. */
  keep?(values: Storage | Indices): void;
  /** Overwrites the storage, in the order of issue. */
  write(storage: Storage, values: Float32Array): void;
  /** A copy of the values after everything issued so far. Rejects with the first error of what was issued. */
  read(storage: Storage): Promise<Float32Array>;
  /**
   * The values themselves, where storage is synchronous; undefined where only `read` will do. To be looked at and let go at once: it may show another's values when the
   * storage is given back, and nothing when memory grows.
   */
  view(storage: Storage): Float32Array | undefined;
  /** Takes the storage back, once everything issued so far has run. Nobody uses it again. */
  release(storage: Storage): void;
  releaseIndices(indices: Indices): void;
}
