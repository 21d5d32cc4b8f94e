import type { Expectation } from "../expectation.ts";
import type { Graph } from "../graph.ts";
import { AT } from "../operations.ts";
import type { AuditedNetwork } from "./audited-files.ts";
import { type Check, firstTensor, identical, isConstant } from "./check.ts";
import { type Part, valuesOf } from "./part.ts";

type Of<Kind extends Expectation["kind"]> = Check<Extract<Expectation, { readonly kind: Kind }>>;

export const startsFrom: Of<"startsFrom"> = {
  words: "Networks start from the weights that they should, bit for bit",
  fault: async (network, files, { weights }) => startFault(network, await files.weights(weights, network.graph)),
};

export const rewoundTo: Of<"rewoundTo"> = {
  words: "Rewound networks start from the weights of the step asked for, neither the first nor the last",
  fault: async (network, files, { step, trained }) => {
    const { graph, hash } = network;
    const { inputs, params } = graph.node(hash);
    const { whole } = graph.node(inputs.start!).inputs;
    const source = whole === undefined ? undefined : graph.node(whole);
    if (
      whole === undefined ||
      source?.op !== AT.name ||
      source.inputs.trained !== trained ||
      source.params.state !== step
    )
      return `it starts from ${described(graph, whole)}, not from those after step ${step}`;
    const goesOn = params.firstStep ?? 0;
    if (goesOn !== step || network.result.firstStep !== step) return `it goes on from step ${goesOn}, not from ${step}`;
    const early = await files.weights(whole, graph);
    const wrong = await startFault(network, early);
    if (wrong !== undefined) return wrong;
    // The few weights that a sparse network keeps may not have moved until then: whole tensors are compared.
    const { start, trained: last, result } = await files.network(trained);
    const equals = (part: Part) =>
      [...network.start.mask.keys()].every((name) => identical(early.values.get(name), part.values.get(name)));
    if (equals(start)) return "they are the first";
    // The last weights are the best ones put back: the same as the early ones exactly where the best step is the early one.
    return equals(last) && result.earlyStopStep !== step ? "they are the last" : undefined;
  },
};

export const freshEverywhere: Of<"freshEverywhere"> = {
  words: "Fresh weights are fresh in every tensor",
  fault: async (network, files, { than }) => {
    for (const hash of new Set(than)) {
      const other = await files.network(hash);
      const kept = await firstTensor(
        network,
        (name, positions, values) =>
          !isConstant(values) &&
          [other.start, other.trained].some((part) => resembles(values, valuesOf(part, name, positions))),
      );
      if (kept !== undefined) return kept;
    }
    return undefined;
  },
};

export const shuffledFrom: Of<"shuffledFrom"> = {
  words: "Shuffled weights are those of the network beside them, in other places",
  fault: async ({ start, frozen }, files, of) => {
    const other = await files.network(of.network);
    const seen = (values: Float32Array) => (of.signs === true ? values.map(Math.abs) : values);
    let [same, compared, tensors] = [0, 0, 0];
    for (const [name, own] of start.values) {
      if (frozen.has(name)) continue;
      const [values, theirs] = [seen(own), seen(other.start.values.get(name)!)];
      if (values.some((value) => value !== 0)) tensors++;
      if (!identical(values.toSorted(), theirs.toSorted())) return `${name} has other values`;
      if (isConstant(values)) continue;
      const found = sharedIn(values, theirs);
      compared += found.compared;
      same += found.shared;
    }
    // However many values a tensor has, a random order leaves one of them where it stood, on average, as a Poisson variable of mean 1.
    const byChance = tensors + 5 * Math.sqrt(tensors);
    return same > compared / 10 + byChance ? "the values stand where they stood" : undefined;
  },
};

export const signsOf: Of<"signsOf"> = {
  words: "Networks start with the signs that they should",
  fault: async (network, files, of) => {
    const whole = await files.weights(of.weights, network.graph);
    return firstTensor(network, (name, positions, values) => {
      const theirs = valuesOf(whole, name, positions);
      // of a size of 0 there is no sign
      return values.some((value, i) => value !== 0 && Math.sign(value) !== Math.sign(theirs[i]!));
    });
  },
};

export const constantSizes: Of<"constantSizes"> = {
  words: "Constant starts have one size in each tensor",
  fault: async (network, files, of) => {
    const whole = await files.weights(of.weights, network.graph);
    return firstTensor(network, (name, positions, values) => {
      const theirs = valuesOf(whole, name, positions);
      const sizes = new Set(values.map(Math.abs).filter((_, i) => theirs[i] !== 0));
      return sizes.size > 1 || values.some((value, i) => theirs[i] === 0 && value !== 0);
    });
  },
};

export const oneSize: Of<"oneSize"> = {
  words: "Starts of one constant have one size in all tensors",
  fault: async (network, files, of) => {
    const whole = await files.weights(of.weights, network.graph);
    const sizes = new Set<number>();
    return firstTensor(network, (name, positions, values) => {
      const theirs = valuesOf(whole, name, positions);
      if (!whole.values.get(name)!.some((value, _, all) => value !== all[0])) return !identical(values, theirs);
      for (const [i, value] of values.entries()) if (theirs[i] !== 0) sizes.add(Math.abs(value));
      return sizes.size > 1 || values.some((value, i) => (theirs[i] === 0) !== (value === 0));
    });
  },
};

/** The first tensor whose start is not these weights at the mask. */
function startFault(network: AuditedNetwork, whole: Part): Promise<string | undefined> {
  return firstTensor(network, (name, positions, values) => !identical(values, valuesOf(whole, name, positions)));
}

/** Whether more than one in ten of the values other than 0 are the other network's. */
function resembles(values: Float32Array, theirs: Float32Array): boolean {
  const { shared, compared } = sharedIn(values, theirs);
  return shared > compared / 10;
}

/** How many values are the same in both at the same place. Those that are 0 are not counted: biases and the padding's row start at 0 everywhere. */
function sharedIn(values: Float32Array, theirs: Float32Array): { shared: number; compared: number } {
  let [shared, compared] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    if (values[i] === 0) continue;
    compared++;
    if (values[i] === theirs[i]) shared++;
  }
  return { shared, compared };
}

function described(graph: Graph, weights: string | undefined): string {
  if (weights === undefined) return "fresh weights";
  const { op, params } = graph.node(weights);
  if (op !== AT.name) return "the initial weights";
  return typeof params.state === "number"
    ? `the weights after step ${params.state}`
    : `the ${params.state} weights of a training`;
}
