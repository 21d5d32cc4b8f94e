import type { Kernels } from "@ltt/core";
import { hostIndices } from "../indices.ts";
import { kernel, remainder } from "../kernel.ts";
import type { Issue, Values } from "./issue.ts";
import { join } from "./movement.ts";

// A text's s-th step is its s-th word, or, read from its end, its (length − 1 − s)-th. All texts take their s-th step together, in two launches: the
// gates, then the states h and c side by side. A thread cannot write into a part of an array, so the steps are computed apart and put together at the end.

/** Where text y stands at its step. */
const WORD = "(whole(length) - 1) * reverse + step * (1 - 2 * reverse)";

/** The hidden unit of row or state x. */
const UNIT: string = remainder("this.thread.x", "hidden");

/** x counts the rows of weight_hh, gates in the order i, f, g, o. */
const gatesOfStep = kernel({
  name: "lstmGates",
  arrays: ["projected", "recurrent", "before", "lengths"],
  integers: ["time", "hidden", "step", "reverse"],
  body: `
    const length = lengths[this.thread.y];
    if (step >= length) { return 0; }
    let sum = 0;
    if (step > 0) {
      for (let k = 0; k < hidden; k++) {
        sum += recurrent[this.thread.x * hidden + k] * before[this.thread.y * 2 * hidden + k];
      }
    }
    const z = sum + projected[(this.thread.y * time + ${WORD}) * 4 * hidden + this.thread.x];
    if (this.thread.x >= 2 * hidden && this.thread.x < 3 * hidden) { return tanhOf(z); }
    return sigmoidOf(z);`,
});

/** x counts h, then c. */
const statesOfStep = kernel({
  name: "lstmStates",
  arrays: ["gates", "before", "lengths"],
  integers: ["hidden", "step"],
  body: `
    const length = lengths[this.thread.y];
    if (step >= length) { return 0; }
    let c = gates[this.thread.y * 4 * hidden + ${UNIT}] *
      gates[(this.thread.y * 4 + 2) * hidden + ${UNIT}];
    if (step > 0) {
      c = gates[(this.thread.y * 4 + 1) * hidden + ${UNIT}] *
        before[(this.thread.y * 2 + 1) * hidden + ${UNIT}] + c;
    }
    if (this.thread.x >= hidden) { return c; }
    return gates[(this.thread.y * 4 + 3) * hidden + this.thread.x] * tanhOf(c);`,
});

/** out[b,t,x]: the step at which text b was at its word t, or 0 after its end. */
const byWord = kernel({
  name: "lstmByWord",
  arrays: ["steps", "lengths"],
  integers: ["batch", "size", "reverse"],
  body: `
    const length = lengths[this.thread.z];
    if (this.thread.y >= length) { return 0; }
    return steps[
      (((whole(length) - 1) * reverse + this.thread.y * (1 - 2 * reverse)) * batch + this.thread.z) * size +
        this.thread.x
    ];`,
});

const AT = `(this.thread.y * time + ${WORD})`;
const gate = (index: number) => `gates[(${AT} * 4 + ${index}) * hidden + ${UNIT}]`;
const state = (index: number) => `states[(${AT} * 2 + ${index}) * hidden + ${UNIT}]`;
/** dh and dc of a step: what came from the step after it, `carried`, and from outside. */
const GRADIENTS_OF_STATE = `
    const tanhC = tanhOf(${state(1)});
    const dh = carried[this.thread.y * 2 * hidden + ${UNIT}] + dstates[${AT} * 2 * hidden + ${UNIT}];
    const dc = carried[(this.thread.y * 2 + 1) * hidden + ${UNIT}] + dstates[(${AT} * 2 + 1) * hidden + ${UNIT}] +
      dh * ${gate(3)} * (1 - tanhC * tanhC);`;

/** x counts the rows of weight_hh. */
const gradientOfGates = kernel({
  name: "lstmGradientOfGates",
  arrays: ["dstates", "gates", "states", "carried", "lengths"],
  integers: ["time", "hidden", "step", "reverse"],
  body: `
    const length = lengths[this.thread.y];
    if (step >= length) { return 0; }
    ${GRADIENTS_OF_STATE}
    if (this.thread.x < hidden) {
      return flushed(dc * ${gate(2)} * (${gate(0)} * (1 - ${gate(0)})));
    }
    if (this.thread.x < 2 * hidden) {
      if (step === 0) { return 0; }
      return flushed(dc * states[((${AT} - 1 + 2 * reverse) * 2 + 1) * hidden + ${UNIT}] * (${gate(1)} * (1 - ${gate(1)})));
    }
    if (this.thread.x < 3 * hidden) {
      return flushed(dc * ${gate(0)} * (1 - ${gate(2)} * ${gate(2)}));
    }
    return flushed(dh * tanhC * (${gate(3)} * (1 - ${gate(3)})));`,
});

