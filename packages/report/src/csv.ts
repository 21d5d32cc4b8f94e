import type { PairedStatistics } from "@ltt/lottery";
import { type LevelResult, PARTS } from "@ltt/lottery";
import { check, checkResults, list } from "@ltt/lottery/arguments";
import { costOf, type Uses } from "./cost.ts";
import { endTraining } from "./end-training.ts";
import { checkLatencies, type Latencies } from "./latency-section.ts";
import { retrievalOf } from "./retrieval.ts";

export interface CsvOptions {
  /** How often weights are used for an example. Default: it is not told. */
  readonly uses?: Uses | undefined;
}

/**
 * `metrics.csv` (RFC 4180): a header, then one line a trained network, in the order given; fractions in `[0,1]`. Groups of tensors and
 * measures have a column each; so has what was measured at the end of training, and of training examples then.
 *
 * `storedBytes` and, where `uses` are told, `multiplications` of an example are counted: see `costOf`.
 *
 * Where masks were found before dense training ended, `searchedSteps` of it were seen, `savedSteps` of its steps and `savedFlops` of those
 * of search and training together are saved: see `Retrieval`.
 *
 * `seconds` is left out on purpose: the same run twice must give the same bytes. The receipts hold the times.
 */
export function renderCsv(levels: readonly LevelResult[], { uses }: CsvOptions = {}): string {
  checkResults("renderCsv", "levels", levels, METRICS);
  const groups = [...new Set(levels.flatMap((level) => Object.keys(level.groups)))].sort();
  const measures = [...new Set(levels.flatMap((level) => Object.keys(level.measures)))].sort();
  const ends = END.filter((name) => levels.some(({ end }) => end?.[name] !== undefined));
  const columns: Column[] = [
    ["arm", (level) => level.arm],
    ["seed", (level) => level.seed],
    ["round", (level) => level.round],
    ["sparsity", (level) => level.sparsity],
    ...groups.map((group): Column => [`${group}Sparsity`, (level) => level.groups[group]]),
    ["trainLoss", (level) => level.trainLoss ?? ""],
    ["validationLoss", (level) => level.validationLoss],
    ["validationAccuracy", (level) => level.validationAccuracy],
    ["testLoss", (level) => level.testLoss],
    ["testAccuracy", (level) => level.testAccuracy],
    ...measures.map((name): Column => [`test ${name}`, (level) => level.measures[name]]),
    ...(levels.some((level) => endTraining(level) !== undefined) ? END_TRAINING : []),
    ...ends.map((name): Column => [`end${name[0]!.toUpperCase()}${name.slice(1)}`, (level) => level.end?.[name]]),
    ["earlyStopStep", (level) => level.earlyStopStep],
    ["censored", (level) => String(level.censored)],
    ["collapsed", (level) => level.collapsed ?? ""],
    ["firstStep", (level) => level.firstStep],
    ["steps", (level) => level.steps],
    ...(levels.some(({ searchedSteps }) => searchedSteps !== undefined) ? searchColumns(levels, uses) : []),
    ["storedBytes", (level) => costOf(level, uses).bytes],
    ...(uses === undefined ? [] : [["multiplications", (level) => costOf(level, uses).multiplications] as Column]),
    ["node", (level) => level.node],
  ];
  return csvOf([
    columns.map(([name]) => name),
    ...levels.map((level) => columns.map(([, value]) => value(level) ?? "")),
  ]);
}

type Column = [name: string, value: (level: LevelResult) => Cell | undefined];

/** Of a part of the training examples, where it was measured when training ended. */
const END_TRAINING: readonly Column[] = [
  ["endTrainLoss", (level) => endTraining(level)?.loss],
  ["endTrainAccuracy", (level) => endTraining(level)?.accuracy],
];

/** Of networks whose masks were found before dense training ended: see `Retrieval`. */
function searchColumns(levels: readonly LevelResult[], uses: Uses | undefined): Column[] {
  const denseOf = ({ seed }: LevelResult) => levels.find((level) => level.round === 0 && level.seed === seed);
  const saved = (level: LevelResult) => retrievalOf(level, denseOf(level), uses);
  return [
    ["searchedSteps", (level) => level.searchedSteps],
    ["savedSteps", (level) => saved(level)?.savedSteps],
    ...(uses === undefined ? [] : [["savedFlops", (level) => saved(level)?.savedFlops] as Column]),
  ];
}

/** Of the weights that training ended with; columns only where they were measured. */
const END = ["validationLoss", "validationAccuracy", "testLoss", "testAccuracy"] as const;

const METRICS = [
  "arm",
  "seed",
  "round",
  "sparsity",
  "groups",
  "trainLoss",
  "validationLoss",
  "validationAccuracy",
  "testLoss",
  "testAccuracy",
  "measures",
  "end",
  "curve",
  "earlyStopStep",
  "censored",
  "collapsed",
  "firstStep",
  "steps",
  "searchedSteps",
  "tensors",
  "node",
] as const;

