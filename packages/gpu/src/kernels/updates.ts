import type { AdamStep, WholeWeightKernels } from "@ltt/core";
import { type Kernel, kernel } from "../kernel.ts";
import type { Issue, Values } from "./issue.ts";
import { byRow, sumOfEntries } from "./rows.ts";
import { several } from "./several.ts";

/** g = gradient + λ·θ */
const G = "(gradient[this.thread.x] + decay * weights[this.thread.x])";
const update = <const Arrays extends string, const Scalars extends string>(
  name: string,
  arrays: readonly Arrays[],
  numbers: readonly Scalars[],
  value: string,
): Kernel<Arrays, Scalars> => kernel({ name, arrays, numbers, body: `return ${value};` });

const regularised = update("regularised", ["gradient", "weights"], ["decay"], G);
/** rate·old + share·g */
const mixed = update(
  "mixed",
  ["old", "gradient", "weights"],
  ["rate", "share", "decay"],
  `flushed(rate * old[this.thread.x] + share * ${G})`,
);
const mixedSquares = update(
  "mixedSquares",
  ["old", "gradient", "weights"],
  ["rate", "share", "decay"],
  `flushed(rate * old[this.thread.x] + share * (${G} * ${G}))`,
);
const descended = update(
  "descended",
  ["weights", "step"],
  ["eta"],
  "weights[this.thread.x] - eta * step[this.thread.x]",
);
const descendedNesterov = update(
  "descendedNesterov",
  ["weights", "gradient", "velocity"],
  ["eta", "momentum", "decay"],
  `weights[this.thread.x] - eta * (${G} + momentum * velocity[this.thread.x])`,
);
const ADAM_NUMBERS = ["beta1", "share1", "beta2", "share2", "decay", "kept", "eta", "scale", "epsilon"] as const;
/** Adam of the element `at`, with the gradient `g`, which is of the weights before the decoupled decay. */
const adamOf = (at: string, g: string) => ({
  body: `
    const g = ${g} + decay * weights[${at}];
    const newM = flushed(beta1 * m[${at}] + share1 * g);
    const newV = flushed(beta2 * v[${at}] + share2 * (g * g));`,
  results: {
    weights: `weights[${at}] * kept - eta * newM / (Math.sqrt(newV) / scale + epsilon)`,
    m: "newM",
    v: "newV",
  },
});
const adamOfAll = several({
  name: "adam",
  arrays: ["gradient", "m", "v", "weights"],
  numbers: ADAM_NUMBERS,
  ...adamOf("this.thread.x", "gradient[this.thread.x]"),
});
/** Its gradient is the sum of some rows for each row of the weights, of most none: it is never written out. */
const adamOfRow = adamOf("this.thread.y * dim + this.thread.x", "sum");
const adamOfRows = several({
  name: "adamOfRows",
  arrays: ["rows", "order", "starts", "m", "v", "weights"],
  integers: ["dim"],
  numbers: ADAM_NUMBERS,
  ...adamOfRow,
  body: `${sumOfEntries("0")}${adamOfRow.body}`,
});
/** μ·b + g / (√v + ε) */
const normalised = update(
  "normalised",
  ["b", "gradient", "v", "weights"],
  ["momentum", "epsilon", "decay"],
  `flushed(momentum * b[this.thread.x] + ${G} / (Math.sqrt(v[this.thread.x]) + epsilon))`,
);
const rmspropDescended = update(
  "rmspropDescended",
  ["weights", "gradient", "v"],
  ["eta", "epsilon", "decay"],
  `weights[this.thread.x] - eta * (${G} / (Math.sqrt(v[this.thread.x]) + epsilon))`,
);

function numbersOf(given: AdamStep): Record<(typeof ADAM_NUMBERS)[number], number> {
  const { learningRate, beta1, beta2, epsilon, weightDecay: decay, decoupledDecay, step } = given;
  const eta = learningRate / (1 - beta1 ** step);
  const scale = Math.sqrt(1 - beta2 ** step);
  const kept = 1 - learningRate * decoupledDecay;
  return { beta1, share1: 1 - beta1, beta2, share2: 1 - beta2, decay, kept, eta, scale, epsilon };
}

export function updates(issue: Issue): Pick<WholeWeightKernels, "sgd" | "adam" | "adamRows" | "rmsprop"> {
  return {
    sgd: (gradient, velocity, weights, step) => {
      const { learningRate: eta, momentum, dampening, nesterov, first, weightDecay: decay } = step;
      const grid = [weights.length] as const;
      const regular = (out: Values) => issue.launch(regularised, { gradient, weights }, { decay }, out, grid);
      if (velocity === undefined) {
        const g = issue.allocate(weights.length);
        regular(g);
        issue.launch(descended, { weights, step: g }, { eta }, weights, grid);
        issue.release(g);
        return;
      }
      if (first) regular(velocity);
      else {
        const rates = { rate: momentum, share: 1 - dampening, decay };
        issue.launch(mixed, { old: velocity, gradient, weights }, rates, velocity, grid);
      }
      if (nesterov) {
        issue.launch(descendedNesterov, { weights, gradient, velocity }, { eta, momentum, decay }, weights, grid);
      } else issue.launch(descended, { weights, step: velocity }, { eta }, weights, grid);
    },
    adam: (gradient, m, v, weights, step) => {
      const arrays = { gradient, m, v, weights };
      issue.launchSeveral(adamOfAll, arrays, numbersOf(step), { weights, m, v }, [weights.length]);
    },
    adamRows: (rows, ids, m, v, weights, step) => {
      if (weights.length === 0) return;
      const { dim, except } = step;
      byRow(issue, ids, weights.length / dim, except, ({ order, starts, count }) => {
        const arrays = { rows, order, starts, m, v, weights };
        issue.launchSeveral(adamOfRows, arrays, { ...numbersOf(step), dim }, { weights, m, v }, [dim, count]);
      });
    },
    rmsprop: (gradient, v, b, weights, step) => {
      const { learningRate: eta, alpha, epsilon, weightDecay: decay, momentum } = step;
      const grid = [weights.length] as const;
      issue.launch(mixedSquares, { old: v, gradient, weights }, { rate: alpha, share: 1 - alpha, decay }, v, grid);
      if (b === undefined) {
        issue.launch(rmspropDescended, { weights, gradient, v }, { eta, epsilon, decay }, weights, grid);
        return;
      }
      issue.launch(normalised, { b, gradient, v, weights }, { momentum, epsilon, decay }, b, grid);
      issue.launch(descended, { weights, step: b }, { eta }, weights, grid);
    },
  };
}
