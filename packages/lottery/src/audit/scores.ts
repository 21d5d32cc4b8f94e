import type { Values } from "../pattern.ts";

/** Scores of weights by a criterion's name, computed here and not by the code that cut; `undefined` if the audit does not know it. */
export function scoresOf(criterion: string, weights: Values): Values | undefined {
  if (criterion !== "magnitude") return undefined;
  return new Map(Array.from(weights, ([name, values]) => [name, values.map(Math.abs)]));
}
