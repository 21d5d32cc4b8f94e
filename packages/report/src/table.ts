import { mean } from "@ltt/lottery";
import type { ReportInput } from "./input.ts";
import { sparsityPercent } from "./numbers.ts";
import { armLabel, type LevelSummary, summarise } from "./summary.ts";
import { judge } from "./verdict.ts";

const LINE = 100;

/**
 * The results as text for a terminal: a line a round, for each arm the validation accuracy, the test accuracy (%) and the early-stopping step,
 * then the verdict. Lines end in `\n`; control characters from names are dropped.
 */
export function renderTable(results: ReportInput): string {
  const { dense, arms, seeds } = summarise(results.levels);
  const verdict = judge(results);
  const shown =
    arms.length > 0 ? arms : [{ arm: "dense", label: armLabel("dense"), levels: dense === undefined ? [] : [dense] }];
  const rounds = [...new Map(shown.flatMap(({ levels }) => levels.map((level) => [level.round, level])))].sort(
    ([a], [b]) => a - b,
  );

  const body = rounds.map(([round, { sparsity }]) => [
    round === 0 ? "dense" : String(round),
    sparsityPercent(sparsity),
    ...shown.flatMap(({ arm, levels }) => {
      const level = levels.find((candidate) => candidate.round === round);
      const chosen = arm === "winning-ticket" && round > 0 && round === verdict.winner?.round;
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
  const lines = [
    `${results.pair} · ${results.profile} · ${seeds.length === 1 ? "seed" : "seeds"} ${seeds.join(", ")}`,
    "",
    [" ".repeat(widths[0]! + 2 + widths[1]!), ...groups].join("   "),
    ...[header, ...body].map((row) => joinCells(row, widths)),
    "",
    ...[verdict.headline, ...verdict.sentences].flatMap((sentence) => wrap(sentence)),
    ...results.notes.flatMap((note) => wrap(`Note: ${note}`)),
  ];
  return lines.map((text) => `${clean(text).trimEnd()}\n`).join("");
}

function cells(level: LevelSummary, chosen: boolean): string[] {
  const { mean: accuracy, halfWidth } = level.testAccuracy;
  const width = Number.isFinite(halfWidth) ? ` ±${(100 * halfWidth).toFixed(2)}` : "";
  const validation = mean(level.runs.map((run) => run.validationAccuracy));
  return [
    `${chosen ? "▶ " : ""}${(100 * validation).toFixed(2)}`,
    `${(100 * accuracy).toFixed(2)}${width}`,
    String(Math.round(level.earlyStopStep.mean)),
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

function wrap(sentence: string): string[] {
  const lines: string[] = [];
  let current = "";
  for (const word of sentence.split(" ")) {
    if (current !== "" && current.length + 1 + word.length > LINE) {
      lines.push(current);
      current = word;
    } else {
      current = current === "" ? word : `${current} ${word}`;
    }
  }
  return [...lines, current];
}

/** A name may hold an escape sequence; a terminal must not obey it. */
function clean(text: string): string {
  return text.replace(/\p{Cc}/gu, "");
}
