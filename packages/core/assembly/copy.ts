import { loadPart, storePart, transpose4 } from "./lanes";

/** `n` values in a row. */
export function copyRow(from: usize, to: usize, n: i32): void {
  let i = 0;
  for (; i <= n - 8; i += 8, from += 32, to += 32) {
    const low = v128.load(from);
    const high = v128.load(from, 16);
    v128.store(to, low);
    v128.store(to, high, 16);
  }
  for (; i <= n - 4; i += 4, from += 16, to += 16) v128.store(to, v128.load(from));
  if (i < n) storePart(to, loadPart(from, n - i), n - i);
}

/**
 * Columns that are turned together: whole cache lines of `from`, so that those of `to` are written while they are in the first-level cache.
 */
const TURNED = 16;

/** to[j,i] = from[i,j], rows of `from` and of `to` that many bytes apart. */
export function transposeBlock(from: usize, fromRow: usize, to: usize, toRow: usize, rows: i32, columns: i32): void {
  const whole = columns & ~(TURNED - 1);
  for (let j = 0; j < whole; j += TURNED, from += 4 * TURNED, to += TURNED * toRow) {
    let source = from;
    let target = to;
    let i = 0;
    for (; i <= rows - 4; i += 4, source += 4 * fromRow, target += 16) {
      transpose4(source, fromRow, target, toRow);
      transpose4(source + 16, fromRow, target + 4 * toRow, toRow);
      transpose4(source + 32, fromRow, target + 8 * toRow, toRow);
      transpose4(source + 48, fromRow, target + 12 * toRow, toRow);
    }
    for (; i < rows; i++, source += fromRow, target += 4) turnRow(source, target, toRow, TURNED);
  }
  const rest = columns - whole;
  if (rest == 0) return;
  let i = 0;
  for (; i <= rows - 4; i += 4, from += 4 * fromRow, to += 16) {
    let j = 0;
    for (; j <= rest - 4; j += 4) transpose4(from + (<usize>j << 2), fromRow, to + <usize>j * toRow, toRow);
    for (; j < rest; j++) {
      for (let p = 0; p < 4; p++) {
        const at = from + <usize>p * fromRow + (<usize>j << 2);
        store<f32>(to + <usize>j * toRow + (<usize>p << 2), load<f32>(at));
      }
    }
  }
  for (; i < rows; i++, from += fromRow, to += 4) turnRow(from, to, toRow, rest);
}

/** A row becomes a column. */
function turnRow(from: usize, to: usize, toRow: usize, columns: i32): void {
  for (let j = 0; j < columns; j++, from += 4, to += toRow) store<f32>(to, load<f32>(from));
}
