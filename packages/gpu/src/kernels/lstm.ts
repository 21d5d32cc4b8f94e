import type { WholeWeightKernels } from "@ltt/core";
import type { Variant } from "../device.ts";
import { asFloats, hostIndices } from "../indices.ts";
import { integer, type Kernel, kernel } from "../kernel.ts";
import type { Issue, Values } from "./issue.ts";
import { join } from "./movement.ts";
import { inVariants, neighbours } from "./neighbours.ts";
import { termsOf } from "./product.ts";
import { gather } from "./rows.ts";

// All texts that are not at their end take a step together, in both directions, in two launches: the gates, then the states h and c side by
// side. A thread cannot write into a part of an array, so the steps are computed apart, put together at the end, and ordered by token.
//
// A token that is read in one direction is a row here: row n·directions + d of gates, cells and states. x counts what is in it, y
// directions, z texts, the longest first, so that those alive at a step are the first ones.

/** The hidden unit of x, which counts two or four times as many. */
export const UNIT = "unitOf(this.thread.x, hidden)";

/** What a step computed for this text and direction, in rows of `size`. */
const here = (size: string) => `(this.thread.z * directions + this.thread.y) * ${size}`;

/** Adds 4·`quads` + `rest` products in their order, four between two tests of the loop's end. */
function addProducts(sum: string, left: Terms, right: Terms): string {
  const term = `${sum} += ${left.array}[p] * ${right.array}[q]; p += ${left.step}; q += ${right.step};`;
  return `
    ${integer("p", left.from)}
    ${integer("q", right.from)}
    for (let k = 0; k < quads; k++) { ${term.repeat(4)} }
    for (let l = 0; l < rest; l++) { ${term} }`;
}
interface Terms {
  readonly array: string;
  readonly from: string;
  readonly step: string;
}

/** x counts the rows of weight_hh, gates in the order i, f, g, o; of h there are no values at the first step. */
const gatesOfStep = kernel({
  name: "lstmGatesOfStep",
  arrays: ["projected", "bias", "recurrent", "before", "inputs"],
  integers: ["hidden", "directions", "from", "quads", "rest"],
  body: `
    const row = inputs[from + ${here("1")}];
    let z = projected[whole(row) * 4 * hidden + this.thread.x] + bias[this.thread.y * 4 * hidden + this.thread.x];
    ${addProducts(
      "z",
      { array: "recurrent", from: "(this.thread.y * 4 * hidden + this.thread.x) * hidden", step: "1" },
      { array: "before", from: here("2 * hidden"), step: "1" },
    )}
    if (this.thread.x >= 2 * hidden && this.thread.x < 3 * hidden) { return tanhOf(z); }
    return sigmoidOf(z);`,
});

/**
 * x counts h, then c, y texts in all directions. The cell state before is in rows of `width`, from `at` on. Lengths are in groups of
 * neighbours.
 */
export const statesOfStep: Readonly<Record<Variant, Kernel<"gates" | "before", "hidden" | "width" | "at">>> =
  inVariants((variant) => {
    const { settings, read, each, result } = neighbours(variant);
    const gate = (which: number) => `(this.thread.y * 4 + ${which}) * hidden + ${UNIT}`;
    return kernel({
      name: "lstmStatesOfStep",
      arrays: ["gates", "before"],
      integers: ["hidden", "width", "at"],
      ...settings,
      body: `
      ${["i", "f", "g"].map((name, which) => read(name, "gates", gate(which))).join("\n")}
      ${read("from", "before", `this.thread.y * width + at + ${UNIT}`)}
      ${each((n) => `const c${n} = f${n} * from${n} + i${n} * g${n};`)}
      if (this.thread.x >= hidden) { return ${result((n) => `c${n}`)}; }
      ${read("o", "gates", gate(3))}
      return ${result((n) => `o${n} * tanhOf(c${n})`)};`,
    });
  });

const gate = (index: number) => `gates[(whole(row) * 4 + ${index}) * hidden + ${UNIT}]`;
/** dh and dc of a step: what came from the step after it, `carried`, and from outside. */
const GRADIENTS_OF_STATE = `
    const row = rows[from + ${here("1")}];
    const o = ${gate(3)};
    const tanhC = tanhOf(cells[whole(row) * hidden + ${UNIT}]);
    const dh = carried[${here("2 * hidden")} + ${UNIT}] + dstates[whole(row) * hidden + ${UNIT}];
    const dc = carried[${here("2 * hidden")} + hidden + ${UNIT}] + dh * o * (1 - tanhC * tanhC);`;

