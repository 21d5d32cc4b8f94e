import { backend, stream } from "@ltt/core";
import {
  type AuditCheck,
  type ExperimentSettings,
  type Fault,
  judge,
  type LevelResult,
  type Moment,
  networkCount,
  type OptimiserName,
  type Pool,
  pairedStatistics,
  rewinds,
  winnerByTestAccuracy,
} from "@ltt/lottery";
import type { InspectedNetwork, Latencies, ReportInput } from "@ltt/report";
import { departures } from "./departures.ts";
import type { PreparedTask } from "./prepared-task.ts";
import type { Published } from "./published-file.ts";
import type { RunOptions } from "./run-options.ts";
import { defaultProfile, profileSettings, type RunSettings } from "./run-settings.ts";
import { subjectOf } from "./subject.ts";
import { transferNotes } from "./transfer-notes.ts";
import { usesOf } from "./weight-uses.ts";

/** All that a report says besides its results: it is noted in the run folder, so that the report can be made again without the data. */
export type ReportWords = Pick<
  ReportInput,
  "title" | "kicker" | "dataset" | "notes" | "warning" | "settings" | "measure" | "uses"
>;

export function reportWords(options: RunOptions, chosen: RunSettings, prepared: PreparedTask): ReportWords {
  const { experiment, data } = chosen;
  const subject = subjectOf(options);
  const { name } = subject;
  const { profile = defaultProfile(subject) } = options;
  const usual = profileSettings(subject, profile);
  const changed = departures(usual.settings, chosen, subject.own !== undefined);
  const { rounds, seeds, arms, clipNorm, patience, rewindTo, faults } = experiment;
  return {
    title: options.title ?? `Lottery tickets in ${name}`,
    kicker: [name, `profile ${profile}`],
    dataset: prepared.dataset,
    ...(prepared.task.measureName === undefined ? {} : { measure: prepared.task.measureName }),
    uses: usesOf(prepared.data),
    notes: [...usual.notes, ...(changed === undefined ? [] : [changed]), ...prepared.notes],
    ...(faults.length === 0
      ? {}
      : { warning: `Faults of the published experiment are switched on: ${faults.join(", ")}.` }),
    settings: [
      ["parameters", String(prepared.parameters)],
      ...prepared.words,
      ["arms", arms.map((arm) => (typeof arm === "string" ? arm : arm.name)).join(", ")],
      ["rounds", `${rounds}, each removing ${shareWords(experiment)}`],
      ["criterion", `${criterionWords(experiment)}; ties by a seeded permutation`],
      ["seeds", seeds.join(", ")],
      lengthWords(experiment, prepared, data.batchSize),
      ["optimiser", `${optimiserWords(experiment)}, fresh in every network`],
      ["gradients", clipNorm === undefined ? "not clipped" : `clipped to a norm of ${clipNorm}`],
      [
        "early stopping",
        patience === null ? "none" : `after ${patience} validations without improvement; best weights restored`,
      ],
      ["validations", validationWords(experiment, prepared)],
      ...(experiment.measureTraining === true ? [[`training ${prepared.examples}`, TRAINING_MEASURED] as const] : []),
      ...(rewinds(experiment) ? [["rewinding moment", `${momentWords(rewindTo)} of dense training`] as const] : []),
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
  { margin, faults, published, inspections = [], latencies = [] }: ReportChoices,
): ReportInput {
  const nodes = new Set(levels.map(({ node }) => node));
  const isShown = ({ node }: { readonly node: string }) => nodes.has(node);
  const select = faults.includes("winner-by-test-accuracy") ? winnerByTestAccuracy : undefined;
  return {
    ...words,
    notes: [
      ...words.notes,
      ...transferNotes(levels, words.measure),
      ...(published === undefined ? [] : [`Published curves: ${published.source}.`]),
    ],
    published: published?.curves ?? [],
    levels,
    inspections: inspections.filter(isShown),
    latencies: latencies
      .map((one) => ({ ...one, networks: one.networks.filter(isShown) }))
      .filter(({ networks }) => networks.length > 0),
    verdict: judge(levels, { margin, measure: words.measure, audit, select }),
    statistics: pairedStatistics(levels, stream(0, "bootstrap")),
    audit,
  };
}

/** Of the report alone: nothing is trained again. */
export interface ReportChoices {
  readonly margin: number | undefined;
  readonly faults: readonly Fault[];
  readonly published: Published | undefined;
  /** Of networks of any run of the folder; those of other runs are left out. Default: none. */
  readonly inspections?: readonly InspectedNetwork[] | undefined;
  /** The same. */
  readonly latencies?: readonly Latencies[] | undefined;
}

const TRAINING_MEASURED = "as many are measured at the end of every epoch as are at a validation, always the same";

/** What a round removes: of each pool, what goes at another rate, and what stays. */
function shareWords({ rate, rates = {}, exclude = [], pool = "tensor" }: ExperimentSettings): string {
  const others = Object.entries(rates).map(([name, own]) => `${own * 100} % of ${name}`);
  return [
    `${rate * 100} % of what is left ${POOL_WORDS[pool]}`,
    ...(others.length === 0 ? [] : [`but ${others.join(", ")}`]),
    ...(exclude.length === 0 ? [] : [`nothing of ${exclude.join(", ")}`]),
  ].join("; ");
}

function lengthWords(
  { epochs, steps, cutAt = "best" }: ExperimentSettings,
  { stepsPerEpoch, examples }: PreparedTask,
  batchSize: number,
): readonly [string, string] {
  const cut = cutAt === "best" ? "" : "; cuts score the weights at the end";
  const each = `${stepsPerEpoch} steps of ${batchSize} ${examples} each`;
  return steps === undefined
    ? ["epochs", `at most ${epochs}, ${each}${cut}`]
    : ["steps", `${steps}, in epochs of ${each}${cut}`];
}

function validationWords(
  { evaluationsPerEpoch, evaluateEvery }: ExperimentSettings,
  { monitored, examples }: PreparedTask,
): string {
  const often = evaluateEvery === undefined ? `${evaluationsPerEpoch} an epoch` : `every ${evaluateEvery} steps`;
  return `${often}, on ${monitored.toLocaleString("en-US")} ${examples}, always the same; at the end on all`;
}

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

function optimiserWords(experiment: ExperimentSettings): string {
  const { optimiser = "adam", learningRate, momentum, weightDecay, l1, schedule, warmUp } = experiment;
  const falls = schedule?.milestones.map(momentWords).join(", ") ?? "";
  return [
    `${OPTIMISER_WORDS[optimiser]}, learning rate ${learningRate}`,
    ...(warmUp === undefined ? [] : [`climbing until ${momentWords(warmUp)}`]),
    ...(falls === "" ? [] : [`multiplied by ${schedule?.factor ?? 0.1} after ${falls}`]),
    ...(momentum === undefined ? [] : [`momentum ${momentum}`]),
    ...(weightDecay === undefined ? [] : [`weight decay ${weightDecay}`]),
    ...(l1 === undefined ? [] : [`L1 penalty ${l1}`]),
  ].join(", ");
}

function momentWords(moment: Moment): string {
  return "epoch" in moment ? `epoch ${moment.epoch}` : `step ${moment.step.toLocaleString("en-US")}`;
}
