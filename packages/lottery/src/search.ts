import { callable, count, type Kinds, list, map, positive, text } from "@ltt/core/arguments";
import type { Named } from "./criterion.ts";
import { checkFields, optional } from "./kinds.ts";
import { checkPattern, type Pattern } from "./pattern.ts";
import type { CurvePoint } from "./result.ts";

/** What is seen of a network at a moment of its training: the mask that a cut would leave, and the validations until then. */
export interface Sighting {
  readonly step: number;
  readonly mask: Pattern;
  /** All weights that may be cut, kept or not. */
  readonly size: number;
  readonly validations: readonly CurvePoint[];
}

/**
 * Says when a search for a mask has seen enough:
 *
 *     const stalled: StopSearch = {
 *       name: "stalled",
 *       version: 1,
 *       stop: (seen) => seen.length > 1 && maskDistance(seen.at(-1)!, seen.at(-2)!) < 0.02,
 *     };
 */
export interface StopSearch extends Named {
  /** @param seen - All moments so far, the newest last. */
  readonly stop: (seen: readonly Sighting[]) => boolean;
}

/** `|A Δ B| / n`, of the masks A and B of a network of which n weights may be cut: the normalised Hamming distance, in `[0,1]`. */
export function maskDistance(one: Sighting, other: Sighting): number {
  for (const [name, sighting] of [
    ["one", one],
    ["other", other],
  ] as const) {
    checkFields("maskDistance", name, sighting, SIGHTING);
    checkPattern("maskDistance", `${name}.mask`, sighting.mask);
  }
  const { mask: a, size } = one;
  const { mask: b } = other;
  let [shared, kept] = [0, 0];
  for (const [name, positions] of a) {
    const others = b.get(name) ?? new Int32Array();
    kept += positions.length + others.length;
    for (let i = 0, j = 0; i < positions.length && j < others.length; ) {
      const [own, other] = [positions[i]!, others[j]!];
      if (own === other) shared++;
      if (own <= other) i++;
      if (other <= own) j++;
    }
  }
  return (kept - 2 * shared) / size;
}

/** How many masks before the newest one are compared with it, and how far it may be from each. */
const [BEFORE, NEAR] = [4, 0.1];

/**
 * The newest mask differs by at most 0.1 from each of the four before it: Early-Bird tickets (You et al., ICLR 2020,
 * arXiv 1909.11957), §3.2, of weights where they prune channels.
 */
export const earlyBirdStop: StopSearch = {
  name: "early-bird",
  version: 1,
  stop: (seen) =>
    seen.length > BEFORE && seen.slice(-1 - BEFORE, -1).every((before) => maskDistance(before, seen.at(-1)!) <= NEAR),
};

/** Those that come with this package. */
export const STOPS: readonly StopSearch[] = [earlyBirdStop];

/** @throws {TypeError | RangeError} if it is none. */
export function checkStop(where: string, stop: StopSearch): void {
  checkFields(where, "stop", stop, KINDS);
  if (STOPS.some(({ name }) => name === stop.name) && !STOPS.includes(stop))
    throw new RangeError(`${where}: stop.name is "${stop.name}", which is ours; give it another`);
}

const SIGHTING: Kinds<Sighting> = { step: count, mask: map, size: positive, validations: list };

const KINDS: Kinds<StopSearch> = {
  name: text,
  version: positive,
  params: optional({ words: "JSON", accepts: () => true }),
  plugin: optional(text),
  stop: callable,
};
