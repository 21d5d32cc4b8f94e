import type { Kernels } from "@ltt/core";
import { kernel } from "../kernel.ts";
import type { Issue } from "./issue.ts";
import { statesOfStep, UNIT } from "./lstm.ts";
import { inVariants, neighbours } from "./neighbours.ts";

const gatesOfCell = inVariants((variant) => {
  const { settings, read, each, result } = neighbours(variant);
  const gate = "this.thread.y * 4 * hidden + this.thread.x";
  return kernel({
    name: "lstmGatesOfCell",
    arrays: ["input", "recurrent", "biasIh", "biasHh"],
    integers: ["hidden"],
    ...settings,
    body: `
      ${read("fromInput", "input", gate)}
      ${read("fromBefore", "recurrent", gate)}
      ${read("bi", "biasIh", "this.thread.x")}
      ${read("bh", "biasHh", "this.thread.x")}
      ${each((i) => `const z${i} = fromInput${i} + bi${i} + (fromBefore${i} + bh${i});`)}
      if (this.thread.x >= 2 * hidden && this.thread.x < 3 * hidden) { return ${result((i) => `tanhOf(z${i})`)}; }
      return ${result((i) => `sigmoidOf(z${i})`)};`,
  });
});

const gate = (which: number) => `gates[(this.thread.y * 4 + ${which}) * hidden + ${UNIT}]`;
const state = (of: "states" | "dstates", which: number) => `${of}[(this.thread.y * 2 + ${which}) * hidden + ${UNIT}]`;
const GRADIENTS_OF_STATE = `
    const o = ${gate(3)};
    const tanhC = tanhOf(${state("states", 1)});
    const dh = ${state("dstates", 0)};
    const dnext = ${state("dstates", 1)} + dh * o * (1 - tanhC * tanhC);`;

const gradientOfGates = kernel({
  name: "lstmCellGradientOfGates",
  arrays: ["dstates", "gates", "states", "c"],
  integers: ["hidden"],
  body: `
    ${GRADIENTS_OF_STATE}
    if (this.thread.x >= 3 * hidden) { return dh * tanhC * (o * (1 - o)); }
    const i = ${gate(0)};
    const g = ${gate(2)};
    if (this.thread.x < hidden) { return dnext * g * (i * (1 - i)); }
    if (this.thread.x >= 2 * hidden) { return dnext * i * (1 - g * g); }
    const f = ${gate(1)};
    return dnext * c[this.thread.y * hidden + ${UNIT}] * (f * (1 - f));`,
});

const gradientOfCell = kernel({
  name: "lstmCellGradientOfCell",
  arrays: ["dstates", "gates", "states"],
  integers: ["hidden"],
  body: `
    ${GRADIENTS_OF_STATE}
    return dnext * ${gate(1)};`,
});

/** x counts gates, states or units of a text, or groups of four of them, y texts. */
export function lstmCell(issue: Issue): Pick<Kernels, "lstmCell" | "lstmCellGradient"> {
  return {
    lstmCell: (input, recurrent, biasIh, biasHh, c, gates, states, { batch, hidden }) => {
      const gate = issue.variant(gatesOfCell, hidden, true);
      const state = issue.variant(statesOfStep, hidden, true);
      const operands = { input, recurrent, biasIh, biasHh };
      issue.launch(gate.kernel, operands, { hidden: gate.groups }, gates, [4 * gate.groups, batch]);
      const sizes = { hidden: state.groups, width: state.groups, at: 0 };
      issue.launch(state.kernel, { gates, before: c }, sizes, states, [2 * state.groups, batch]);
    },
    lstmCellGradient: (dstates, gates, states, c, dgates, dc, { batch, hidden }) => {
      issue.launch(gradientOfGates, { dstates, gates, states, c }, { hidden }, dgates, [4 * hidden, batch]);
      issue.launch(gradientOfCell, { dstates, gates, states }, { hidden }, dc, [hidden, batch]);
    },
  };
}
