import { type LevelResult, PARTS } from "@ltt/lottery";

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
  return csvOf([COLUMNS, ...levels.map((level) => COLUMNS.map((column) => level[column]))]);
}

/**
 * `tensors.csv`: a header, then one line a tensor of a trained network: how many of its weights are stored, and how many of its parts have none, a column a kind
 * of part (`EmptyParts`), left blank where a tensor has no such parts. Of how many follows from the shape.
 */
export function renderTensorsCsv(levels: readonly LevelResult[]): string {
  const header = ["arm", "seed", "round", "tensor", "shape", "size", "kept", ...PARTS.map((part) => `empty ${part}`)];
  const lines = levels.flatMap(({ arm, seed, round, tensors }) =>
    tensors.map(({ name, shape, size, kept, parts }) => [
      ...[arm, seed, round, name, shape.join("x"), size, kept],
      ...PARTS.map((part) => parts.find((one) => one.part === part)?.empty ?? ""),
    ]),
  );
  return csvOf([header, ...lines]);
}

type Cell = string | number;

function csvOf(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

function field(cell: Cell): string {
  if (typeof cell === "number") return String(cell);
  const text = isFormula(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Whether a spreadsheet would compute a text (OWASP, “CSV Injection”); an apostrophe before it says that it is one. */
function isFormula(text: string): boolean {
  return /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(text);
}
