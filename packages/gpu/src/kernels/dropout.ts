import type { Kernels } from "@ltt/core";
import { kernel, remainder } from "../kernel.ts";
import type { Issue } from "./issue.ts";

/** The upper word of the counters that `Rng` draws from. */
const DRAWS = 0x80000000;
/** Threefry-2x32's rotations, four rounds at a time. */
const ROTATIONS = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const;

/**
 * Core's Threefry-2x32-20 on words of two 16-bit halves, each a whole number in a float32, where all that is done to them is exact: shaders
 * of WebGL 2 have no operations on the bits of a negative integer. The words are a and b, `L` and `H` their halves.
 */
const dropoutMask = kernel({
  name: "dropoutMask",
  arrays: [],
  numbers: ["k0L", "k0H", "k1L", "k1H", "k2L", "k2H", "limitL", "limitH", "kept"],
  body: `
    let low = ${remainder("this.thread.x", "131072")};
    let aL = Math.floor(low * 0.5);
    let odd = low - 2 * aL;
    let aH = quotient(this.thread.x, 131072);
    let bL = ${DRAWS % 65536}.0;
    let bH = ${DRAWS / 65536}.0;
    let rL = 0.0;
    let rH = 0.0;
    ${plus("a", "k0L", "k0H")}
    ${plus("b", "k1L", "k1H")}
    ${Array.from({ length: 5 }, (_, group) => fourRounds(group)).join("")}
    if (odd === 1) { aL = bL; aH = bH; }
    if (aH < limitH) { return 0; }
    if (aH === limitH) { if (aL < limitL) { return 0; } }
    return kept;`,
});

/** word += (low, high), modulo 2³² */
function plus(word: string, low: string, high: string): string {
  return `
    ${word}L = ${word}L + ${low};
    ${word}H = ${word}H + ${high};
    if (${word}L >= 65536) { ${word}L = ${word}L - 65536; ${word}H = ${word}H + 1; }
    if (${word}H >= 65536) { ${word}H = ${word}H - 65536; }`;
}

function fourRounds(group: number): string {
  const rounds = ROTATIONS[group % 2]!.map((rotation) => {
    // from 16 on, the halves change places and the rest is rotated
    const [low, high] = rotation < 16 ? ["bL", "bH"] : ["bH", "bL"];
    const [left, right] = [2 ** (rotation % 16), 2 ** (16 - (rotation % 16))];
    const half = (own: string, other: string) =>
      `(${own} - Math.floor(${own} * ${1 / right}) * ${right}) * ${left} + Math.floor(${other} * ${1 / right})`;
    return `
    ${plus("a", "bL", "bH")}
    rL = ${half(low, high)};
    rH = ${half(high, low)};
    bL = rL ^ aL;
    bH = rH ^ aH;`;
  });
  const [first, second] = [(group + 1) % 3, (group + 2) % 3];
  return `${rounds.join("")}
    ${plus("a", `k${first}L`, `k${first}H`)}
    ${plus("b", `k${second}L`, `k${second}H`)}
    ${plus("b", `${group + 1}.0`, "0.0")}`;
}

export function dropout(issue: Issue): Pick<Kernels, "dropoutMask"> {
  return {
    dropoutMask: ([key0, key1], out, { p }) => {
      const words = {
        k0: key0 >>> 0,
        k1: key1 >>> 0,
        k2: (0x1bd11bda ^ key0 ^ key1) >>> 0,
        limit: Math.ceil(p * 2 ** 32),
      };
      const scalars: Record<string, number> = { kept: 1 / (1 - p) };
      for (const [name, word] of Object.entries(words)) {
        scalars[`${name}L`] = word % 65536;
        scalars[`${name}H`] = Math.floor(word / 65536);
      }
      issue.launch(dropoutMask, {}, scalars as Record<(typeof dropoutMask.numbers)[number], number>, out, [out.length]);
    },
  };
}
