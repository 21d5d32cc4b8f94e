import { storePart } from "./lanes";

// @ts-ignore: decorator
@inline
function rotate(x: v128, bits: i32): v128 {
  return v128.or(i32x4.shl(x, bits), i32x4.shr_u(x, 32 - bits));
}

/** Four rounds of Threefry-2x32 and a key injection would return two vectors; so the two words live here. */
let a: v128 = i32x4.splat(0);
let b: v128 = i32x4.splat(0);

// @ts-ignore: decorator
@inline
function rounds(r0: i32, r1: i32, r2: i32, r3: i32, injectA: i32, injectB: i32): void {
  let first = i32x4.add(a, b);
  let second = v128.xor(rotate(b, r0), first);
  first = i32x4.add(first, second);
  second = v128.xor(rotate(second, r1), first);
  first = i32x4.add(first, second);
  second = v128.xor(rotate(second, r2), first);
  first = i32x4.add(first, second);
  second = v128.xor(rotate(second, r3), first);
  a = i32x4.add(first, i32x4.splat(injectA));
  b = i32x4.add(second, i32x4.splat(injectB));
}

/**
 * out[i] = 0 where word i of the stream is at most `last`, else `kept`. Four blocks of Threefry-2x32-20 at a time, eight words;
 * see `src/threefry.ts`.
 */
export function dropoutMask(key0: i32, key1: i32, upper: i32, out: usize, n: i32, last: u32, kept: f32): void {
  const key2 = 0x1bd11bda ^ key0 ^ key1;
  const limit = i32x4.splat(last);
  const survives = f32x4.splat(kept);
  let counter = i32x4(0, 1, 2, 3);
  for (let i = 0; i < n; i += 8, out += 32, counter = i32x4.add(counter, i32x4.splat(4))) {
    a = i32x4.add(counter, i32x4.splat(key0));
    b = i32x4.splat(upper + key1);
    rounds(13, 15, 26, 6, key1, key2 + 1);
    rounds(17, 29, 16, 24, key2, key0 + 2);
    rounds(13, 15, 26, 6, key0, key1 + 3);
    rounds(17, 29, 16, 24, key1, key2 + 4);
    rounds(13, 15, 26, 6, key2, key0 + 5);
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
