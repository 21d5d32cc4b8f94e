import { callable, type Kinds, positive, text } from "@ltt/core/arguments";
import type { Criterion } from "../criterion.ts";
import { writeJson } from "../json.ts";
import { checkFields, optional } from "../kinds.ts";
import { largeInit } from "./large-init.ts";
import { magnitude } from "./magnitude.ts";
import { magnitudeIncrease } from "./magnitude-increase.ts";
import { movement } from "./movement.ts";
import { random } from "./random.ts";

/** The criteria that come with this package. The first is the default. */
export const CRITERIA: readonly Criterion[] = [magnitude, magnitudeIncrease, movement, largeInit, random];

/**
 * Checks a criterion, which may come from elsewhere.
 *
 * @throws {TypeError | RangeError} if it is none, or has the name of a built-in one.
 */
export function checkCriterion(where: string, criterion: Criterion): void {
  checkFields(where, "criterion", criterion, KINDS);
  if (criterion.params !== undefined) writeJson(where, "criterion.params", criterion.params);
  if (CRITERIA.some((own) => own.name === criterion.name && own !== criterion)) {
    throw new RangeError(`${where}: criterion.name is "${criterion.name}", which is ours; give it another`);
  }
}

const KINDS: Kinds<Criterion> = {
  name: { ...text, words: "a name", accepts: (value) => typeof value === "string" && value.trim() !== "" },
  version: positive,
  params: optional({ words: "JSON", accepts: () => true }),
  plugin: optional(text),
  score: callable,
};
