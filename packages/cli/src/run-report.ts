import { join } from "node:path";
import { backend } from "@ltt/core";
import {
  type AuditCheck,
  type ExperimentSettings,
  type Fault,
  judge,
  type LevelResult,
  networkCount,
  type OptimiserName,
  type Pool,
  winnerByTestAccuracy,
  writeAtomic,
} from "@ltt/lottery";
import { type ReportInput, renderCsv, renderCurvesCsv, renderReport, renderTensorsCsv } from "@ltt/report";
import { OWN_NOTES } from "./own-profile.ts";
import type { PreparedTask } from "./prepare-encoded.ts";
import { NOTES, type RunSettings } from "./profiles.ts";
import type { Published } from "./published-file.ts";
import type { RunOptions } from "./run-options.ts";
import { subjectOf } from "./subject.ts";
import { transferNotes } from "./transfer-notes.ts";

/** All that a report says besides its results: it is noted in the run folder, so that the report can be made again without the data. */
export type ReportWords = Pick<
  ReportInput,
  "title" | "kicker" | "dataset" | "notes" | "warning" | "settings" | "measure"
>;

export function reportWords(
  options: RunOptions,
  { experiment, data, model }: RunSettings,
  prepared: PreparedTask,
): ReportWords {
  const { profile = "corrected" } = options;
  const { name, isCnn, own } = subjectOf(options);
  const { rounds, rate, seeds, arms, epochs, clipNorm, patience, evaluationsPerEpoch, rewindTo, faults } = experiment;
  const { pool = "tensor" } = experiment;
  const [unit, moment] = Object.entries(rewindTo)[0]!;
  return {
    title: options.title ?? `Lottery tickets in ${name}`,
    kicker: [name, `profile ${profile}`],
    dataset: prepared.dataset,
    ...(prepared.task.measureName === undefined ? {} : { measure: prepared.task.measureName }),
    notes: [...(own === undefined ? NOTES : OWN_NOTES)[profile], ...prepared.notes],
    ...(faults.length === 0
      ? {}
      : { warning: `Faults of the published experiment are switched on: ${faults.join(", ")}.` }),
    settings: [
      ["parameters", String(prepared.parameters)],
      ...(isCnn ? [] : [["hidden units", `${model.hidden ?? 256} of each direction of 2 layers`] as const]),
      ["embedding", prepared.embedding],
      ["arms", arms.map((arm) => (typeof arm === "string" ? arm : arm.name)).join(", ")],
      ["rounds", `${rounds}, each removing ${rate * 100} % of what is left ${POOL_WORDS[pool]}`],
      ["criterion", `${criterionWords(experiment)}; ties by a seeded permutation`],
      ["seeds", seeds.join(", ")],
      ["epochs", `at most ${epochs}, ${prepared.stepsPerEpoch} steps of ${data.batchSize} texts each`],
      ["optimiser", `${optimiserWords(experiment)}, fresh in every network`],
      ["gradients", clipNorm === undefined ? "not clipped" : `clipped to a norm of ${clipNorm}`],
      [
        "early stopping",
        patience === null ? "none" : `after ${patience} validations without improvement; best weights restored`,
      ],
      ["validations", `${evaluationsPerEpoch} an epoch, on at most 4,096 texts, always the same; at the end on all`],
      ...(experiment.measureTraining === true ? [["training texts", TRAINING_MEASURED] as const] : []),
      ["late rewinding", `to ${unit} ${moment}, trained on from there`],
      ["networks", String(networkCount(experiment))],
      ["backend", backend().name],
      ...(faults.length === 0 ? [] : [["faults", faults.join(", ")] as const]),
    ],
  };
}

/** A report with its results. */
export function reportOf(
  words: ReportWords,
  levels: readonly LevelResult[],
  audit: readonly AuditCheck[],
  { margin, faults, published }: ReportChoices,
): ReportInput {
  const select = faults.includes("winner-by-test-accuracy") ? winnerByTestAccuracy : undefined;
  return {
    ...words,
    notes: [
      ...words.notes,
      ...transferNotes(levels),
      ...(published === undefined ? [] : [`Published curves: ${published.source}.`]),
    ],
    published: published?.curves ?? [],
    levels,
    verdict: judge(levels, { margin, measure: words.measure, audit, select }),
    audit,
  };
}

/** Of the report alone: nothing is trained again. */
export interface ReportChoices {
  readonly margin: number | undefined;
  readonly faults: readonly Fault[];
  readonly published: Published | undefined;
}

/** Writes `metrics.csv` and `tensors.csv` of the networks so far, and `curves.csv` where all measures are kept over epochs. */
export async function writeTables(folder: string, levels: readonly LevelResult[]): Promise<void> {
  await writeAtomic(join(folder, "metrics.csv"), renderCsv(levels));
  await writeAtomic(join(folder, "tensors.csv"), renderTensorsCsv(levels));
  const isMeasured = levels.some(({ curve }) => curve.some(({ measures }) => measures !== undefined));
  if (isMeasured) await writeAtomic(join(folder, "curves.csv"), renderCurvesCsv(levels));
}

/** Writes `report.html`. @returns its path. */
export async function writeReport(folder: string, input: ReportInput): Promise<string> {
  const path = join(folder, "report.html");
  await writeAtomic(path, renderReport(input));
  return path;
}

const TRAINING_MEASURED = "as many are measured at the end of every epoch as are at a validation, always the same";

const POOL_WORDS: Readonly<Record<Pool, string>> = {
  tensor: "of every tensor",
  group: "of every group of tensors",
  all: "of all tensors together",
};

function criterionWords({ criterion }: ExperimentSettings): string {
  if (criterion === undefined || criterion.name === "magnitude") return "magnitude of the trained weights";
  const { name, version, plugin } = criterion;
  const from = plugin === undefined ? "" : `, of a plugin (SHA-256 ${plugin.slice(0, 16)}…)`;
  return `${name}${version === 1 ? "" : `, version ${version}`}${from}`;
}

const OPTIMISER_WORDS: Readonly<Record<OptimiserName, string>> = {
  adam: "Adam",
  adamw: "AdamW",
  sgd: "SGD",
  rmsprop: "RMSprop",
};

function optimiserWords({ optimiser = "adam", learningRate, momentum, weightDecay }: ExperimentSettings): string {
  return [
    `${OPTIMISER_WORDS[optimiser]}, learning rate ${learningRate}`,
    ...(momentum === undefined ? [] : [`momentum ${momentum}`]),
    ...(weightDecay === undefined ? [] : [`weight decay ${weightDecay}`]),
  ].join(", ");
}
