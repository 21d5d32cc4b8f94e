import { loadPart, storePart } from "./lanes";

/** Running totals along the axis of `[outer, axis, inner]`, four columns at a time. */
export function cumsum(x: usize, out: usize, outer: i32, axis: i32, inner: i32, reverse: i32): void {
  const row = <usize>inner << 2;
  const slab = <usize>axis * row;
  for (let o = 0; o < outer; o++, x += slab, out += slab) {
    const first = reverse && axis > 0 ? slab - row : 0;
    for (let i = 0; i < inner; i += 4) {
      const part = min(inner - i, 4);
      let total = f32x4.splat(0);
      let at = first + (<usize>i << 2);
      for (let a = 0; a < axis; a++) {
        total = f32x4.add(total, part == 4 ? v128.load(x + at) : loadPart(x + at, part));
        if (part == 4) v128.store(out + at, total);
        else storePart(out + at, total, part);
        at = reverse ? at - row : at + row;
      }
    }
  }
}
