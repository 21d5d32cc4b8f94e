import { check, list } from "@ltt/core/arguments";
import { checkLevel } from "../check-verdict.ts";
import type { Select } from "../verdict.ts";

/**
 * The best of all levels by test accuracy, one run each: such a choice sees the test set and flatters itself. Of equal ones the first.
 *
 * @throws {RangeError} if there are no levels.
 */
export const winnerByTestAccuracy: Select = (levels) => {
  check("winnerByTestAccuracy", "levels", levels, list);
  for (const [i, level] of levels.entries()) checkLevel("winnerByTestAccuracy", `levels[${i}]`, level);
  if (levels.length === 0) throw new RangeError("winnerByTestAccuracy: there are no levels");
  return levels.reduce((best, level) => (level.testAccuracy > best.testAccuracy ? level : best));
};
