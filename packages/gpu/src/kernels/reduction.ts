import type { Kernels, Storage } from "@ltt/core";
import { checkIndexable } from "../indices.ts";
import { integer, kernel, remainder } from "../kernel.ts";
import type { Issue } from "./issue.ts";

const sum = kernel({
  name: "sum",
  arrays: ["x"],
  integers: ["axis", "inner"],
  body: `
    let total = 0;
    for (let k = 0; k < axis; k++) total += x[(this.thread.y * axis + k) * inner + this.thread.x];
    return total;`,
});

/**
 * Of blocks of the axis, `block` elements each or what is left of them: x counts (o·blocks + b)·inner + i. One axis, for
 * WebGPU's workgroups are 8 × 8 where there are two, and `inner` is often 1.
 */
const sumOfBlocks = kernel({
  name: "sumOfBlocks",
  arrays: ["x"],
  integers: ["axis", "inner", "block", "blocks"],
  body: `
    ${integer("rest", "quotient(this.thread.x, inner)")}
    ${integer("o", "quotient(rest, blocks)")}
    ${integer("first", "(rest - o * blocks) * block")}
    ${integer("i", "this.thread.x - rest * inner")}
    let total = 0;
    for (let k = 0; k < block; k++) {
      if (first + k < axis) total += x[(o * axis + first + k) * inner + i];
    }
    return total;`,
});

/**
 * A pass of `cumsum`: adds the sum that ends `distance` elements before. After the passes 1, 2, 4, … each element is the sum of all up to
 * it (Hillis & Steele, CACM 29(12), 1986, p. 1173). a·inner + i is x.
 */
const cumsumPass = kernel({
  name: "cumsumPass",
  arrays: ["x"],
  integers: ["axis", "inner", "distance", "reverse"],
  body: `
    ${integer("a", "quotient(this.thread.x, inner)")}
    let total = x[this.thread.y * axis * inner + this.thread.x];
    if (reverse === 0) {
      if (a >= distance) { total += x[this.thread.y * axis * inner + this.thread.x - distance * inner]; }
    } else {
      if (a + distance < axis) { total += x[this.thread.y * axis * inner + this.thread.x + distance * inner]; }
    }
    return total;`,
});

/** NaN is larger than everything, and the first of it wins. */
const winner = (end: string) => `
    const last = ${end};
    let best = x[this.thread.y * axis * inner + this.thread.x];
    let winner = 0;
    for (let k = 1; k < last; k++) {
      const value = x[(this.thread.y * axis + k) * inner + this.thread.x];
      if (isNotANumber(best) === 0) {
        if (value > best) { best = value; winner = k; }
        if (isNotANumber(value) === 1) { best = value; winner = k; }
      }
    }
    return winner;`;

const argmax = kernel({ name: "argmax", arrays: ["x"], integers: ["axis", "inner"], body: winner("axis") });
const winnersWithin = kernel({
  name: "winnersWithin",
  arrays: ["x", "lengths"],
  integers: ["axis", "inner"],
  body: winner("lengths[this.thread.y]"),
});

const gatherArgmax = kernel({
  name: "gatherArgmax",
  arrays: ["x", "argmax"],
  integers: ["axis", "inner"],
  body: `
    const winner = argmax[this.thread.y * inner + this.thread.x];
    return x[(this.thread.y * axis + whole(winner)) * inner + this.thread.x];`,
});

/** x counts a·inner + i. */
const scatterArgmax = kernel({
  name: "scatterArgmax",
  arrays: ["dy", "argmax"],
  integers: ["inner"],
  body: `
    if (argmax[this.thread.y * inner + ${remainder("this.thread.x", "inner")}] === quotient(this.thread.x, inner)) {
      return dy[this.thread.y * inner + ${remainder("this.thread.x", "inner")}];
    }
    return 0;`,
});

/** From here on an axis is summed in blocks, and these again: one thread alone would wait for a long one. */
const LONG = 512;
/** The most terms of a block: a chain of more float32 additions loses digits. */
const BLOCK = 128;

export function reduction(issue: Issue): Pick<Kernels, "sum" | "cumsum" | "max" | "gatherArgmax" | "scatterArgmax"> {
  const take: Kernels["gatherArgmax"] = (x, argmax, y, { outer, axis, inner }) =>
    issue.launch(gatherArgmax, { x, argmax }, { axis, inner }, y, [inner, outer]);

  return {
    sum: (x, out, { outer, axis, inner }) => {
      let [left, terms, parts] = [axis, x, undefined as Storage | undefined];
      for (;;) {
        const passes = left < LONG ? 1 : Math.ceil(Math.log(left) / Math.log(BLOCK));
        const block = Math.ceil(left ** (1 / passes));
        const blocks = Math.ceil(left / block);
        const size = outer * blocks * inner;
        const sums = passes === 1 ? out : issue.allocate(size);
        if (passes === 1) issue.launch(sum, { x: terms }, { axis: left, inner }, sums, [inner, outer]);
        else issue.launch(sumOfBlocks, { x: terms }, { axis: left, inner, block, blocks }, sums, [size]);
        if (parts !== undefined) issue.release(parts);
        if (passes === 1) return;
        [left, terms, parts] = [blocks, sums, sums];
      }
    },
    cumsum: (x, out, { outer, axis, inner, reverse }) => {
      let [sums, parts] = [x, undefined as Storage | undefined];
      for (let distance = 1; ; distance *= 2) {
        const isLast = 2 * distance >= axis;
        const next = isLast ? out : issue.allocate(outer * axis * inner);
        const size = { axis, inner, distance, reverse: Number(reverse) };
        issue.launch(cumsumPass, { x: sums }, size, next, [axis * inner, outer]);
        if (parts !== undefined) issue.release(parts);
        if (isLast) return;
        [sums, parts] = [next, next];
      }
    },
    max: (x, lengths, out, found, { outer, axis, inner }) => {
      checkIndexable("max", `an axis of ${axis} values`, axis, "take the maxima of its parts, then of these");
      const grid = [inner, outer] as const;
      if (lengths === undefined) issue.launch(argmax, { x }, { axis, inner }, found, grid);
      else issue.launch(winnersWithin, { x, lengths }, { axis, inner }, found, grid);
      take(x, found, out, { outer, axis, inner });
    },
    gatherArgmax: take,
    scatterArgmax: (dy, argmax, dx, { outer, axis, inner }) =>
      issue.launch(scatterArgmax, { dy, argmax }, { inner }, dx, [axis * inner, outer]),
  };
}
