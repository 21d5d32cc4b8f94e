
/** See `Kernels.maxPool2d`. */
export function maxPool2d(
  x: usize, y: usize, argmax: usize, images: i32, height: i32, width: i32, kernelHeight: i32, kernelWidth: i32,
  strideY: i32, strideX: i32, paddingY: i32, paddingX: i32, rows: i32, columns: i32,
): void {
  const image = <usize>height * width << 2;
  for (let n = 0; n < images; n++, x += image) {
    for (let i = 0; i < rows; i++) {
      const top = max(0, i * strideY - paddingY);
      const bottom = min(height, i * strideY - paddingY + kernelHeight);
      for (let j = 0; j < columns; j++, y += 4, argmax += 4) {
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
