import {
  anything,
  check,
  checkOptions,
  count,
  flag,
  type Kind,
  type Kinds,
  list,
  object,
  oneOf,
  text,
} from "@ltt/core/arguments";
import { POOLS, type Pool } from "./cut.ts";
import { type CutShares, checkShares } from "./cut-shares.ts";
import { type Json, writeJson } from "./json.ts";
import { checkEach, checkFields, optional, share } from "./kinds.ts";
import type { Hash } from "./node.ts";
import { UNIT_CRITERIA, UNIT_POOLS, type UnitCriterionName, type UnitPool } from "./structured/unit-criteria.ts";

/**
 * What the audit must find in a network's files: data, so that it can be written down before anything runs. Each names
 * the nodes that it compares with, and knows nothing of arms.
 */
export type Expectation =
  | { readonly kind: "startsFrom"; readonly weights: Hash<"weights"> }
  | { readonly kind: "rewoundTo"; readonly step: number; readonly trained: Hash<"trained"> }
  | { readonly kind: "sameMaskAs"; readonly network: Hash<"trained"> }
  | { readonly kind: "nestedIn"; readonly parent: Hash<"trained"> }
  | {
      readonly kind: "removed";
      readonly rate: number;
      readonly rates?: Readonly<Record<string, number>>;
      readonly exclude?: readonly string[];
      readonly parent: Hash<"trained">;
      readonly pool: Pool;
    }
  | {
      readonly kind: "lowestBy";
      readonly criterion: Json;
      readonly weights: Hash<"weights">;
      readonly exclude?: readonly string[];
      readonly pool: Pool;
    }
  | { readonly kind: "unitsRemoved"; readonly rate: number; readonly parent: Hash<"trained">; readonly pool: UnitPool }
  | {
      readonly kind: "lowestUnitsBy";
      readonly criterion: UnitCriterionName;
      readonly weights: Hash<"weights">;
      readonly pool: UnitPool;
    }
  | { readonly kind: "freshEverywhere"; readonly than: readonly Hash<"trained">[] }
  | { readonly kind: "shuffledFrom"; readonly network: Hash<"trained">; readonly signs?: boolean }
  | { readonly kind: "signsOf"; readonly weights: Hash<"weights"> }
  | { readonly kind: "constantSizes"; readonly weights: Hash<"weights"> }
  | { readonly kind: "oneSize"; readonly weights: Hash<"weights"> }
  | { readonly kind: "transferredFrom"; readonly ticket: Hash<"mask">; readonly weights: Hash<"weights"> }
  | { readonly kind: "shuffledMaskOf"; readonly network: Hash<"trained"> };

/** @throws {TypeError | RangeError} unless it is an expectation. */
export function checkExpectation(where: string, name: string, expectation: Expectation): void {
  checkFields(where, name, expectation, { kind: oneOf(...Object.keys(FIELDS)) });
  checkFields(where, name, expectation, FIELDS[expectation.kind] as Kinds<Expectation>);
}

/** The network starts from the values of these weights at its mask, bit for bit. */
export function startsFrom(weights: Hash<"weights">): Expectation {
  check("startsFrom", "weights", weights, text);
  return { kind: "startsFrom", weights };
}

/** The network starts from the values after this step of a training, neither its first nor its last, and trains on from there. */
export function rewoundTo(step: number, trained: Hash<"trained">): Expectation {
  check("rewoundTo", "step", step, count);
  check("rewoundTo", "trained", trained, text);
  return { kind: "rewoundTo", step, trained };
}

/** The network has the mask of another one. */
export function sameMaskAs(network: Hash<"trained">): Expectation {
  check("sameMaskAs", "network", network, text);
  return { kind: "sameMaskAs", network };
}

/** What the network has is among what its parent has. */
export function nestedIn(parent: Hash<"trained">): Expectation {
  check("nestedIn", "parent", parent, text);
  return { kind: "nestedIn", parent };
}

/**
 * Exactly `round(rate · left)` weights of a parent went: of each tensor, of each group of tensors, or of all together;
 * of what is excluded none.
 */
export function removed(rate: number, parent: Hash<"trained">, options: Omit<CutShares, "rate"> = {}): Expectation {
  check("removed", "rate", rate, share);
  check("removed", "parent", parent, text);
  const { rates = {}, ...compared } = comparedBy("removed", options);
  checkShares("removed", { rates, ...compared });
  return { kind: "removed", rate, ...(Object.keys(rates).length === 0 ? {} : { rates }), parent, ...compared };
}

/**
 * No weight that went has a higher score than one that stayed, by a criterion of these weights.
 *
 * @param criterion - What nodes name it by: `"magnitude"`.
 */
export function lowestBy(
  criterion: Json,
  weights: Hash<"weights">,
  options: Pick<CutShares, "exclude" | "pool"> = {},
): Expectation {
  writeJson("lowestBy", "criterion", criterion);
  check("lowestBy", "weights", weights, text);
  const { rates: _, ...compared } = comparedBy("lowestBy", options);
  return { kind: "lowestBy", criterion, weights, ...compared };
}

