import type { Kernels } from "@ltt/core";
import { kernel } from "../kernel.ts";
import type { Issue } from "./issue.ts";
import { statesOfStep, UNIT } from "./lstm.ts";

const gatesOfCell = kernel({
  name: "lstmGatesOfCell",
  arrays: ["input", "recurrent", "biasIh", "biasHh"],
  integers: ["hidden"],
  body: `
    const fromInput = input[this.thread.y * 4 * hidden + this.thread.x] + biasIh[this.thread.x];
    const z = fromInput + (recurrent[this.thread.y * 4 * hidden + this.thread.x] + biasHh[this.thread.x]);
    if (this.thread.x >= 2 * hidden && this.thread.x < 3 * hidden) { return tanhOf(z); }
    return sigmoidOf(z);`,
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

/** x counts gates, states or units of a text, y texts. */
export function lstmCell(issue: Issue): Pick<Kernels, "lstmCell" | "lstmCellGradient"> {
  return {
    lstmCell: (input, recurrent, biasIh, biasHh, c, gates, states, { batch, hidden }) => {
      issue.launch(gatesOfCell, { input, recurrent, biasIh, biasHh }, { hidden }, gates, [4 * hidden, batch]);
      issue.launch(statesOfStep, { gates, before: c }, { hidden, width: hidden, at: 0 }, states, [2 * hidden, batch]);
    },
    lstmCellGradient: (dstates, gates, states, c, dgates, dc, { batch, hidden }) => {
      issue.launch(gradientOfGates, { dstates, gates, states, c }, { hidden }, dgates, [4 * hidden, batch]);
      issue.launch(gradientOfCell, { dstates, gates, states }, { hidden }, dc, [hidden, batch]);
    },
  };
}
