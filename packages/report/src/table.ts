import { type ArmSummary, armLabel, type LevelSummary, mean, summarise } from "@ltt/lottery";
import { checkOptions, limit } from "@ltt/lottery/arguments";
import { armLines, MOST_ARMS } from "./arm-lines.ts";
import { checkInput, type ReportInput } from "./input.ts";
import { isBound, sparsityPercent } from "./numbers.ts";
import { verdictWords } from "./verdict-words.ts";
import { wrap } from "./wrap.ts";

/**
 * The results as text for a terminal: a line a round, for each arm the validation accuracy, the test accuracy (%) and the early-stopping
 * step, after ≥ where it is the last step, then the verdict. Lines end in `\n`; control characters from names are dropped.
 *
 * @param width - Characters a line may have: where the arms do not fit beside each other, each has a table of its own; more than seven have
 *   a line each, of test accuracies alone; sentences are divided between words. 100 unless told.
 */
export function renderTable(results: ReportInput, options: { readonly width?: number } = {}): string {
  checkInput("renderTable", results, READ);
  const { width = 100 } = checkOptions("renderTable", options, { width: limit });
  const { dense, arms, seeds } = summarise(results.levels);
  const { winner } = results.verdict;
  const { headline, sentences } = verdictWords(results.verdict);
  const shown =
    arms.length > 0 ? arms : [{ arm: "dense", label: armLabel("dense"), levels: dense === undefined ? [] : [dense] }];
  const together = tableOf(shown, winner?.round);
  const fits = together.every((line) => line.length <= width);
  const apart = () => shown.map((arm) => tableOf([arm], winner?.round));
  const isMany = shown.length > MOST_ARMS;
  const tables = isMany ? [armLines(shown, winner?.round, width)] : fits ? [together] : apart();
  const lines = [
    [...results.kicker, `${seeds.length === 1 ? "seed" : "seeds"} ${seeds.join(", ")}`].join(" · "),
    "",
    ...tables.flatMap((table) => [...table, ""]),
    ...[headline, ...sentences].flatMap((sentence) => wrap(sentence, width)),
    ...results.notes.flatMap((note) => wrap(`Note: ${note}`, width)),
  ];
  return lines.map((text) => `${clean(text).trimEnd()}\n`).join("");
}

const READ = [
  "arm",
  "seed",
  "round",
  "sparsity",
  "validationAccuracy",
  "testAccuracy",
  "earlyStopStep",
  "censored",
] as const;

/** Arms beside each other, a line a round. */
function tableOf(shown: readonly ArmSummary[], winner: number | undefined): string[] {
  const rounds = [...new Map(shown.flatMap(({ levels }) => levels.map((level) => [level.round, level])))].sort(
    ([a], [b]) => a - b,
  );
  const body = rounds.map(([round, { sparsity }]) => [
    round === 0 ? "dense" : String(round),
    sparsityPercent(sparsity),
    ...shown.flatMap(({ arm, levels }) => {
      const level = levels.find((candidate) => candidate.round === round);
      const chosen = arm === "winning-ticket" && round > 0 && round === winner;
      return level === undefined ? ["", "", ""] : cells(level, chosen);
    }),
  ]);
  const header = ["round", "sparsity", ...shown.flatMap(() => ["valid", "test", "stop"])];
  const widths = header.map((_, column) => Math.max(...[header, ...body].map((row) => row[column]!.length)));
  widenToLabels(
    widths,
    shown.map(({ label }) => label),
  );
  const groups = shown.map(({ label }, i) => label.padStart(groupWidth(widths, i)));
  return [
    [" ".repeat(widths[0]! + 2 + widths[1]!), ...groups].join("   "),
    ...[header, ...body].map((row) => joinCells(row, widths)),
  ];
}

function cells(level: LevelSummary, chosen: boolean): string[] {
  const { mean: accuracy, halfWidth } = level.testAccuracy;
  const width = isBound(level.testAccuracy) ? ` ±${(100 * halfWidth).toFixed(2)}` : "";
  const validation = mean(level.runs.map((run) => run.validationAccuracy));
  return [
    `${chosen ? "▶ " : ""}${(100 * validation).toFixed(2)}`,
    `${(100 * accuracy).toFixed(2)}${width}`,
    `${level.runs.some(({ censored }) => censored) ? "≥" : ""}${Math.round(level.earlyStopStep.mean)}`,
  ];
}

function groupWidth(widths: readonly number[], group: number): number {
  const at = 2 + 3 * group;
  return widths[at]! + widths[at + 1]! + widths[at + 2]! + 4;
}

/** A label longer than its three columns pushes the first of them apart. */
function widenToLabels(widths: number[], labels: readonly string[]): void {
  for (const [group, label] of labels.entries()) {
    const missing = label.length - groupWidth(widths, group);
    if (missing > 0) widths[2 + 3 * group]! += missing;
  }
}

/** Two spaces between columns, three between arms. */
function joinCells(row: readonly string[], widths: readonly number[]): string {
  return row
    .map((cell, column) => (column > 1 && column % 3 === 2 ? " " : "") + cell.padStart(widths[column]!))
    .join("  ");
}

/** A name may hold an escape sequence; a terminal must not obey it. */
function clean(text: string): string {
  return text.replace(/\p{Cc}/gu, "");
}