/** What goes on to the step before: x counts h, then c. */
const gradientCarried = kernel({
  name: "lstmGradientCarried",
  arrays: ["dstates", "gates", "states", "carried", "lengths", "dgates", "recurrent"],
  integers: ["time", "hidden", "step", "reverse"],
  body: `
    const length = lengths[this.thread.y];
    if (step >= length) { return 0; }
    if (this.thread.x < hidden) {
      let sum = 0;
      for (let k = 0; k < 4 * hidden; k++) {
        sum += dgates[this.thread.y * 4 * hidden + k] * recurrent[k * hidden + this.thread.x];
      }
      return flushed(sum);
    }
    ${GRADIENTS_OF_STATE}
    return flushed(dc * ${gate(1)});`,
});

export function lstm(issue: Issue): Pick<Kernels, "lstm" | "lstmGradient"> {
  /** Puts steps together and orders them by word. */
  const assemble = (steps: readonly Values[], lengths: Values, out: Values, size: number, sizes: Sizes) => {
    const { batch, time, reverse } = sizes;
    const all = issue.allocate(steps.length * batch * size);
    join(
      issue,
      steps.map((values) => ({ values, length: batch * size })),
      all,
      1,
    );
    issue.launch(byWord, { steps: all, lengths }, { batch, size, reverse }, out, [size, time, batch]);
    issue.release(all);
    for (const step of steps) issue.release(step);
  };

  return {
    lstm: (projected, recurrent, lengths, gates, states, { batch, time, hidden, reverse: backwards }) => {
      const reverse = Number(backwards);
      const gatesBy: Values[] = [];
      const statesBy: Values[] = [];
      const last = longest(hostIndices("lstm", lengths));
      for (let step = 0; step < last; step++) {
        const gate = issue.allocate(batch * 4 * hidden);
        const state = issue.allocate(batch * 2 * hidden);
        const before = statesBy.at(-1) ?? recurrent; // which the first step does not read
        const scalars = { time, hidden, step, reverse };
        issue.launch(gatesOfStep, { projected, recurrent, before, lengths }, scalars, gate, [4 * hidden, batch]);
        issue.launch(statesOfStep, { gates: gate, before, lengths }, { hidden, step }, state, [2 * hidden, batch]);
        gatesBy.push(gate);
        statesBy.push(state);
      }
      assemble(gatesBy, lengths, gates, 4 * hidden, { batch, time, reverse });
      assemble(statesBy, lengths, states, 2 * hidden, { batch, time, reverse });
    },

    lstmGradient: (
      dstates,
      gates,
      states,
      recurrent,
      lengths,
      dprojected,
      { batch, time, hidden, reverse: backwards },
    ) => {
      const reverse = Number(backwards);
      const dgatesBy: Values[] = [];
      const carried = issue.allocate(batch * 2 * hidden);
      issue.launch(zero, {}, {}, carried, [batch * 2 * hidden]);
      for (let step = longest(hostIndices("lstm", lengths)) - 1; step >= 0; step--) {
        const dgates = issue.allocate(batch * 4 * hidden);
        const arrays = { dstates, gates, states, carried, lengths };
        const scalars = { time, hidden, step, reverse };
        issue.launch(gradientOfGates, arrays, scalars, dgates, [4 * hidden, batch]);
        issue.launch(gradientCarried, { ...arrays, dgates, recurrent }, scalars, carried, [2 * hidden, batch]);
        dgatesBy.unshift(dgates);
      }
      assemble(dgatesBy, lengths, dprojected, 4 * hidden, { batch, time, reverse });
      issue.release(carried);
    },
  };
}

const zero = kernel({ name: "zero", arrays: [], body: "return 0;" });

interface Sizes {
  readonly batch: number;
  readonly time: number;
  readonly reverse: number;
}

function longest(lengths: Int32Array): number {
  return lengths.reduce((most, length) => Math.max(most, length), 0);
}
