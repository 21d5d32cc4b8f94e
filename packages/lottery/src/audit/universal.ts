import type { Pool } from "../cut.ts";
import type { Graph } from "../graph.ts";
import type { Json } from "../json.ts";
import { INIT, SEARCH, START } from "../operations.ts";
import { type Check, type Fault, identical, SKIP, samePositions } from "./check.ts";
import { lowestBy } from "./masks.ts";
import { sizeOf } from "./part.ts";

/** Training revived nothing: no momentum, no weight decay, no dense training after all. */
const stayedPruned: Check = {
  words: "Pruned weights stayed pruned",
  fault: ({ hash, graph, start, trained, frozen }) => {
    if (!isSparse(graph, hash) || isRewired(graph, hash)) return SKIP;
    const names = new Set([...start.mask.keys(), ...trained.mask.keys()]);
    return [...names].find(
      (name) => !frozen.has(name) && !samePositions(start.mask.get(name), trained.mask.get(name) ?? new Int32Array()),
    );
  },
};

/** Where masks change on the way, they change in place only: a tensor never stores more weights, nor fewer. */
const storedAsMany: Check = {
  words: "Exchanged weights are as many as there were",
  fault: ({ hash, graph, start, trained, frozen, result }) => {
    if (!isRewired(graph, hash)) return SKIP;
    const names = [...start.mask.keys()].filter((name) => !frozen.has(name));
    const wrong = names.find((name) => trained.mask.get(name)?.length !== start.mask.get(name)!.length);
    if (wrong !== undefined) return wrong;
    const { every, until } = graph.node(hash).params.rewiring as {
      readonly every: number | "epoch";
      readonly until: number;
    };
    // of a tensor of few weights, or with little room, those that went may be those that grew
    const hasRoom = (name: string) => {
      const stored = start.mask.get(name)!.length;
      return stored >= 100 && stored < sizeOf(start.shapes.get(name)!) / 2;
    };
    const changed = names.some((name) => !samePositions(start.mask.get(name), trained.mask.get(name)!));
    const wasDue = every !== "epoch" && until > 0 && result.earlyStopStep > every && names.some(hasRoom);
    return wasDue && !changed ? "every mask is the one that training began with" : undefined;
  },
};

/** What is neither trained nor gone: the first weights, each where no mask is, but for those that went towards 0 where these are to go. */
const restFrozen: Check = {
  words: "Frozen weights beside the mask are the first ones",
  fault: async ({ hash, graph, start, rest, frozen }, files) => {
    const node = graph.node(graph.node(hash).inputs.start!);
    if (node.params.rest === undefined) return rest === undefined ? SKIP : "there are some, and there should be none";
    if (rest === undefined) return "there are none";
    const first = await files.weights(initOf(graph), graph);
    const { trained } = node.inputs;
    const after = trained === undefined ? undefined : await files.weights(trained, graph);
    return [...start.mask].find(([name, positions]) => {
      if (frozen.has(name)) return false;
      const kept = new Set(positions);
      const [own, whole, later] = [rest.get(name), first.values.get(name)!, after?.values.get(name)];
      const wanted = (value: number, i: number) =>
        kept.has(i) || (later !== undefined && Math.abs(later[i]!) < Math.abs(value)) ? 0 : value;
      return !identical(own, whole.map(wanted));
    })?.[0];
  },
};

/** A search that stopped by itself has the mask of one of its moments. */
const ofOneMoment: Check = {
  words: "Masks that were searched for are those of one of their moments",
  fault: async (network, files) => {
    const { mask } = network.graph.node(network.graph.node(network.hash).inputs.start!).inputs;
    const search = mask === undefined ? undefined : network.graph.node(mask);
    if (search?.op !== SEARCH.name) return SKIP;
    const { criterion, exclude, pool } = { ...SEARCH.defaults, ...search.params } as {
      readonly criterion: Json;
      readonly exclude: readonly string[];
      readonly pool: Pool;
    };
    let last: Fault;
    for (const weights of Object.values(search.inputs)) {
      // moments after the last one that was looked at are not in the store
      if (!(await files.has(weights))) continue;
      last = await lowestBy.fault(network, files, { kind: "lowestBy", criterion, weights, exclude, pool });
      if (last === undefined) return undefined;
    }
    return last ?? "none of its moments is in the store";
  },
};

/** Where masks are trained, weights are not: in each tensor they are the first ones at its mask, times `size / kept`; vectors are whole. */
const onlyMasked: Check = {
  words: "Trained masks keep the initial weights, but for one factor a tensor",
  fault: ({ hash, graph, start, trained }) => {
    if (graph.node(hash).params.learns !== "mask") return SKIP;
    return [...start.mask.keys()].find((name) => {
      const [whole, kept, positions] = [start.values.get(name)!, trained.values.get(name), trained.mask.get(name)];
      if (kept === undefined || positions === undefined) return true;
      if (start.shapes.get(name)!.length < 2) return !identical(whole, kept);
      const factor = whole.length / Math.max(1, kept.length);
      return kept.some((value, i) => Math.abs(value - factor * whole[positions[i]!]!) > 1e-5 * Math.abs(value));
    });
  },
};

