/** Every 7,919th float32 bit pattern, both signs: 542,000 numbers from denormals to infinity. */
export function* everyFloat(): Generator<number> {
  const view = new DataView(new ArrayBuffer(4));
  for (let bits = 0; bits < 2 ** 32; bits += 7919) {
    view.setUint32(0, bits);
    const x = view.getFloat32(0);
    if (!Number.isNaN(x)) yield x;
  }
}