/** x counts the rows of weight_hh. The rows of the step before begin at `fromBefore`, if that is not negative. */
const gradientOfGates = kernel({
  name: "lstmGradientOfGates",
  arrays: ["dstates", "gates", "cells", "carried", "rows"],
  integers: ["hidden", "directions", "from", "fromBefore"],
  body: `
    ${GRADIENTS_OF_STATE}
    if (this.thread.x >= 3 * hidden) { return vanished(dh * tanhC * (o * (1 - o))); }
    const i = ${gate(0)};
    const g = ${gate(2)};
    if (this.thread.x < hidden) { return vanished(dc * g * (i * (1 - i))); }
    if (this.thread.x >= 2 * hidden) { return vanished(dc * i * (1 - g * g)); }
    if (fromBefore < 0) { return 0; }
    const f = ${gate(1)};
    const previous = rows[fromBefore + ${here("1")}];
    return vanished(dc * cells[whole(previous) * hidden + ${UNIT}] * (f * (1 - f)));`,
});

/** What a text starts with at its end. */
const GRADIENT_AT_END = `
      if (this.thread.x < hidden) { return 0; }
      const end = rows[ends + ${here("1")}];
      return dstates[whole(end) * hidden + this.thread.x - hidden];`;

const gradientAtEnd = kernel({
  name: "lstmGradientAtEnd",
  arrays: ["dstates", "rows"],
  integers: ["hidden", "directions", "ends"],
  body: GRADIENT_AT_END,
});

/** What goes on to the step before, which more texts than the `texts` of this one may take: x counts h, then c. */
const gradientCarried = kernel({
  name: "lstmGradientCarried",
  arrays: ["dstates", "gates", "cells", "carried", "rows", "dgates", "recurrent"],
  integers: ["hidden", "directions", "from", "ends", "texts", "quads", "rest"],
  body: `
    if (this.thread.z >= texts) {
      ${GRADIENT_AT_END}
    }
    if (this.thread.x < hidden) {
      let sum = 0;
      ${addProducts(
        "sum",
        { array: "dgates", from: here("4 * hidden"), step: "1" },
        { array: "recurrent", from: "this.thread.y * 4 * hidden * hidden + this.thread.x", step: "hidden" },
      )}
      return vanished(sum);
    }
    ${GRADIENTS_OF_STATE}
    return vanished(dc * ${gate(1)});`,
});

const zero = kernel({ name: "zero", arrays: [], body: "return 0;" });

