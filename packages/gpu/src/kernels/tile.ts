import type { Native } from "../kernel.ts";
import { TEXELS } from "../texels.ts";

/** A factor of a product: texts of integers. */
export interface Factor {
  /** Where it begins in this batch. */
  readonly from: string;
  /** From one of its rows, or columns, to the next. */
  readonly across: string;
  /** From one term to the next. */
  readonly step: string;
}

const FOUR = [0, 1, 2, 3] as const;
const all = (text: (i: number) => string, between = "\n  ") => FOUR.map(text).join(between);
/** Whether its texels have four of its terms: else they have one term of four rows, or columns. */
const holdsTerms = ({ step }: Factor) => step === "1";

/**
 * Σ a·b of 4·`quads` terms in their order, for four rows of a and four columns of b: 64 products of eight reads. Four texels of a factor
 * lie `apart`, and the next four `step` further: each has four terms, or one term four times. The sums of the first row are the result;
 * `rowOfSums` has all.
 */
function tileOfSums(a: Factor, b: Factor): Native {
  const factor = (row: number, term: number) => (holdsTerms(a) ? `a${row}[${term}]` : `a${term}[${row}]`);
  const column = (term: number) => (holdsTerms(b) ? `vec4(${all((i) => `b${i}[${term}]`, ", ")})` : `b${term}`);
  return {
    name: "tileOfSums",
    returnType: "Array(4)",
    argumentTypes: {
      ...{ fromA: "Integer", apartA: "Integer", stepA: "Integer" },
      ...{ fromB: "Integer", apartB: "Integer", stepB: "Integer" },
      quads: "Integer",
    },
    source: `
vec4 tileOfSums(int fromA, int apartA, int stepA, int fromB, int apartB, int stepB, int quads) {
  int widthA = user_aSize.x;
  int widthB = user_bSize.x;
  vec2 sizeA = 1.0 / vec2(user_aSize);
  vec2 sizeB = 1.0 / vec2(user_bSize);
  ivec2 onA = texelAt(stepA, widthA);
  ivec2 onB = texelAt(stepB, widthB);
  ${all((i) => `ivec2 atA${i} = texelAt(fromA + ${i} * apartA, widthA);`)}
  ${all((i) => `ivec2 atB${i} = texelAt(fromB + ${i} * apartB, widthB);`)}
  ${all((row) => `vec4 sums${row} = vec4(0.0);`)}
  for (int k = 0; k < quads; k++) {
    ${all((i) => `vec4 a${i} = texel(user_a, atA${i}, sizeA);`)}
    ${all((i) => `vec4 b${i} = texel(user_b, atB${i}, sizeB);`)}
    ${all((term) => `vec4 column${term} = ${column(term)};\n  ${all((row) => `sums${row} += ${factor(row, term)} * column${term};`)}`)}
    ${all((i) => `atA${i} = onward(atA${i}, onA, widthA);`)}
    ${all((i) => `atB${i} = onward(atB${i}, onB, widthB);`)}
  }
  ${all((row) => `rowsOfSums[${row}] = sums${row};`)}
  return sums0;
}`,
  };
}

const ROW_OF_SUMS: Native = {
  name: "rowOfSums",
  returnType: "Array(4)",
  argumentTypes: { row: "Integer" },
  source: "vec4 rowOfSums(int row) { return rowsOfSums[row]; }",
};

/**
 * What a kernel needs to compute a tile of four rows and four columns, at y and x, of the product of its arrays `a` and `b`. All strides
 * and lengths divide by four, and come divided.
 */
export function tile(
  a: Factor,
  b: Factor,
): {
  readonly together: 4;
  readonly packed: true;
  readonly rows: 4;
  readonly natives: readonly Native[];
  readonly shared: string;
  readonly body: string;
} {
  const walk = (factor: Factor, index: string) =>
    holdsTerms(factor)
      ? `${factor.from} + 4 * ${index} * ${factor.across}, ${factor.across}, 1`
      : `${factor.from} + ${index}, ${factor.step}, 4 * ${factor.step}`;
  return {
    together: 4,
    packed: true,
    rows: 4,
    natives: [tileOfSums(a, b), ROW_OF_SUMS],
    shared: `${TEXELS}\nvec4 rowsOfSums[4];`,
    body: `
      const first = tileOfSums(${walk(a, "this.thread.y")}, ${walk(b, "this.thread.x")}, quads);
      row1(rowOfSums(1));
      row2(rowOfSums(2));
      row3(rowOfSums(3));
      return first;`,
  };
}
