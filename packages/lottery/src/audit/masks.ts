import type { Pool } from "../cut.ts";
import type { CutShares } from "../cut-shares.ts";
import type { Expectation } from "../expectation.ts";
import type { AuditedNetwork } from "./audited-files.ts";
import { type Check, firstTensor, samePositions } from "./check.ts";
import { scoresAgain } from "./scores.ts";

type Of<Kind extends Expectation["kind"]> = Check<Extract<Expectation, { readonly kind: Kind }>>;

export const sameMaskAs: Of<"sameMaskAs"> = {
  words: "Controls have the mask of the network beside them",
  fault: async (network, files, of) => {
    const other = await files.network(of.network);
    return firstTensor(network, (name, positions) => !samePositions(other.start.mask.get(name), positions));
  },
};

export const shuffledMaskOf: Of<"shuffledMaskOf"> = {
  words: "Shuffled masks keep as many weights of each tensor, in other places",
  fault: async (network, files, of) => {
    const other = await files.network(of.network);
    let [same, compared] = [0, 0];
    for (const [name, positions] of network.start.mask) {
      if (network.frozen.has(name)) continue;
      const theirs = other.start.mask.get(name);
      if (theirs?.length !== positions.length) return `${name} keeps another number`;
      const size = network.result.tensors.find((tensor) => tensor.name === name)?.size;
      if (size === positions.length) continue;
      compared++;
      if (samePositions(theirs, positions)) same++;
    }
    return same > compared / 2 ? "the weights are where they were" : undefined; // a tensor of few may be by chance
  },
};

export const nestedIn: Of<"nestedIn"> = {
  words: "Masks are nested, round after round",
  fault: async (network, files, of) => {
    const parent = await files.network(of.parent);
    return firstTensor(network, (name, positions) => !isWithin(positions, parent.trained.mask.get(name)));
  },
};

export const removed: Of<"removed"> = {
  words: "Each cut removed exactly its share",
  fault: async (network, files, { rate, rates = {}, exclude = [], parent: name, pool }) => {
    const parent = await files.network(name);
    for (const { pool: key, names } of poolsOf(network, pool, exclude)) {
      const [before, left] = [parent.trained, network.start].map(({ mask }) =>
        names.reduce((sum, tensor) => sum + (mask.get(tensor)?.length ?? 0), 0),
      );
      const expected = before! - Math.round(shareOf(network, { rate, rates }, key) * before!);
      if (left !== expected) return `${names.join(", ")}: ${left} weights are left of ${before}, not ${expected}`;
    }
    for (const tensor of prunedOf(network).filter((one) => isExcluded(network, exclude, one))) {
      const [before, left] = [parent.trained, network.start].map(({ mask }) => mask.get(tensor)?.length ?? 0);
      if (left !== before) return `${tensor}, which is excluded: ${left} weights are left of ${before}`;
    }
    return undefined;
  },
};

export const lowestBy: Of<"lowestBy"> = {
  words: "Cuts removed the lowest scores",
  fault: async (network, files, of) => {
    const pools = poolsOf(network, of.pool, of.exclude);
    const scores = await scoresAgain(network, files, of, (cut) =>
      pools.map(({ pool, names }) => ({ name: pool ?? "global", tensors: names, rate: shareOf(network, cut, pool) })),
    );
    if (typeof scores === "string") return { unchecked: scores };
    const scored = await files.weights(of.weights, network.graph);
    for (const { names } of pools) {
      let [smallestKept, largestGone] = [Infinity, -Infinity];
      for (const name of names) {
        const [before, own, kept] = [scored.mask.get(name), scores.get(name), network.start.mask.get(name)!];
        if (before === undefined || own === undefined) return `${name} has no scores`;
        for (let i = 0, k = 0; i < before.length; i++) {
          const score = own[i]!;
          if (before[i] === kept[k]) {
            k++;
            smallestKept = Math.min(smallestKept, score);
          } else {
            largestGone = Math.max(largestGone, score);
          }
        }
      }
      if (largestGone > smallestKept) return names.join(", ");
    }
    return undefined;
  },
};

/** Tensors whose scores were compared with each other, and what they are called together: a tensor, a group; all have no name. */
function poolsOf(
  network: AuditedNetwork,
  pool: Pool,
  exclude: readonly string[] = [],
): { pool: string | undefined; names: string[] }[] {
  const names = prunedOf(network).filter((name) => !isExcluded(network, exclude, name));
  if (pool === "tensor") return names.map((name) => ({ pool: name, names: [name] }));
  if (pool === "all") return [{ pool: undefined, names }];
  const groups = [...new Set(names.map((name) => groupOf(network, name)))];
  return groups.map((group) => ({ pool: group, names: names.filter((name) => groupOf(network, name) === group) }));
}

function prunedOf({ start, frozen }: AuditedNetwork): string[] {
  return [...start.mask.keys()].filter((name) => !frozen.has(name));
}

function isExcluded(network: AuditedNetwork, exclude: readonly string[], name: string): boolean {
  const group = groupOf(network, name);
  return exclude.some((one) => fits(one, name) || (group !== undefined && fits(one, group)));
}

/** The fraction of a pool that goes. */
function shareOf(
  network: AuditedNetwork,
  { rate, rates = {} }: Pick<CutShares, "rate" | "rates">,
  pool: string | undefined,
): number {
  if (pool === undefined) return rate;
  return rateOf(rates, pool) ?? rateOf(rates, groupOf(network, pool) ?? pool) ?? rate;
}

/** The rate of a name: its own, else that of a pattern. */
function rateOf(rates: Readonly<Record<string, number>>, name: string): number | undefined {
  return rates[name] ?? Object.entries(rates).find(([key]) => fits(key, name))?.[1];
}

/** Whether a name is another, in which `*` is any text. */
function fits(pattern: string, name: string): boolean {
  const literal = pattern.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  return new RegExp(`^${literal.join(".*")}$`, "s").test(name);
}

function groupOf({ result }: AuditedNetwork, name: string): string | undefined {
  return result.tensors.find((tensor) => tensor.name === name)?.group;
}

/** Whether ascending positions are among others. */
function isWithin(positions: Int32Array, others: Int32Array | undefined): boolean {
  let i = 0;
  for (const at of others ?? []) if (at === positions[i]) i++;
  return i === positions.length;
}
