import { type LevelSummary, summarise } from "@ltt/lottery";
import type { RunResult } from "./run.ts";
import type { SweptRun } from "./sweep-file.ts";

/** A run of a sweep that has ended. */
export interface SweptResult {
  readonly run: SweptRun;
  readonly result: Pick<RunResult, "levels" | "verdict">;
  /** Of its own report, from the folder of the sweep. */
  readonly report: string;
}

/** A row for each arm and round of each run: its choices, then means over seeds and half-widths of their 95 % intervals. */
export function sweepCsv(results: readonly SweptResult[]): string {
  const choices = Object.keys(results[0]?.run.choices ?? {});
  const head = [
    ...choices,
    "arm",
    "round",
    "sparsity",
    "runs",
    ...COLUMNS.flatMap(([name]) => [`${name}_mean`, `${name}_ci95`]),
  ];
  const rows = results.flatMap(({ run, result }) =>
    rowsOf(result).map(({ arm, level }) => [
      ...choices.map((name) => run.choices[name] ?? ""),
      arm,
      level.round,
      level.sparsity,
      level.runs.length,
      ...COLUMNS.flatMap(([, of]) => {
        const { mean, halfWidth, n } = of(level);
        return [mean, n > 1 ? halfWidth : ""];
      }),
    ]),
  );
  return [head, ...rows].map((row) => `${row.map((cell) => quoted(String(cell))).join(",")}\n`).join("");
}

const COLUMNS = [
  ["validation_accuracy", (level: LevelSummary) => level.validationAccuracy],
  ["test_accuracy", (level: LevelSummary) => level.testAccuracy],
  ["early_stop_step", (level: LevelSummary) => level.earlyStopStep],
] as const;

function rowsOf({ levels }: SweptResult["result"]): { readonly arm: string; readonly level: LevelSummary }[] {
  const { dense, arms } = summarise(levels);
  return [
    ...(dense === undefined ? [] : [{ arm: "dense", level: dense }]),
    ...arms.flatMap(({ arm, levels: own }) => own.filter(({ round }) => round > 0).map((level) => ({ arm, level }))),
  ];
}

/** One page: a row for each run, its choices, test accuracy dense and of each arm's sparsest network, and what its report says. */
export function sweepHtml(title: string, results: readonly SweptResult[]): string {
  const choices = Object.keys(results[0]?.run.choices ?? {});
  const arms = [...new Set(results.flatMap(({ result }) => summarise(result.levels).arms.map(({ label }) => label)))];
  const head = [...choices, "dense", ...arms, "verdict", "report"];
  const rows = results.map(({ run, result, report }) => {
    const { dense, arms: own } = summarise(result.levels);
    const sparsest = arms.map((label) => percentOf(own.find((arm) => arm.label === label)?.levels.at(-1)));
    const link = `<a href="${escaped(encodeURI(report))}">report</a>`;
    const cells = [...choices.map((name) => run.choices[name] ?? ""), percentOf(dense), ...sparsest, result.verdict];
    return [...cells.map(escaped), link];
  });
  const row = (tag: string, cells: readonly string[]) =>
    `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join("")}</tr>`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${escaped(title)}</title>
<style>
  body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem; color-scheme: light dark }
  table { border-collapse: collapse }
  th, td { padding: .3rem .8rem; text-align: left; border-bottom: 1px solid #8884 }
</style>
<h1>${escaped(title)}</h1>
<p>Test accuracy, mean ± half-width of the 95 % interval over seeds, of the dense network and of each arm's sparsest. Each level of each run is in <a href="sweep.csv">sweep.csv</a>.</p>
<table>
${row("th", head.map(escaped))}
${rows.map((cells) => row("td", cells)).join("\n")}
</table>
</html>
`;
}

function percentOf(level: LevelSummary | undefined): string {
  if (level === undefined) return "";
  const { mean, halfWidth, n } = level.testAccuracy;
  return `${(100 * mean).toFixed(2)}${n > 1 ? ` ± ${(100 * halfWidth).toFixed(2)}` : ""} (n = ${n})`;
}

function quoted(cell: string): string {
  return /[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
