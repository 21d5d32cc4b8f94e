import { loadLanes, loadPart, storeLanes, storePart } from "./lanes";

// Which elements of a row are stored, as bits: a byte for eight of them, the first one lowest. Four at a time go where
// they belong by one shuffle, which a table holds for each of the sixteen ways that four may be stored. Where much is
// stored, bits are fewer bytes than places, and no element is looked at by itself.

/** For four bits, where in the next stored ones each of four elements comes from; nowhere, if it is not stored. */
const EXPAND: usize = memory.data<u32>([
  0x80808080, 0x80808080, 0x80808080, 0x80808080, 0x03020100, 0x80808080, 0x80808080, 0x80808080,
  0x80808080, 0x03020100, 0x80808080, 0x80808080, 0x03020100, 0x07060504, 0x80808080, 0x80808080,
  0x80808080, 0x80808080, 0x03020100, 0x80808080, 0x03020100, 0x80808080, 0x07060504, 0x80808080,
  0x80808080, 0x03020100, 0x07060504, 0x80808080, 0x03020100, 0x07060504, 0x0b0a0908, 0x80808080,
  0x80808080, 0x80808080, 0x80808080, 0x03020100, 0x03020100, 0x80808080, 0x80808080, 0x07060504,
  0x80808080, 0x03020100, 0x80808080, 0x07060504, 0x03020100, 0x07060504, 0x80808080, 0x0b0a0908,
  0x80808080, 0x80808080, 0x03020100, 0x07060504, 0x03020100, 0x80808080, 0x07060504, 0x0b0a0908,
  0x80808080, 0x03020100, 0x07060504, 0x0b0a0908, 0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c,
]);

/** For four bits, where the stored ones of four elements come from, side by side; nowhere after the last. */
const COMPRESS: usize = memory.data<u32>([
  0x80808080, 0x80808080, 0x80808080, 0x80808080, 0x03020100, 0x80808080, 0x80808080, 0x80808080,
  0x07060504, 0x80808080, 0x80808080, 0x80808080, 0x03020100, 0x07060504, 0x80808080, 0x80808080,
  0x0b0a0908, 0x80808080, 0x80808080, 0x80808080, 0x03020100, 0x0b0a0908, 0x80808080, 0x80808080,
  0x07060504, 0x0b0a0908, 0x80808080, 0x80808080, 0x03020100, 0x07060504, 0x0b0a0908, 0x80808080,
  0x0f0e0d0c, 0x80808080, 0x80808080, 0x80808080, 0x03020100, 0x0f0e0d0c, 0x80808080, 0x80808080,
  0x07060504, 0x0f0e0d0c, 0x80808080, 0x80808080, 0x03020100, 0x07060504, 0x0f0e0d0c, 0x80808080,
  0x0b0a0908, 0x0f0e0d0c, 0x80808080, 0x80808080, 0x03020100, 0x0b0a0908, 0x0f0e0d0c, 0x80808080,
  0x07060504, 0x0b0a0908, 0x0f0e0d0c, 0x80808080, 0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c,
]);

/** Four elements from the next values, or from as many as there are before `end`. */
// @ts-ignore: decorator
@inline
function next(values: usize, end: usize, four: i32): v128 {
  let stored = f32x4.splat(0);
  if (values + 16 <= end) stored = v128.load(values);
  else if (values < end) stored = loadPart(values, <i32>(end - values) >> 2);
  return v128.swizzle(stored, v128.load(EXPAND + (<usize>four << 4)));
}

/** out[0:n] = the values where bits are set, else 0. Values may be read as far as `end`. */
export function expand(values: usize, end: usize, bits: usize, out: usize, n: i32): void {
  for (; n >= 8 && values + 32 <= end; n -= 8, bits++, out += 32) {
    const byte = <usize>load<u8>(bits);
    const first = (byte & 15) << 4;
    const second = byte & 0xf0;
    v128.store(out, v128.swizzle(v128.load(values), v128.load(EXPAND + first)));
    values += <usize>popcnt(first) << 2;
    v128.store(out, v128.swizzle(v128.load(values), v128.load(EXPAND + second)), 16);
    values += <usize>popcnt(second) << 2;
  }
  for (; n > 0; n -= 8, bits++, out += 32) {
    const byte = <i32>load<u8>(bits);
    storeLanes(out, next(values, end, byte & 15), min(n, 4));
    values += <usize>popcnt(byte & 15) << 2;
    if (n > 4) storeLanes(out + 16, next(values, end, byte >> 4), min(n - 4, 4));
    values += <usize>popcnt(byte >> 4) << 2;
  }
}

/** What of four elements is stored, to the next values before `end`; the address after them. */
// @ts-ignore: decorator
@inline
function append(values: usize, end: usize, four: v128, stored: i32): usize {
  const count = popcnt(stored);
  const packed = v128.swizzle(four, v128.load(COMPRESS + (<usize>stored << 4)));
  // what is written too much is overwritten by what comes next
  if (values + 16 <= end) v128.store(values, packed);
  else if (count > 0) storePart(values, packed, count);
  return values + (<usize>count << 2);
}

/** The other way: the values, up to `end`, are those of x[0:n] where bits are set, and so many. */
export function compress(x: usize, bits: usize, values: usize, end: usize, n: i32): void {
  for (; n >= 8 && values + 32 <= end; n -= 8, bits++, x += 32) {
    const byte = <usize>load<u8>(bits);
    const first = (byte & 15) << 4;
    const second = byte & 0xf0;
    v128.store(values, v128.swizzle(v128.load(x), v128.load(COMPRESS + first)));
    values += <usize>popcnt(first) << 2;
    v128.store(values, v128.swizzle(v128.load(x, 16), v128.load(COMPRESS + second)));
    values += <usize>popcnt(second) << 2;
  }
  for (; n > 0; n -= 8, bits++, x += 32) {
    const byte = <i32>load<u8>(bits);
    values = append(values, end, loadLanes(x, min(n, 4)), byte & 15);
    if (n > 4) values = append(values, end, loadLanes(x + 16, min(n - 4, 4)), byte >> 4);
  }
}

/** `gatherPacked` of a table that has bits; `end` is that of its values. */
export function gatherBits(
  values: usize, end: usize, starts: usize, bits: usize, ids: usize, out: usize, inner: i32, begin: i32, stop: i32,
): void {
  const row = <usize>(inner + 7) >> 3;
  for (let i = begin; i < stop; i++) {
    const id = <usize>load<i32>(ids + (<usize>i << 2));
    expand(values + (<usize>load<i32>(starts + (id << 2)) << 2), end, bits + id * row, out + (<usize>(i * inner) << 2), inner);
  }
}