/** Of frozen tensors no other check speaks: controls keep them too. */
const frozenWhole: Check = {
  words: "Frozen tensors are the dense network's first, whole, everywhere",
  fault: async ({ graph, start, trained, frozen }, files) => {
    if (frozen.size === 0) return SKIP;
    const first = await files.weights(initOf(graph), graph);
    return [...frozen].find((name) =>
      [start, trained].some(({ values }) => !identical(values.get(name), first.values.get(name))),
    );
  },
};

/**
 * `where(w < eps, 0, gradient)` freezes every negative weight, not only pruned ones. In such a tensor all negative
 * weights are what they were, and of the positive ones few. Vectors are left out: units that are cut off learn by the
 * sign of their bias.
 */
const bothSignsTrained: Check = {
  words: "Weights of both signs were trained",
  fault: ({ start, trained, frozen, result }) => {
    if (result.earlyStopStep === result.firstStep) return SKIP;
    const tensors = [...start.mask.keys()].filter((name) => !frozen.has(name) && start.shapes.get(name)!.length > 1);
    const shares = tensors.flatMap((name) => {
      const still = stillBySign(start.values.get(name)!, trained.values.get(name));
      return still === undefined ? [] : [{ name, ...still }];
    });
    if (shares.length === 0) return SKIP;
    const wrong = shares.every(({ negative, positive }) => negative > 0.99 && positive < negative - 0.25);
    return wrong ? `negative weights of ${shares.map(({ name }) => name).join(", ")} are what they were` : undefined;
  },
};

/** What is reported is what is there. */
const counted: Check = {
  words: "Counts and shapes are those of the files",
  fault: async ({ graph, start, trained, result }, files) => {
    const first = await files.weights(initOf(graph), graph);
    for (const { name, size, kept } of result.tensors) {
      const shapes = [first, start, trained].map(({ shapes }) => JSON.stringify(shapes.get(name)));
      if (shapes[0] === undefined || shapes.some((shape) => shape !== shapes[0])) return `the shape of ${name}`;
      if (size !== sizeOf(first.shapes.get(name)!)) return `the size of ${name}`;
      if (kept !== trained.mask.get(name)!.length) return `what is kept of ${name}`;
    }
    const extra = [start, trained].flatMap(({ mask }) => [...mask.keys()]).find((name) => !first.mask.has(name));
    return extra === undefined ? undefined : `${extra}, which the dense network has not`;
  },
};

/** What is rewound is rewound whole: buffers too. A start without whole weights to rewind to has those of a new model. */
const buffersOfTheStart: Check = {
  words: "Buffers start from the same moment as the weights",
  fault: async ({ hash, graph, start }, files) => {
    if (!isSparse(graph, hash) || start.buffers.size === 0) return SKIP;
    const { whole = initOf(graph) } = graph.node(graph.node(hash).inputs.start!).inputs;
    const { buffers } = await files.weights(whole, graph);
    return [...start.buffers].find(([name, values]) => !identical(values, buffers.get(name)))?.[0];
  },
};

/** What must hold of every network, whoever planned it. */
export const UNIVERSAL: readonly Check[] = [
  stayedPruned,
  storedAsMany,
  onlyMasked,
  restFrozen,
  ofOneMoment,
  frozenWhole,
  bothSignsTrained,
  counted,
  buffersOfTheStart,
];

/** Whether the mask changes while the network trains. */
function isRewired(graph: Graph, hash: string): boolean {
  return graph.node(hash).params.rewiring !== undefined;
}

function isSparse(graph: Graph, hash: string): boolean {
  return graph.node(graph.node(hash).inputs.start!).op === START.name;
}

/** The first weights that a network rests on. */
function initOf(graph: Graph): string {
  return graph.names().find((hash) => graph.node(hash).op === INIT.name)!;
}

/** The fractions of the negative and of the positive values that training left as they were; nothing of so few that this says nothing. */
function stillBySign(
  start: Float32Array,
  trained: Float32Array | undefined,
): { negative: number; positive: number } | undefined {
  const still = { negative: 0, positive: 0 };
  const all = { negative: 0, positive: 0 };
  for (let i = 0; i < start.length; i++) {
    if (start[i] === 0) continue;
    const sign = start[i]! < 0 ? "negative" : "positive";
    all[sign]++;
    if (start[i] === trained?.[i]) still[sign]++;
  }
  if (all.negative < 8 || all.positive < 8) return undefined;
  return { negative: still.negative / all.negative, positive: still.positive / all.positive };
}
