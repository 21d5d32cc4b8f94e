import { check, list } from "@ltt/core/arguments";
import { type Criterion, checkCriterion, identityOf } from "../criterion.ts";
import { canonicalJson, type Json } from "../json.ts";
import { largeInit } from "./large-init.ts";
import { magnitude } from "./magnitude.ts";
import { magnitudeIncrease } from "./magnitude-increase.ts";
import { movement } from "./movement.ts";
import { random } from "./random.ts";

/** The criteria that come with this package. The first is the default. */
export const CRITERIA: readonly Criterion[] = [magnitude, magnitudeIncrease, movement, largeInit, random];

/**
 * Checks criteria from elsewhere.
 *
 * @throws {TypeError | RangeError} if one is none.
 * @throws {RangeError} if one has the name of a built-in one, or two that differ are the same to a node.
 */
export function checkCriteria(where: string, name: string, criteria: readonly Criterion[]): void {
  check(where, name, criteria, list);
  const seen = new Map<string, Criterion>();
  for (const [i, criterion] of criteria.entries()) {
    const called = `${name}[${i}]`;
    checkCriterion(where, called, criterion);
    if (CRITERIA.some((own) => own.name === criterion.name && own !== criterion)) {
      throw new RangeError(`${where}: ${called} is called "${criterion.name}", as a built-in criterion; rename it`);
    }
    const identity = canonicalJson(identityOf(criterion));
    if ((seen.get(identity) ?? criterion) !== criterion) {
      throw new RangeError(`${where}: ${called} is another criterion ${identity}; give it another name or version`);
    }
    seen.set(identity, criterion);
  }
}

/**
 * The criterion that a node names.
 *
 * @throws {RangeError} if none of these is it.
 */
export function criterionOf(where: string, identity: Json, others: readonly Criterion[]): Criterion {
  const wanted = canonicalJson(identity);
  const known = [...CRITERIA, ...others];
  const found = known.find((criterion) => canonicalJson(identityOf(criterion)) === wanted);
  if (found !== undefined) return found;
  const identities = known.map((criterion) => canonicalJson(identityOf(criterion)));
  throw new RangeError(`${where}: there is no criterion ${wanted}; there are ${identities.join(", ")}`);
}
