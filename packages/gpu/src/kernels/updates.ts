import type { WholeWeightKernels } from "@ltt/core";
import { type Kernel, kernel } from "../kernel.ts";
import type { Issue, Values } from "./issue.ts";
import { scatter } from "./rows.ts";

/** g = gradient + λ·θ */
const G = "(gradient[this.thread.x] + decay * weights[this.thread.x])";
const update = <const Arrays extends string, const Scalars extends string>(
  name: string,
  arrays: readonly Arrays[],
  numbers: readonly Scalars[],
  value: string,
): Kernel<Arrays, Scalars> => kernel({ name, arrays, numbers, body: `return ${value};` });

const decayed = update("decayed", ["weights"], ["kept"], "weights[this.thread.x] * kept");
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
const adamDescended = update(
  "adamDescended",
  ["weights", "m", "v"],
  ["eta", "scale", "epsilon"],
  "weights[this.thread.x] - eta * m[this.thread.x] / (Math.sqrt(v[this.thread.x]) / scale + epsilon)",
);
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

export function updates(issue: Issue): Pick<WholeWeightKernels, "sgd" | "adam" | "adamRows" | "rmsprop"> {
  const adam: WholeWeightKernels["adam"] = (gradient, m, v, weights, step) => {
    const { learningRate, beta1, beta2, epsilon, weightDecay: decay, decoupledDecay } = step;
    const grid = [weights.length] as const;
    // g is of the weights before the decoupled decay, which come out the same where one of the two is 0
    issue.launch(mixed, { old: m, gradient, weights }, { rate: beta1, share: 1 - beta1, decay }, m, grid);
    issue.launch(mixedSquares, { old: v, gradient, weights }, { rate: beta2, share: 1 - beta2, decay }, v, grid);
    if (decoupledDecay !== 0) {
      issue.launch(decayed, { weights }, { kept: 1 - learningRate * decoupledDecay }, weights, grid);
    }
    const eta = learningRate / (1 - beta1 ** step.step);
    const scale = Math.sqrt(1 - beta2 ** step.step);
    issue.launch(adamDescended, { weights, m, v }, { eta, scale, epsilon }, weights, grid);
  };

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
    adam,
    adamRows: (rows, ids, m, v, weights, step) => {
      const gradient = issue.allocate(weights.length);
      scatter(issue, rows, ids, gradient, step);
      adam(gradient, m, v, weights, step);
      issue.release(gradient);
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
