import { record } from "../autograd/record.ts";
import { backend } from "../backends/backend.ts";
import type { Conv1dSize, Csc, SparseKernels, Storage } from "../kernels/kernels.ts";
import type { Pattern } from "../sparse/pattern.ts";
import type { Sparse } from "../sparse/sparse.ts";
import { allocate } from "../tensor/scope.ts";
import type { Shape } from "../tensor/shape.ts";
import { empty, emptyLike, type Tensor, type Vector } from "../tensor/tensor.ts";

/** How a sparse weight multiplies: as the kernel of a convolution, a matrix being one of width 1. */
export interface ContractionLayout {
  readonly size: Conv1dSize;
  /** By filters: column f has the places w·channels + c. */
  readonly forward: (pattern: Pattern) => Csc;
  /** By channels: column c has the places (width − 1 − w)·filters + f. */
  readonly backward: (pattern: Pattern) => Csc;
}

/** `y[b,t,f] = Σ_{w,c} x[b,t+w,c] · weight[w,c,f]`, of what the weight stores. For backends that have sparse kernels. */
export function sparseProduct<S extends Shape>(
  x: Tensor,
  weight: Sparse,
  shape: S,
  form: ContractionLayout,
): Tensor<S> {
  return forward({ ...form, weight, shapes: { x: x.shape, y: shape } }, x, weight.values) as Tensor<S>;
}

interface Product extends ContractionLayout {
  readonly weight: Sparse;
  readonly shapes: { readonly x: Shape; readonly y: Shape };
}

// The three ways to contract the same trilinear form Σ x·values·dy, as in conv1d: the gradient of each is made of the other two.

function forward(product: Product, x: Tensor, values: Vector): Tensor {
  const y = empty(product.shapes.y);
  const { weight, size } = product;
  kernels().product(x.storage, values.storage, product.forward(weight.pattern), y.storage, overWindows(size));
  return record("sparse product", y, [x, values], (dy) => [
    () => inputGradient(product, dy, values),
    () => valuesGradient(product, x, dy),
  ]);
}

function inputGradient(product: Product, dy: Tensor, values: Vector): Tensor {
  const dx = empty(product.shapes.x);
  const { batch, time, width, filters } = product.size;
  const size = { batch, rows: time, step: filters, stride: (time + width - 1) * filters };
  kernels().product(
    padded(dy.storage, product.size),
    values.storage,
    product.backward(product.weight.pattern),
    dx.storage,
    size,
  );
  return record("sparse product", dx, [dy, values], (g) => [
    () => forward(product, g, values),
    () => valuesGradient(product, g, dy),
  ]);
}

function valuesGradient(product: Product, x: Tensor, dy: Tensor): Vector {
  const { weight, size } = product;
  const dvalues = emptyLike(weight.values);
  kernels().productValues(x.storage, dy.storage, product.forward(weight.pattern), dvalues.storage, overWindows(size));
  return record("sparse product", dvalues, [x, dy], (g) => [
    () => inputGradient(product, dy, g),
    () => forward(product, x, g),
  ]);
}

function overWindows({ batch, time, channels, width }: Conv1dSize) {
  return { batch, rows: time - width + 1, step: channels, stride: time * channels };
}

/** dy with width − 1 steps of zeros before and after each text. */
function padded(dy: Storage, { batch, time, width, filters }: Conv1dSize): Storage {
  if (width === 1) return dy;
  const stride = (time + width - 1) * filters;
  const out = allocate(batch * stride);
  const shape = [batch, (time - width + 1) * filters];
  backend().kernels.stridedScatter(dy, out, { shape, strides: [stride, 1], offset: (width - 1) * filters });
  return out;
}

function kernels(): SparseKernels {
  return backend().kernels.sparse!;
}
