// The source of the products' innermost loop, for every height of a tile: it is written eight steps long, which nobody should have to read.

/** Rows of the highest tile: with 6 × 8 sums there are 12 registers of sums, 2 of `b`, 1 of `a`, of the 16 that x86 has and the 15 that V8 gives. */
const ROWS = 6;
/**
 * Steps of k that one turn of the loop takes. What a turn costs besides (seven pointers, V8's look at whether to stop) is shared by them: it never waits for
 * its sums, but where a neighbour on the same core takes every other instruction, instructions are what there is too few of.
 *
 * Each step is a branch of its own. So V8 loads what a step needs just before it is needed; of two steps in one block it would load all first, with more registers
 * than there are. For the same reason rows are taken from the last to the first.
 */
const STEPS = 8;

/** The module with `tile1` … `tile6`. */
export function tileSource() {
  const heights = Array.from({ length: ROWS }, (_, i) => i + 1);
  return `// Made by assembly/tile.mjs\nimport { multiplyAdd } from "./lanes";\n${heights.map(tile).join("")}`;
}

/** The tile c[rows,8] = a[rows,k]·b[k,8], or += where `resume`. Rows of `a` and `c` are that many bytes apart, `b` is a packed panel. */
function tile(rows) {
  const all = Array.from({ length: rows }, (_, r) => r);
  const each = (line) => all.map(line).join("\n");
  const step = (s) => `
    if (left > ${s}) {
      const b0 = v128.load(b, ${32 * s});
      const b1 = v128.load(b, ${32 * s + 16});
      ${all
        .toReversed()
        .map(
          (r) => `
      const value${r} = v128.load32_splat(a${r}, ${4 * s});
      s${r}0 = multiplyAdd(s${r}0, value${r}, b0);
      s${r}1 = multiplyAdd(s${r}1, value${r}, b1);`,
        )
        .join("")}
    }`;
  return `
export function tile${rows}(a: usize, aRow: usize, b: usize, c: usize, cRow: usize, k: i32, resume: bool): void {
  ${each((r) => `let a${r} = a + ${r} * aRow;`)}
  ${each((r) => `let s${r}0 = f32x4.splat(0);\nlet s${r}1 = f32x4.splat(0);`)}
  if (resume) {
    ${each((r) => `s${r}0 = v128.load(c + ${r} * cRow);\ns${r}1 = v128.load(c + ${r} * cRow, 16);`)}
  }
  let left = k;
  do {
    ${Array.from({ length: STEPS }, (_, s) => step(s)).join("")}
    ${each((r) => `a${r} += ${4 * STEPS};`)}
    b += ${32 * STEPS};
    left -= ${STEPS};
  } while (left > 0);
  ${each((r) => `v128.store(c + ${r} * cRow, s${r}0);\nv128.store(c + ${r} * cRow, s${r}1, 16);`)}
}
`;
}
