import { copyRow, transposeBlock } from "./copy";
import { loadPart, storePart } from "./lanes";

/** out[i] = a[walk(i)]; strides in bytes. */
export function stridedCopy(
  a: usize, out: usize, n0: i32, n1: i32, n2: i32, n3: i32, s0: usize, s1: usize, s2: usize, s3: usize,
): void {
  const rowBytes = <usize>n3 << 2;
  for (let i0 = 0; i0 < n0; i0++) {
    for (let i1 = 0; i1 < n1; i1++) {
      let from = a + <usize>i0 * s0 + <usize>i1 * s1;
      if (s2 == 4 && s3 > 4) {
        transposeBlock(from, s3, out, rowBytes, n3, n2);
        out += <usize>n2 * rowBytes;
        continue;
      }
      for (let i2 = 0; i2 < n2; i2++, from += s2, out += rowBytes) {
        if (s3 == 4) copyRow(from, out, n3);
        else for (let i3 = 0; i3 < n3; i3++) store<f32>(out + (<usize>i3 << 2), load<f32>(from + <usize>i3 * s3));
      }
    }
  }
}

/** out[walk(i)] = a[i]; what the walk does not meet is left. */
export function stridedScatter(
  a: usize, out: usize, n0: i32, n1: i32, n2: i32, n3: i32, s0: usize, s1: usize, s2: usize, s3: usize,
): void {
  for (let i0 = 0; i0 < n0; i0++) {
    for (let i1 = 0; i1 < n1; i1++) {
      let to = out + <usize>i0 * s0 + <usize>i1 * s1;
      for (let i2 = 0; i2 < n2; i2++, to += s2, a += <usize>n3 << 2) {
        if (s3 == 4) copyRow(a, to, n3);
        else for (let i3 = 0; i3 < n3; i3++) store<f32>(to + <usize>i3 * s3, load<f32>(a + (<usize>i3 << 2)));
      }
    }
  }
}

/** to[r] = from[r] for rows of `n` values that many bytes apart. */
export function copyRows(from: usize, fromRow: usize, to: usize, toRow: usize, rows: i32, n: i32): void {
  for (let r = 0; r < rows; r++, from += fromRow, to += toRow) copyRow(from, to, n);
}

/** out[i] = table[ids[i]] */
export function gatherRows(table: usize, ids: usize, out: usize, count: i32, dim: i32): void {
  if (dim == 1) {
    for (let i: usize = 0; i < <usize>count << 2; i += 4) store<f32>(out + i, load<f32>(table + (<usize>load<i32>(ids + i) << 2)));
    return;
  }
  const bytes = <usize>dim << 2;
  for (let i = 0; i < count; i++, out += bytes) copyRow(table + <usize>load<i32>(ids + (<usize>i << 2)) * bytes, out, dim);
}

/** out[ids[i]] += rows[i] in the order of i, but for the id `except`, −1 for none. Rows are that many bytes apart. */
export function scatterRows(rows: usize, ids: usize, out: usize, count: i32, dim: i32, except: i32, row: usize): void {
  if (row == 4) {
    for (let i: usize = 0; i < <usize>count << 2; i += 4) {
      const id = load<i32>(ids + i);
      const to = out + (<usize>id << 2);
      if (id != except) store<f32>(to, load<f32>(to) + load<f32>(rows + i));
    }
    return;
  }
  for (let i = 0; i < count; i++, rows += row) {
    const id = load<i32>(ids + (<usize>i << 2));
    if (id == except) continue;
    let from = rows;
    let to = out + <usize>id * row;
    let d = 0;
    for (; d <= dim - 8; d += 8, from += 32, to += 32) {
      const low = f32x4.add(v128.load(to), v128.load(from));
      const high = f32x4.add(v128.load(to, 16), v128.load(from, 16));
      v128.store(to, low);
      v128.store(to, high, 16);
    }
    for (; d <= dim - 4; d += 4, from += 16, to += 16) v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
    if (d < dim) storePart(to, f32x4.add(loadPart(to, dim - d), loadPart(from, dim - d)), dim - d);
  }
}

/** out[positions[i]] = values[i] */
export function scatter(values: usize, positions: usize, out: usize, count: i32): void {
  for (let i: usize = 0; i < <usize>count << 2; i += 4) store<f32>(out + (<usize>load<i32>(positions + i) << 2), load<f32>(values + i));
}

/** dx = 0, then dx[o, argmax[o,i], i] = dy[o,i] */
export function scatterArgmax(dy: usize, argmax: usize, dx: usize, outer: i32, axis: i32, inner: i32): void {
  memory.fill(dx, 0, <usize>outer * axis * inner << 2); // not a byte more: what lies behind is another part
  const row = <usize>inner << 2;
  for (let o = 0; o < outer; o++, dx += <usize>axis * row) {
    for (let i: usize = 0; i < row; i += 4, dy += 4, argmax += 4) {
      store<f32>(dx + <usize>load<i32>(argmax) * row + i, load<f32>(dy));
    }
  }
}

/** y[o,i] = x[o, argmax[o,i], i] */
export function gatherArgmax(x: usize, argmax: usize, y: usize, outer: i32, axis: i32, inner: i32): void {
  const row = <usize>inner << 2;
  for (let o = 0; o < outer; o++, x += <usize>axis * row) {
    for (let i: usize = 0; i < row; i += 4, y += 4, argmax += 4) {
      store<f32>(y, load<f32>(x + <usize>load<i32>(argmax) * row + i));
    }
  }
}
