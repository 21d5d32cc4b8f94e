
/** See `Kernels.maxPool2d`. */
export function maxPool2d(
  x: usize, y: usize, argmax: usize, images: i32, height: i32, width: i32, kernelHeight: i32, kernelWidth: i32,
  strideY: i32, strideX: i32, paddingY: i32, paddingX: i32, rows: i32, columns: i32,
): void {
  const image = <usize>height * width << 2;
  const isHalving = kernelHeight == 2 && kernelWidth == 2 && strideY == 2 && strideX == 2 && paddingY == 0 && paddingX == 0;
  const vectors = isHalving ? columns & ~3 : 0;
  for (let n = 0; n < images; n++, x += image) {
    for (let i = 0; i < rows; i++) {
      if (isHalving) halveRow(x, y, argmax, 2 * i * width, width, vectors);
      y += <usize>vectors << 2;
      argmax += <usize>vectors << 2;
      const top = max(0, i * strideY - paddingY);
      const bottom = min(height, i * strideY - paddingY + kernelHeight);
      for (let j = vectors; j < columns; j++, y += 4, argmax += 4) {
        const left = max(0, j * strideX - paddingX);
        const right = min(width, j * strideX - paddingX + kernelWidth);
        let winner = top * width + left;
        let best = load<f32>(x + (<usize>winner << 2));
        for (let p = top; p < bottom; p++) {
          for (let at = p * width + left, end = p * width + right; at < end; at++) {
            const value = load<f32>(x + (<usize>at << 2));
            if (value > best || (value != value && best == best)) {
              best = value;
              winner = at;
            }
          }
        }
        store<f32>(y, best);
        store<i32>(argmax, winner);
      }
    }
  }
}

/** Windows of 2×2 that do not overlap, four at a time; pixel `first` of the image is the first one's. */
function halveRow(x: usize, y: usize, argmax: usize, first: i32, width: i32, columns: i32): void {
  let upper = x + (<usize>first << 2);
  let at = i32x4.add(i32x4.splat(first), i32x4(0, 2, 4, 6));
  const down = i32x4.splat(width);
  const one = i32x4.splat(1);
  for (let j = 0; j < columns; j += 4, upper += 32, y += 16, argmax += 16) {
    const lower = upper + (<usize>width << 2);
    const a = v128.load(upper);
    const b = v128.load(upper, 16);
    const c = v128.load(lower);
    const d = v128.load(lower, 16);
    let best = i32x4.shuffle(a, b, 0, 2, 4, 6);
    let winner = at;
    const second = i32x4.shuffle(a, b, 1, 3, 5, 7);
    let wins = isLarger(second, best);
    best = v128.bitselect(second, best, wins);
    winner = v128.bitselect(i32x4.add(at, one), winner, wins);
    const third = i32x4.shuffle(c, d, 0, 2, 4, 6);
    const below = i32x4.add(at, down);
    wins = isLarger(third, best);
    best = v128.bitselect(third, best, wins);
    winner = v128.bitselect(below, winner, wins);
    const fourth = i32x4.shuffle(c, d, 1, 3, 5, 7);
    wins = isLarger(fourth, best);
    v128.store(y, v128.bitselect(fourth, best, wins));
    v128.store(argmax, v128.bitselect(i32x4.add(below, one), winner, wins));
    at = i32x4.add(at, i32x4.splat(8));
  }
}

/** NaN is larger than all. */
// @ts-ignore: decorator
@inline
function isLarger(value: v128, best: v128): v128 {
  return v128.or(f32x4.gt(value, best), v128.and(f32x4.ne(value, value), f32x4.eq(best, best)));
}

/** dx = 0, then dx[n, argmax[n,i]] += dy[n,i]; an image has `pixels`, and `windows` */
export function maxPool2dGradient(dy: usize, argmax: usize, dx: usize, images: i32, pixels: i32, windows: i32): void {
  memory.fill(dx, 0, <usize>images * pixels << 2); // of this part alone: `fill` ends with a whole vector
  for (let n = 0; n < images; n++, dx += <usize>pixels << 2) {
    for (let i = 0; i < windows; i++, dy += 4, argmax += 4) {
      const to = dx + (<usize>load<i32>(argmax) << 2);
      store<f32>(to, load<f32>(to) + load<f32>(dy));
    }
  }
}

/** y[n,i] = x[n, argmax[n,i]]; an image has `pixels`, and `windows` */
export function gatherMaxima(x: usize, argmax: usize, y: usize, images: i32, pixels: i32, windows: i32): void {
  for (let n = 0; n < images; n++, x += <usize>pixels << 2) {
    for (let i = 0; i < windows; i++, y += 4, argmax += 4) store<f32>(y, load<f32>(x + (<usize>load<i32>(argmax) << 2)));
  }
}
