import { callable, type Kinds, positive, text } from "@ltt/core/arguments";
import type { Criterion } from "../criterion.ts";
import { writeJson } from "../json.ts";
import { checkFields, optional } from "../kinds.ts";
import { erdosRenyi } from "./erdos-renyi.ts";
import { grasp } from "./grasp.ts";
import { largeFinalDifferingSign } from "./large-final-differing-sign.ts";
import { largeFinalSameSign } from "./large-final-same-sign.ts";
import { largeInit } from "./large-init.ts";
import { largeInitLargeFinal } from "./large-init-large-final.ts";
import { layerImportanceCriterion } from "./layer-importance.ts";
import { magnitude } from "./magnitude.ts";
import { magnitudeIncrease } from "./magnitude-increase.ts";
import { movement } from "./movement.ts";
import { obd } from "./obd.ts";
import { random } from "./random.ts";
import { smallFinal } from "./small-final.ts";
import { smallInit } from "./small-init.ts";
import { smallInitSmallFinal } from "./small-init-small-final.ts";
import { smartRatios } from "./smart-ratios.ts";
import { snip } from "./snip.ts";
import { synflow } from "./synflow.ts";

/** The criteria that come with this package. The first is the default. */
export const CRITERIA: readonly Criterion[] = [
  magnitude,
  magnitudeIncrease,
  movement,
  largeInit,
  random,
  smallFinal,
  smallInit,
  largeInitLargeFinal,
  smallInitSmallFinal,
  largeFinalSameSign,
  largeFinalDifferingSign,
  obd,
  snip,
  grasp,
  synflow,
  smartRatios,
  erdosRenyi,
  layerImportanceCriterion,
];

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
