// Matrices of which whole columns are 0, as pixels at the border are in every image of a batch. Columns go in groups of four, a vector each; a group is named by its offset
// in a row, in bytes.

/**
 * Sorts the groups of x[rows,4·groups] into `order[groups]`: from the front those with a value that is not 0, ascending, and from the back those that are 0 in every row.
 *
 * @returns how many are not 0, or `groups`, and no order, as soon as they are more than `most`.
 */
export function sortGroups(x: usize, xRow: usize, rows: i32, groups: i32, most: i32, order: usize): i32 {
  let count = 0;
  let zeros = order + (<usize>groups << 2);
  for (let group = 0; group < groups; group++, x += 16) {
    let r = 0;
    for (let at = x; r < rows && !v128.any_true(f32x4.ne(v128.load(at), f32x4.splat(0))); at += xRow) r++;
    if (r == rows) {
      zeros -= 4;
      store<i32>(zeros, group << 4);
    } else {
      if (count == most) return groups;
      store<i32>(order + (<usize>count << 2), group << 4);
      count++;
    }
  }
  return count;
}

/** The first `count` groups of each row side by side: to[rows,4·count]. Stores 1 at `flag` if one of the others has a value that is NaN or infinite. */
export function gatherGroups(x: usize, xRow: usize, rows: i32, order: usize, count: i32, groups: i32, to: usize, flag: usize): void {
  const toRow = <usize>count << 4;
  const middle = order + (<usize>count << 2);
  const end = order + (<usize>groups << 2);
  let sum = f32x4.splat(0);
  let r = 0;
  for (; r <= rows - 4; r += 4, x += 4 * xRow, to += 3 * toRow) {
    for (let at = order; at < middle; at += 4, to += 16) {
      const from = x + load<u32>(at);
      v128.store(to, v128.load(from));
      v128.store(to + toRow, v128.load(from + xRow));
      v128.store(to + 2 * toRow, v128.load(from + 2 * xRow));
      v128.store(to + 3 * toRow, v128.load(from + 3 * xRow));
    }
    for (let at = middle; at < end; at += 4) {
      const from = x + load<u32>(at);
      const two = f32x4.add(times0(from), times0(from + xRow));
      sum = f32x4.add(sum, f32x4.add(two, f32x4.add(times0(from + 2 * xRow), times0(from + 3 * xRow))));
    }
  }
  for (; r < rows; r++, x += xRow) {
    for (let at = order; at < middle; at += 4, to += 16) v128.store(to, v128.load(x + load<u32>(at)));
    for (let at = middle; at < end; at += 4) sum = f32x4.add(sum, times0(x + load<u32>(at)));
  }
  if (v128.any_true(f32x4.ne(sum, sum))) store<i32>(flag, 1);
}

/** ±0, or NaN of what is NaN or infinite. */
// @ts-ignore: decorator
@inline
function times0(from: usize): v128 {
  return f32x4.mul(v128.load(from), f32x4.splat(0));
}

/** The opposite: to[rows,4·groups] from x[rows,4·count], with 0 in the other groups. */
export function scatterGroups(x: usize, rows: i32, order: usize, count: i32, groups: i32, to: usize, toRow: usize): void {
  const xRow = <usize>count << 4;
  const middle = order + (<usize>count << 2);
  const end = order + (<usize>groups << 2);
  let r = 0;
  for (; r <= rows - 4; r += 4, x += 3 * xRow, to += 4 * toRow) {
    for (let at = order; at < middle; at += 4, x += 16) {
      const out = to + load<u32>(at);
      v128.store(out, v128.load(x));
      v128.store(out + toRow, v128.load(x + xRow));
      v128.store(out + 2 * toRow, v128.load(x + 2 * xRow));
      v128.store(out + 3 * toRow, v128.load(x + 3 * xRow));
    }
    for (let at = middle; at < end; at += 4) {
      const out = to + load<u32>(at);
      v128.store(out, f32x4.splat(0));
      v128.store(out + toRow, f32x4.splat(0));
      v128.store(out + 2 * toRow, f32x4.splat(0));
      v128.store(out + 3 * toRow, f32x4.splat(0));
    }
  }
  for (; r < rows; r++, to += toRow) {
    for (let at = order; at < middle; at += 4, x += 16) v128.store(to + load<u32>(at), v128.load(x));
    for (let at = middle; at < end; at += 4) v128.store(to + load<u32>(at), f32x4.splat(0));
  }
}

/** Whether `flag` is set, or one of `n` values, a multiple of four, is −0. */
export function isFlagged(flag: usize, x: usize, n: i32): bool {
  if (load<i32>(flag) != 0) return true;
  let found = i32x4.splat(0);
  for (const end = x + (<usize>n << 2); x < end; x += 16) found = v128.or(found, i32x4.eq(v128.load(x), i32x4.splat(i32.MIN_VALUE)));
  return v128.any_true(found);
}
