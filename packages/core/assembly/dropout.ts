import { storePart } from "./lanes";

// @ts-ignore: decorator
@inline
function rotate(x: v128, bits: i32): v128 {
  return v128.or(i32x4.shl(x, bits), i32x4.shr_u(x, 32 - bits));
}

/**
 * out[i] = 0 where word i of the stream, counted from block `first` on, is at most `last`, else `kept`. Four blocks of
 * Threefry-2x32-20 at a time, eight words; see `src/threefry.ts`.
 */
export function dropoutMask(key0: i32, key1: i32, first: i32, upper: i32, out: usize, n: i32, last: u32, kept: f32): void {
  const key2 = 0x1bd11bda ^ key0 ^ key1;
  const limit = i32x4.splat(last);
  const survives = f32x4.splat(kept);
  let counter = i32x4.add(i32x4.splat(first), i32x4(0, 1, 2, 3));
  for (let i = 0; i < n; i += 8, out += 32, counter = i32x4.add(counter, i32x4.splat(4))) {
    let a = i32x4.add(counter, i32x4.splat(key0));
    let b = i32x4.splat(upper + key1);

    a = i32x4.add(a, b);
    b = v128.xor(rotate(b, 13), a);
    a = i32x4.add(a, b);
    b = v128.xor(rotate(b, 15), a);
    a = i32x4.add(a, b);
    b = v128.xor(rotate(b, 26), a);
    a = i32x4.add(a, b);
    b = v128.xor(rotate(b, 6), a);
    a = i32x4.add(a, i32x4.splat(key1));
    b = i32x4.add(b, i32x4.splat(key2 + 1));

    a = i32x4.add(a, b);
    b = v128.xor(rotate(b, 17), a);
    a = i32x4.add(a, b);
    b = v128.xor(rotate(b, 29), a);
    a = i32x4.add(a, b);
    b = v128.xor(rotate(b, 16), a);
    a = i32x4.add(a, b);
    b = v128.xor(rotate(b, 24), a);
    a = i32x4.add(a, i32x4.splat(key2));
    b = i32x4.add(b, i32x4.splat(key0 + 2));

    a = i32x4.add(a, b);
    b = v128.xor(rotate(b, 13), a);
    a = i32x4.add(a, b);
    b = v128.xor(rotate(b, 15), a);
    a = i32x4.add(a, b);
    b = v128.xor(rotate(b, 26), a);
    a = i32x4.add(a, b);
    b = v128.xor(rotate(b, 6), a);
    a = i32x4.add(a, i32x4.splat(key0));
    b = i32x4.add(b, i32x4.splat(key1 + 3));

    a = i32x4.add(a, b);
    b = v128.xor(rotate(b, 17), a);
    a = i32x4.add(a, b);
    b = v128.xor(rotate(b, 29), a);
    a = i32x4.add(a, b);
    b = v128.xor(rotate(b, 16), a);
    a = i32x4.add(a, b);
    b = v128.xor(rotate(b, 24), a);
    a = i32x4.add(a, i32x4.splat(key1));
    b = i32x4.add(b, i32x4.splat(key2 + 4));

    a = i32x4.add(a, b);
    b = v128.xor(rotate(b, 13), a);
    a = i32x4.add(a, b);
    b = v128.xor(rotate(b, 15), a);
    a = i32x4.add(a, b);
    b = v128.xor(rotate(b, 26), a);
    a = i32x4.add(a, b);
    b = v128.xor(rotate(b, 6), a);
    a = i32x4.add(a, i32x4.splat(key2));
    b = i32x4.add(b, i32x4.splat(key0 + 5));

    const mask0 = v128.and(i32x4.gt_u(i32x4.shuffle(a, b, 0, 4, 1, 5), limit), survives);
    const mask1 = v128.and(i32x4.gt_u(i32x4.shuffle(a, b, 2, 6, 3, 7), limit), survives);
    const left = n - i;
    if (left >= 8) {
      v128.store(out, mask0);
      v128.store(out, mask1, 16);
    } else {
      if (left >= 4) v128.store(out, mask0);
      else storePart(out, mask0, left);
      if (left > 4) storePart(out + 16, mask1, left - 4);
    }
  }
}
