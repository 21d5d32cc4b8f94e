import type { Json } from "../json.ts";
import type { Values } from "../pattern.ts";

type Score = (trained: number, initial: number) => number;

const SCORES: ReadonlyMap<Json, Score> = new Map<Json, Score>([
  ["magnitude", (trained) => Math.abs(trained)],
  ["movement", (trained, initial) => Math.abs(trained - initial)],
  ["magnitude-increase", (trained, initial) => Math.abs(trained) - Math.abs(initial)],
  ["large-init", (_, initial) => Math.abs(initial)],
]);

/** Scores of weights by a criterion's name, computed here and not by the code that cut; `undefined` if the audit does not know it. */
export async function scoresOf(
  criterion: Json,
  trained: Values,
  initial: () => Promise<Values>,
): Promise<Values | undefined> {
  const score = SCORES.get(criterion);
  if (score === undefined) return undefined;
  const began = criterion === "magnitude" ? trained : await initial();
  return new Map(
    Array.from(trained, ([name, values]) => [name, values.map((value, i) => score(value, began.get(name)![i]!))]),
  );
}