/**
 * Exactly `round(rate · left)` units of a parent went, of each layer or of all together: each whole, with all that
 * makes it and all that reads it.
 */
export function unitsRemoved(rate: number, parent: Hash<"trained">, pool: UnitPool = "layer"): Expectation {
  check("unitsRemoved", "rate", rate, share);
  check("unitsRemoved", "parent", parent, text);
  check("unitsRemoved", "pool", pool, unitPool);
  return { kind: "unitsRemoved", rate, parent, pool };
}

/** No unit that went has a higher score than one that stayed. */
export function lowestUnitsBy(
  criterion: UnitCriterionName,
  weights: Hash<"weights">,
  pool: UnitPool = "layer",
): Expectation {
  check("lowestUnitsBy", "criterion", criterion, unitCriterion);
  check("lowestUnitsBy", "weights", weights, text);
  check("lowestUnitsBy", "pool", pool, unitPool);
  return { kind: "lowestUnitsBy", criterion, weights, pool };
}

/** In no tensor does the network start from values that one of these networks has at the same places, before or after its training. */
export function freshEverywhere(than: readonly Hash<"trained">[]): Expectation {
  check("freshEverywhere", "than", than, list);
  checkEach("freshEverywhere", "than", than, text);
  return { kind: "freshEverywhere", than };
}

/**
 * The network starts from the values that another one starts from, in other places of the same tensor.
 *
 * @param options - `signs`: only their sizes have moved. Default false.
 */
export function shuffledFrom(network: Hash<"trained">, options: { readonly signs?: boolean } = {}): Expectation {
  check("shuffledFrom", "network", network, text);
  const { signs = false } = checkOptions("shuffledFrom", options, { signs: flag });
  return { kind: "shuffledFrom", network, ...(signs ? { signs } : {}) };
}

/** The network starts from values with the signs of these weights at its mask. */
export function signsOf(weights: Hash<"weights">): Expectation {
  check("signsOf", "weights", weights, text);
  return { kind: "signsOf", weights };
}

/** In each tensor the values that the network starts from have one size, but for zeros; these weights have several. */
export function constantSizes(weights: Hash<"weights">): Expectation {
  check("constantSizes", "weights", weights, text);
  return { kind: "constantSizes", weights };
}

/**
 * All values that the network starts from have one size, of whatever tensor, but for zeros and for tensors of equal values, which keep
 * those of these weights.
 */
export function oneSize(weights: Hash<"weights">): Expectation {
  check("oneSize", "weights", weights, text);
  return { kind: "oneSize", weights };
}

/** The network has as many weights of each tensor as another one, in other places. */
export function shuffledMaskOf(network: Hash<"trained">): Expectation {
  check("shuffledMaskOf", "network", network, text);
  return { kind: "shuffledMaskOf", network };
}

/**
 * The network has the mask of a ticket of another run, and starts from the values that this one brings; where it brings
 * none, from these weights.
 */
export function transferredFrom(ticket: Hash<"mask">, weights: Hash<"weights">): Expectation {
  check("transferredFrom", "ticket", ticket, text);
  check("transferredFrom", "weights", weights, text);
  return { kind: "transferredFrom", ticket, weights };
}

/** Names of what is excluded stand only where something is: other expectations are what they were before there was a choice. */
function comparedBy(where: string, options: Omit<CutShares, "rate">) {
  const {
    rates,
    exclude = [],
    pool: of = "tensor",
  } = checkOptions(where, options, { rates: object, exclude: list, pool });
  checkEach(where, "exclude", exclude, text);
  return { rates, ...(exclude.length === 0 ? {} : { exclude }), pool: of };
}

const pool: Kind = oneOf(...POOLS);
const unitPool: Kind = oneOf(...UNIT_POOLS);
const unitCriterion: Kind = oneOf(...UNIT_CRITERIA);

const hashes: Kind = {
  words: "an array of hashes",
  accepts: (value) => Array.isArray(value) && value.every(text.accepts),
};

const FIELDS: { readonly [Kind in Expectation["kind"]]: Kinds<Extract<Expectation, { readonly kind: Kind }>> } = {
  startsFrom: { kind: text, weights: text },
  rewoundTo: { kind: text, step: count, trained: text },
  sameMaskAs: { kind: text, network: text },
  nestedIn: { kind: text, parent: text },
  removed: { kind: text, rate: share, rates: optional(object), exclude: optional(list), parent: text, pool },
  lowestBy: { kind: text, criterion: anything, weights: text, exclude: optional(list), pool },
  unitsRemoved: { kind: text, rate: share, parent: text, pool: unitPool },
  lowestUnitsBy: { kind: text, criterion: unitCriterion, weights: text, pool: unitPool },
  freshEverywhere: { kind: text, than: hashes },
  shuffledFrom: { kind: text, network: text, signs: optional(flag) },
  signsOf: { kind: text, weights: text },
  constantSizes: { kind: text, weights: text },
  oneSize: { kind: text, weights: text },
  shuffledMaskOf: { kind: text, network: text },
  transferredFrom: { kind: text, ticket: text, weights: text },
};
