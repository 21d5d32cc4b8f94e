import type { Conv1dSize, MatmulSize } from "../../kernels/kernels.ts";

const f = Math.fround;

/** out[b,m,n] = Σ_k a[b,m,k] · b[b,k,n] */
export function matmul(
  a: Float32Array,
  b: Float32Array,
  out: Float32Array,
  { batch, m, k, n, transposeA, transposeB }: MatmulSize,
): void {
  const left = transposeA ? { row: 1, step: m } : { row: k, step: 1 };
  const right = transposeB ? { step: 1, column: k } : { step: n, column: 1 };
  for (let i = 0; i < batch; i++) {
    product(
      { values: a, at: i * m * k, ...left },
      { values: b, at: i * k * n, ...right },
      { values: out, at: i * m * n },
      { m, k, n },
    );
  }
}

/** y[b,t,f] = Σ_{w,c} x[b,t+w,c] · kernel[w,c,f] */
export function conv1d(x: Float32Array, kernel: Float32Array, y: Float32Array, size: Conv1dSize): void {
  const { batch, time, channels, width, filters } = size;
  const steps = time - width + 1;
  for (let b = 0; b < batch; b++) {
    // a window x[b, t..t+width, :] is contiguous, so windows are the rows of a matrix that overlap in memory
    product(
      { values: x, at: b * time * channels, row: channels, step: 1 },
      { values: kernel, at: 0, step: filters, column: 1 },
      { values: y, at: b * steps * filters },
      { m: steps, k: width * channels, n: filters },
    );
  }
}

/** dx[b,s,c] = Σ_{w,f} dy[b,s−w,f] · kernel[w,c,f] */
export function conv1dInput(dy: Float32Array, kernel: Float32Array, dx: Float32Array, size: Conv1dSize): void {
  const taps = size.width * size.channels;
  dx.fill(0);
  eachGradient(dy, size, (d, window, filter) => {
    for (let tap = 0; tap < taps; tap++) dx[window + tap]! += f(d * kernel[tap * size.filters + filter]!);
  });
}

/** dkernel[w,c,f] = Σ_{b,t} x[b,t+w,c] · dy[b,t,f] */
export function conv1dKernel(x: Float32Array, dy: Float32Array, dkernel: Float32Array, size: Conv1dSize): void {
  const taps = size.width * size.channels;
  dkernel.fill(0);
  eachGradient(dy, size, (d, window, filter) => {
    for (let tap = 0; tap < taps; tap++) dkernel[tap * size.filters + filter]! += f(x[window + tap]! * d);
  });
}

/**
 * Every dy[b,t,f] that is not 0, in order, and where its window begins. After a maximum over time there is one for each text and filter.
 */
function eachGradient(
  dy: Float32Array,
  { batch, time, channels, width, filters }: Conv1dSize,
  visit: (d: number, window: number, filter: number) => void,
): void {
  const steps = time - width + 1;
  for (let b = 0, i = 0; b < batch; b++) {
    for (let t = 0; t < steps; t++) {
      for (let filter = 0; filter < filters; filter++, i++) {
        if (dy[i] !== 0) visit(dy[i]!, (b * time + t) * channels, filter);
      }
    }
  }
}

interface Operand {
  readonly values: Float32Array;
  readonly at: number;
}

/** out = a·b, each element one sum: multiply, round, add, round, in the order of k. */
function product(
  a: Operand & { readonly row: number; readonly step: number },
  b: Operand & { readonly step: number; readonly column: number },
  out: Operand,
  { m, k, n }: { m: number; k: number; n: number },
): void {
  const { values: left, step: stepA } = a;
  const { values: right, step: stepB, column } = b;
  for (let i = 0; i < m; i++) {
    const row = a.at + i * a.row;
    let j = 0;
    for (; j + 4 <= n; j += 4) {
      // four columns at a time: four sums that do not wait for each other
      let [sum0, sum1, sum2, sum3] = [0, 0, 0, 0];
      for (let p = 0, atA = row, atB = b.at + j * column; p < k; p++, atA += stepA, atB += stepB) {
        const scale = left[atA]!;
        sum0 = f(sum0 + f(scale * right[atB]!));
        sum1 = f(sum1 + f(scale * right[atB + column]!));
        sum2 = f(sum2 + f(scale * right[atB + 2 * column]!));
        sum3 = f(sum3 + f(scale * right[atB + 3 * column]!));
      }
      const y = out.at + i * n + j;
      out.values[y] = sum0;
      out.values[y + 1] = sum1;
      out.values[y + 2] = sum2;
      out.values[y + 3] = sum3;
    }
    for (; j < n; j++) {
      let sum = 0;
      for (let p = 0; p < k; p++) sum = f(sum + f(left[row + p * stepA]! * right[b.at + p * stepB + j * column]!));
      out.values[out.at + i * n + j] = sum;
    }
  }
}
