import type { ArmSummary, LevelSummary } from "@ltt/lottery";

/** As many arms as are read beside each other. */
export const MOST_ARMS = 7;

/** Characters of a column, with the two blanks before it. */
const COLUMN = 8;

/**
 * Many arms as text, a line each: the mean test accuracy (%) by round. Of more rounds than a line holds some are left out, evenly, and
 * never the last; `▶` marks the round of the winning ticket.
 */
export function armLines(arms: readonly ArmSummary[], winner: number | undefined, width: number): string[] {
  const labels = Math.max(...arms.map(({ label }) => label.length));
  const all = [...new Set(arms.flatMap(({ levels }) => levels.map(({ round }) => round)))].sort((a, b) => a - b);
  const rounds = evenly(all, Math.max(2, Math.floor((width - labels) / COLUMN)));
  const line = (label: string, cells: readonly string[]) =>
    [label.padEnd(labels), ...cells.map((cell) => cell.padStart(COLUMN - 2))].join("  ");
  const cell = (arm: string, level: LevelSummary | undefined) => {
    if (level === undefined) return "";
    const chosen = arm === "winning-ticket" && level.round > 0 && level.round === winner;
    return `${chosen ? "▶" : ""}${(100 * level.testAccuracy.mean).toFixed(2)}`;
  };
  return [
    "test accuracy, %, by round",
    line(
      "",
      rounds.map((round) => (round === 0 ? "dense" : String(round))),
    ),
    ...arms.map(({ arm, label, levels }) =>
      line(
        label,
        rounds.map((round) =>
          cell(
            arm,
            levels.find((level) => level.round === round),
          ),
        ),
      ),
    ),
  ];
}

/** At most so many of the values, the first and the last among them. */
function evenly(values: readonly number[], most: number): number[] {
  if (values.length <= most) return [...values];
  return Array.from({ length: most }, (_, i) => values[Math.round((i * (values.length - 1)) / (most - 1))]!);
}