export function lstm(issue: Issue): Pick<WholeWeightKernels, "lstm" | "lstmGates"> {
  /** The steps' results, one after the other. */
  const joined = (steps: readonly Values[]): Values => {
    const all = issue.allocate(steps.reduce((sum, { length }) => sum + length, 0));
    const parts = steps.map((values) => ({ values, length: values.length }));
    join(issue, parts, all, 1);
    return all;
  };
  const release = (all: readonly Values[]) => {
    for (const one of all) issue.release(one);
  };

  return {
    lstm: (projected, places, bias, recurrent, starts, gates, cells, states, { batch, hidden, directions }) => {
      const { rows, steps, ends, last } = inOrderOfReading(hostIndices("lstm", starts), directions);
      const placed = places && hostIndices("lstm", places);
      const inputRows = placed
        ? rows.map((row) => placed[Math.floor(row / directions)]! * directions + (row % directions))
        : rows;
      const inputs = issue.upload(asFloats(inputRows));
      const nothing = issue.allocate(batch * directions * 2 * hidden);
      issue.launch(zero, {}, {}, nothing, [nothing.length]);

      const gatesBy: Values[] = [];
      const statesBy: Values[] = [];
      for (const { from, texts } of steps) {
        const gate = issue.allocate(texts * directions * 4 * hidden);
        const state = issue.allocate(texts * directions * 2 * hidden);
        const before = statesBy.at(-1) ?? nothing;
        const terms = termsOf(before === nothing ? 0 : hidden);
        const sizes = { hidden, directions };
        issue.launch(gatesOfStep, { projected, bias, recurrent, before, inputs }, { ...sizes, ...terms, from }, gate, [
          4 * hidden,
          directions,
          texts,
        ]);
        const rows = { hidden, width: 2 * hidden, at: hidden };
        issue.launch(statesOfStep.one, { gates: gate, before }, rows, state, [2 * hidden, texts * directions]);
        statesBy.push(state);
        if (gates === undefined) issue.release(gate);
        else gatesBy.push(gate);
      }

      if (gates !== undefined) {
        const all = joined(gatesBy);
        gather(issue, all, inverse(rows), gates, 4 * hidden);
        issue.release(all);
      }
      const all = joined([...statesBy, nothing]); // position p has h at 2p and c at 2p + 1
      if (cells !== undefined) {
        const cellOf = inverse(rows).map((position) => 2 * position + 1);
        gather(issue, all, cellOf, cells, hidden);
      }
      const stateOf = new Int32Array(states.length / hidden).fill(2 * rows.length); // nothing, but for
      rows.forEach((row, position) => {
        stateOf[row] = 2 * position;
      });
      ends.forEach((end, i) => {
        stateOf[end] = 2 * last[i]! + 1;
      });
      gather(issue, all, stateOf, states, hidden);
      release([all, nothing, inputs, ...gatesBy, ...statesBy]);
    },

    lstmGates: (dstates, gates, cells, recurrent, starts, dgates, { hidden, directions }) => {
      const { rows: read, steps, ends: atEnds } = inOrderOfReading(hostIndices("lstmGates", starts), directions);
      const ends = read.length;
      const table = new Int32Array(ends + atEnds.length);
      table.set(read);
      table.set(atEnds, ends);
      const rows = issue.upload(asFloats(table));
      const sizes = { hidden, directions };
      /** h and c of so many texts. */
      const carry = (texts: number) => {
        const grid = [2 * hidden, directions, texts] as const;
        return { values: issue.allocate(2 * hidden * directions * texts), grid };
      };

      const dgatesBy: Values[] = [];
      const first = carry(steps.at(-1)?.texts ?? 0);
      let carried = first.values;
      issue.launch(gradientAtEnd, { dstates, rows }, { ...sizes, ends }, carried, first.grid);
      for (let step = steps.length - 1; step >= 0; step--) {
        const { from, texts } = steps[step]!;
        const before = steps[step - 1];
        const dgate = issue.allocate(texts * directions * 4 * hidden);
        const arrays = { dstates, gates, cells, carried, rows };
        const scalars = { ...sizes, from, fromBefore: before?.from ?? -1 };
        issue.launch(gradientOfGates, arrays, scalars, dgate, [4 * hidden, directions, texts]);
        dgatesBy.unshift(dgate);
        if (before !== undefined) {
          const operands = { ...arrays, dgates: dgate, recurrent };
          const next = carry(before.texts);
          const terms = termsOf(4 * hidden);
          issue.launch(gradientCarried, operands, { ...sizes, ...terms, from, ends, texts }, next.values, next.grid);
          issue.release(carried);
          carried = next.values;
        }
      }
      const all = joined(dgatesBy);
      gather(issue, all, inverse(read), dgates, 4 * hidden);
      release([all, carried, rows, ...dgatesBy]);
    },
  };
}

interface Reading {
  /** Step after step, the rows read in it: text after text, the longest first, in each direction. */
  readonly rows: Int32Array;
  /** Where a step's rows begin, and how many texts take it. */
  readonly steps: readonly { readonly from: number; readonly texts: number }[];
  /** In the same order of texts and directions: the rows that follow those of all tokens, */
  readonly ends: Int32Array;
  /** and the position in `rows` of what was read last, or behind all of them where a text is empty. */
  readonly last: Int32Array;
}

function inOrderOfReading(starts: Int32Array, directions: number): Reading {
  const [batch, tokens] = [starts.length - 1, starts.at(-1)!];
  const length = (text: number) => starts[text + 1]! - starts[text]!;
  const texts = Array.from({ length: batch }, (_, text) => text).sort((a, b) => length(b) - length(a));
  const rows = new Int32Array(tokens * directions);
  const last = new Int32Array(batch * directions).fill(rows.length);
  const steps: { from: number; texts: number }[] = [];
  for (let position = 0; position < rows.length; ) {
    const [step, from] = [steps.length, position];
    for (let i = 0; i < batch && length(texts[i]!) > step; i++) {
      for (let d = 0; d < directions; d++) {
        const n = d === 0 ? starts[texts[i]!]! + step : starts[texts[i]! + 1]! - 1 - step;
        last[i * directions + d] = position;
        rows[position++] = n * directions + d;
      }
    }
    steps.push({ from, texts: (position - from) / directions });
  }
  const ends = last.map((_, i) => (tokens + texts[Math.floor(i / directions)]!) * directions + (i % directions));
  return { rows, steps, ends, last };
}

/** The position of each row. */
function inverse(rows: Int32Array): Int32Array {
  const positions = new Int32Array(rows.length);
  rows.forEach((row, position) => {
    positions[row] = position;
  });
  return positions;
}
