// The source of the products' innermost loop, for every height and both widths of a tile: it is written several steps long, which nobody should have to read.

/**
 * Rows of the highest tile: with 6 × 8 sums there are 12 registers of sums, 2 of `b`, 1 of `a`, of the 16 that x86 has and the 15 that V8 gives. With 6 × 16 as many, of
 * 256 bits.
 */
const ROWS = 6;
/**
 * Steps of k that one turn of the loop takes, by the width of registers. What a turn costs besides (seven pointers, V8's look at whether to stop) is shared by them: it never
 * waits for its sums, but where a neighbour on the same core takes every other instruction, instructions are what there is too few of. With 256 bits there are half as many.
 *
 * Each step is a branch of its own. So V8 loads what a step needs just before it is needed; of two steps in one block it would load all first, with more registers
 * than there are. For the same reason rows are taken from the last to the first.
 */
const STEPS = { 128: 8, 256: 4 };

/** The module with `tile1` … `tile6`, and `wideTile1` … `wideTile6`. */
export function tileSource() {
  const heights = Array.from({ length: ROWS }, (_, i) => i + 1);
  const tiles = [...heights.map((rows) => tile(rows, 128)), ...heights.map((rows) => tile(rows, 256))];
  return `// Made by assembly/tile.mjs\nimport { multiplyAdd, ZEROS } from "./lanes";\n${tiles.join("")}`;
}

/**
 * The tile c[rows,8] = a[rows,k]·b[k,8], or += where `resume`. Rows of `a` and `c` are that many bytes apart, `b` is a packed panel. A wide tile is two of them side by side: c[rows,16],
 * its second panel `panel` bytes behind the first. Sums begin as what is loaded, in one way for both cases: a branch here would keep V8's revectoriser from pairing them.
 */
function tile(rows, width) {
  const wide = width === 256;
  const all = Array.from({ length: rows }, (_, r) => r);
  const vectors = Array.from({ length: width / 64 }, (_, v) => v);
  const each = (line) => all.map(line).join("\n  ");
  const sums = (line) => all.flatMap((r) => vectors.map((v) => line(r, v))).join("\n  ");
  const step = (s) => `
    if (left > ${s}) {
      ${vectors.map((v) => `const b${v} = v128.load(${v < 2 ? "b" : "second"}, ${32 * s + 16 * (v % 2)});`).join("\n      ")}
      ${all
        .toReversed()
        .map(
          (r) => `const value${r} = v128.load32_splat(a${r}, ${4 * s});
      ${vectors.map((v) => `s${r}${v} = multiplyAdd(s${r}${v}, value${r}, b${v});`).join("\n      ")}`,
        )
        .join("\n      ")}
    }`;
  return `
export function ${wide ? "wideTile" : "tile"}${rows}(
  a: usize, aRow: usize, b: usize,${wide ? " panel: usize," : ""} c: usize, cRow: usize, k: i32, resume: bool,
): void {
  const from = resume ? c : ZEROS;
  const fromRow = resume ? cRow : 0;${wide ? "\n  let second = b + panel;" : ""}
  ${each((r) => `let a${r} = a + ${r} * aRow;`)}
  ${sums((r, v) => `let s${r}${v} = v128.load(from + ${r} * fromRow, ${16 * v});`)}
  let left = k;
  do {${Array.from({ length: STEPS[width] }, (_, s) => step(s)).join("")}
    ${each((r) => `a${r} += ${4 * STEPS[width]};`)}
    b += ${32 * STEPS[width]};${wide ? `\n    second += ${32 * STEPS[width]};` : ""}
    left -= ${STEPS[width]};
  } while (left > 0);
  ${sums((r, v) => `v128.store(c + ${r} * cRow, s${r}${v}, ${16 * v});`)}
}
`;
}
