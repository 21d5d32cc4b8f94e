import { check, text } from "@ltt/core/arguments";
import { checkCriterion } from "./criteria/criteria.ts";
import type { Criterion } from "./criterion.ts";

/**
 * The same criterion, with the digest of the file that it comes from, which becomes part of the names of nodes that rest on it.
 *
 * @throws {TypeError | RangeError} if it is no criterion, or a built-in one.
 */
export function withDigest(criterion: Criterion, plugin: string): Criterion {
  checkCriterion("withDigest", criterion);
  check("withDigest", "plugin", plugin, text);
  return Object.create(criterion, { plugin: { value: plugin, enumerable: true } }) as Criterion;
}
