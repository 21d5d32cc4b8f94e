import type { Native } from "../kernel.ts";
import { TEXELS } from "../texels.ts";

const FOUR = [0, 1, 2, 3] as const;

/**
 * Σ a·b of 4·`quads` terms in their order, for four neighbouring columns of b: 16 products of five reads. Indices count texels, each of four neighbouring terms of a. Four texels
 * of b lie `apart`, and the next four `step` further: each has one term of the four columns or, `transposed`, four terms of one column.
 */
export function fourSums(transposed: boolean): Native {
  const texelOfB = (i: number) => `texel(user_b, b${i}, sizeB)`;
  const read = `mat4(${FOUR.map(texelOfB).join(", ")})`;
  return {
    name: "fourSums",
    returnType: "Array(4)",
    argumentTypes: { fromA: "Integer", fromB: "Integer", apart: "Integer", step: "Integer", quads: "Integer" },
    source: `${TEXELS}
vec4 fourSums(int fromA, int fromB, int apart, int step, int quads) {
  int widthA = user_aSize.x;
  int widthB = user_bSize.x;
  vec2 sizeA = 1.0 / vec2(user_aSize);
  vec2 sizeB = 1.0 / vec2(user_bSize);
  ivec2 a = texelAt(fromA, widthA);
  ${FOUR.map((i) => `ivec2 b${i} = texelAt(fromB + ${i} * apart, widthB);`).join("\n  ")}
  ivec2 by = texelAt(step, widthB);
  vec4 sums = vec4(0.0);
  for (int k = 0; k < quads; k++) {
    vec4 factors = texel(user_a, a, sizeA);
    mat4 terms = ${transposed ? `transpose(${read})` : read};
    ${FOUR.map((i) => `sums += factors[${i}] * terms[${i}];`).join("\n    ")}
    a = onward(a, ivec2(1, 0), widthA);
    ${FOUR.map((i) => `b${i} = onward(b${i}, by, widthB);`).join("\n    ")}
  }
  return sums;
}`,
  };
}
