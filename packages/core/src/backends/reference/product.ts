import type { Conv1dSize, MatmulSize } from "../../kernels.ts";

const f = Math.fround;

/** out[b,m,n] = Σ_k a[b,m,k] · b[b,k,n]: multiply, round, add, round, in the order of k. */
export function matmul(
  a: Float32Array,
  b: Float32Array,
  out: Float32Array,
  { batch, m, k, n, transposeA, transposeB }: MatmulSize,
): void {
  const [rowA, stepA] = transposeA ? [1, m] : [k, 1];
  const [stepB, columnB] = transposeB ? [1, k] : [n, 1];
  out.fill(0);
  for (let item = 0; item < batch; item++) {
    for (let i = 0; i < m; i++) {
      const y = (item * m + i) * n;
      // i-p-j order: the inner loop walks b and out by rows, so it stays in cache
      for (let p = 0; p < k; p++) {
        const scale = a[item * m * k + i * rowA + p * stepA]!;
        const row = item * k * n + p * stepB;
        for (let j = 0; j < n; j++) out[y + j]! += f(scale * b[row + j * columnB]!);
      }
    }
  }
}

/** y[b,t,f] = Σ_{w,c} x[b,t+w,c] · kernel[w,c,f] */
export function conv1d(x: Float32Array, kernel: Float32Array, y: Float32Array, size: Conv1dSize): void {
  y.fill(0);
  eachTap(size, (atX, atKernel, atY) => {
    const scale = x[atX]!;
    for (let j = 0; j < size.filters; j++) y[atY + j]! += f(scale * kernel[atKernel + j]!);
  });
}

/** dx[b,s,c] = Σ_{w,f} dy[b,s−w,f] · kernel[w,c,f] */
export function conv1dInput(dy: Float32Array, kernel: Float32Array, dx: Float32Array, size: Conv1dSize): void {
  dx.fill(0);
  eachTap(size, (atX, atKernel, atY) => {
    let sum = dx[atX]!;
    for (let j = 0; j < size.filters; j++) sum = f(sum + f(dy[atY + j]! * kernel[atKernel + j]!));
    dx[atX] = sum;
  });
}

/** dkernel[w,c,f] = Σ_{b,t} x[b,t+w,c] · dy[b,t,f] */
export function conv1dKernel(x: Float32Array, dy: Float32Array, dkernel: Float32Array, size: Conv1dSize): void {
  dkernel.fill(0);
  eachTap(size, (atX, atKernel, atY) => {
    const scale = x[atX]!;
    for (let j = 0; j < size.filters; j++) dkernel[atKernel + j]! += f(scale * dy[atY + j]!);
  });
}

/** Where x, the kernel's row and y's row meet: one index map for the sum and both its gradients. */
function eachTap(
  { batch, time, channels, width, filters }: Conv1dSize,
  visit: (atX: number, atKernel: number, atY: number) => void,
): void {
  const steps = time - width + 1;
  for (let b = 0; b < batch; b++) {
    for (let t = 0; t < steps; t++) {
      // a window x[b, t..t+width, :] is contiguous, and the kernel's rows follow it
      const window = (b * time + t) * channels;
      for (let tap = 0; tap < width * channels; tap++) visit(window + tap, tap * filters, (b * steps + t) * filters);
    }
  }
}
