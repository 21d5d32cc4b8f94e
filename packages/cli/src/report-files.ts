import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type LevelResult, writeAtomic } from "@ltt/lottery";
import {
  type ReportInput,
  type ReportOptions,
  renderCsv,
  renderCurvesCsv,
  renderEvents,
  renderFigures,
  renderLatencyCsv,
  renderModelCard,
  renderReport,
  renderStatisticsCsv,
  renderTensorsCsv,
  scalarsOf,
} from "@ltt/report";

/** Files beside the nodes of a run that tell of it, each written whole or not at all. */

/** Writes `metrics.csv` and `tensors.csv` of the networks so far, and `curves.csv` where all measures are kept over epochs. */
export async function writeTables(
  folder: string,
  levels: readonly LevelResult[],
  { uses }: Pick<ReportInput, "uses">,
): Promise<void> {
  await writeAtomic(join(folder, "metrics.csv"), renderCsv(levels, { uses }));
  await writeAtomic(join(folder, "tensors.csv"), renderTensorsCsv(levels));
  const isMeasured = levels.some(({ curve }) => curve.some(({ measures }) => measures !== undefined));
  if (isMeasured) await writeAtomic(join(folder, "curves.csv"), renderCurvesCsv(levels));
}

/**
 * Writes `report.html`, `statistics.csv`, `latency.csv` of what was measured, `model-card.md` and the TensorBoard events.
 *
 * @returns the report's path.
 */
export async function writeReport(
  folder: string,
  input: ReportInput,
  { language }: ReportOptions = {},
): Promise<string> {
  const path = join(folder, "report.html");
  if (input.statistics !== undefined)
    await writeAtomic(join(folder, "statistics.csv"), renderStatisticsCsv(input.statistics));
  if (input.latencies !== undefined && input.latencies.length > 0)
    await writeAtomic(join(folder, "latency.csv"), renderLatencyCsv(input.latencies));
  if (input.levels.length > 0) await writeAtomic(join(folder, "model-card.md"), renderModelCard(input));
  await writeEvents(folder, input.levels);
  await writeAtomic(path, renderReport(input, { language }));
  return path;
}

/** Writes `figures/NAME.svg`, every figure of the report. @returns how many. */
export async function writeFigures(folder: string, input: ReportInput, options: ReportOptions): Promise<number> {
  const drawn = renderFigures(input, options);
  await mkdir(join(folder, "figures"), { recursive: true });
  for (const [name, svg] of drawn) await writeAtomic(join(folder, "figures", `${name}.svg`), svg);
  return drawn.size;
}

/**
 * A folder for each network, which TensorBoard calls a run: `events/winning-ticket/seed-1/round-03`. Events carry no wall time, so that the
 * same run has the same bytes.
 */
async function writeEvents(folder: string, levels: readonly LevelResult[]): Promise<void> {
  for (const level of levels) {
    const { arm, seed, round } = level;
    const names = [
      "events",
      arm.replaceAll(/[^\w.-]+/g, "_"),
      `seed-${seed}`,
      `round-${String(round).padStart(2, "0")}`,
    ];
    await mkdir(join(folder, ...names), { recursive: true });
    await writeAtomic(join(folder, ...names, "events.out.tfevents.0000000000.ltt"), renderEvents(scalarsOf(level), 0));
  }
}
