import type { LevelResult } from "./input.ts";

/** `seconds` is left out on purpose: the same run twice must give the same bytes. The receipts hold the times. */
const COLUMNS = [
  "arm",
  "seed",
  "round",
  "sparsity",
  "embeddingSparsity",
  "otherSparsity",
  "trainLoss",
  "validationLoss",
  "validationAccuracy",
  "testAccuracy",
  "earlyStopStep",
  "steps",
] as const satisfies readonly (keyof LevelResult)[];

/** `metrics.csv` (RFC 4180): a header, then one line a trained network, in the order given; fractions in `[0,1]`. */
export function renderCsv(levels: readonly LevelResult[]): string {
  const rows = [COLUMNS, ...levels.map((level) => COLUMNS.map((column) => String(level[column])))];
  return rows.map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

function field(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