/**
 * `statistics.csv`: a header, then one line a round and other network that the winning ticket stands beside: see `pairedStatistics`.
 * Fractions in `[0,1]`; McNemar's columns of every seed; last, how many seeds would show half a point between that round and the dense network.
 */
export function renderStatisticsCsv({ rows, seedsNeeded }: PairedStatistics): string {
  const seeds = [...new Set(rows.flatMap((row) => row.seeds.map(({ seed }) => seed)))];
  const ofSeed = (seed: number) => ["onlyTicket", "onlyOther", "mcnemarP"].map((name) => `seed ${seed} ${name}`);
  const header = [
    ...["arm", "against", "round", "sparsity", "difference", "bootstrapLow", "bootstrapHigh"],
    ...seeds.flatMap(ofSeed),
    "seedsNeededForHalfAPoint",
  ];
  const lines = rows.map((row) => [
    ...["winning-ticket", row.against, row.round, row.sparsity, row.difference, row.low, row.high],
    ...seeds.flatMap((seed): Cell[] => {
      const one = row.seeds.find((other) => other.seed === seed);
      return one === undefined ? ["", "", ""] : [one.onlyTicket, one.onlyOther, one.p];
    }),
    seedsNeeded?.levels.find(({ round }) => round === row.round)?.seeds ?? "",
  ]);
  return csvOf([header, ...lines]);
}

/**
 * `latency.csv`: a header, then a line a network and a number of examples that were answered together; seconds of a forward pass. Apart
 * from `metrics.csv`, since they are of a clock: the same run has others.
 */
export function renderLatencyCsv(latencies: readonly Latencies[]): string {
  check("renderLatencyCsv", "latencies", latencies, list);
  checkLatencies("renderLatencyCsv", latencies);
  const header = ["arm", "seed", "round", "examples", "median", "quartile1", "quartile3"];
  const lines = latencies.flatMap(({ networks, batch, passes, threads, backend, machine }) =>
    networks.flatMap((network) =>
      [
        { examples: 1, ...network.one },
        { examples: batch, ...network.batch },
      ].map(({ examples, median, quartiles }) => [
        ...[network.arm, network.seed, network.round, examples, median, ...quartiles],
        ...[passes, threads, backend, machine, network.node],
      ]),
    ),
  );
  return csvOf([[...header, "passes", "threads", "backend", "machine", "node"], ...lines]);
}

/**
 * `tensors.csv`: a header, then one line a tensor of a trained network: how many of its weights are stored, and how many of its parts have
 * none, a column a kind of part (`EmptyParts`), left blank where a tensor has no such parts. Of how many follows from the shape.
 */
export function renderTensorsCsv(levels: readonly LevelResult[]): string {
  checkResults("renderTensorsCsv", "levels", levels, ["arm", "seed", "round", "tensors"]);
  const header = ["arm", "seed", "round", "tensor", "shape", "size", "kept", ...PARTS.map((part) => `empty ${part}`)];
  const lines = levels.flatMap(({ arm, seed, round, tensors }) =>
    tensors.map(({ name, shape, size, kept, parts }) => [
      ...[arm, seed, round, name, shape.join("x"), size, kept],
      ...PARTS.map((part) => parts.find((one) => one.part === part)?.empty ?? ""),
    ]),
  );
  return csvOf([header, ...lines]);
}

/**
 * `curves.csv`: a header, then one line a validation of a trained network; fractions in `[0,1]`. Measures that a run has kept have a column
 * each, of the monitored validation texts and of the training texts; blank where they were not measured.
 */
export function renderCurvesCsv(levels: readonly LevelResult[]): string {
  checkResults("renderCurvesCsv", "levels", levels, ["arm", "seed", "round", "curve"]);
  const points = levels.flatMap(({ curve }) => curve);
  const namesOf = (records: readonly (Readonly<Record<string, number>> | undefined)[]) =>
    [...new Set(records.flatMap((record) => Object.keys(record ?? {})))].sort();
  const validation = namesOf(points.map(({ measures }) => measures));
  const training = namesOf(points.map((point) => point.training?.measures));
  const header = [
    ...["arm", "seed", "round", "step", "trainLoss", "validationLoss", "validationAccuracy"],
    ...validation.map((name) => `validation ${name}`),
    ...["trainingPartLoss", "trainingPartAccuracy", ...training.map((name) => `training ${name}`)],
  ];
  const lines = levels.flatMap(({ arm, seed, round, curve }) =>
    curve.map((point) => [
      ...[arm, seed, round, point.step, point.trainLoss ?? "", point.validationLoss, point.validationAccuracy],
      ...validation.map((name) => point.measures?.[name] ?? ""),
      ...[point.training?.loss ?? "", point.training?.accuracy ?? ""],
      ...training.map((name) => point.training?.measures[name] ?? ""),
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
