import type { ExperimentSettings } from "@ltt/lottery";
import { augmentationOf } from "./image-augment.ts";
import { FOLDS, isReuters, type Pair } from "./pairs.ts";
import { armsNamed, criterionNamed, loadPlugins, type Plugins } from "./plugins.ts";
import type { RunOptions } from "./run-options.ts";
import { defaultProfile, profileSettings, type RunSettings } from "./run-settings.ts";
import { type Subject, subjectOf } from "./subject.ts";

/** What tickets of another run are trained beside, unless told: the data's own. */
const OWN_ARMS = ["winning-ticket"] as const;

/**
 * What a run does: what its profile says, and in its place what its options say.
 *
 * @throws {Error} if a plugin cannot be read or run.
 * @throws {RangeError} if there is no such profile, arm or criterion, or a pair is told of what it has not: a CNN of hidden units, images
 *   of an embedding, spam-cnn of a sixth fold.
 */
export async function chosenSettings(options: RunOptions): Promise<RunSettings> {
  const subject = subjectOf(options);
  const { profile = defaultProfile(subject) } = options;
  checkOfSubject(subject, options);
  const plugins = await loadPlugins(options.plugins ?? []);
  const { settings } = profileSettings(subject, profile);
  const experiment = chosenExperiment(settings.experiment, options, plugins);
  const { trainSize = settings.data.trainSize, batchSize = settings.data.batchSize } = options;
  if (settings.model === undefined) {
    const augment = options.augment === undefined ? settings.data.augment : augmentationOf(options.augment);
    return { ...settings, experiment, data: { ...settings.data, trainSize, batchSize, augment } };
  }
  const { data, model } = settings;
  return {
    experiment,
    data: {
      ...data,
      trainSize,
      batchSize,
      maxLength: options.maxLength ?? data.maxLength,
      fold: options.fold ?? data.fold,
      topics: options.topics ?? data.topics,
      phrases: options.phrases ?? data.phrases,
    },
    model: {
      ...model,
      hidden: options.hidden ?? model.hidden,
      dropout: options.dropout ?? model.dropout,
      recompute: options.recompute,
      embedding: {
        vectors: options.embedding ?? model.embedding.vectors,
        frozen: options.freezeEmbedding ?? model.embedding.frozen,
      },
    },
  };
}

/** Options that say something of texts only. */
const OF_TEXTS = ["maxLength", "hidden", "dropout", "embedding", "freezeEmbedding", "fold", "phrases"] as const;

function checkOfSubject({ name, pair, isCnn, isImages }: Subject, options: RunOptions): void {
  if (options.augment !== undefined && !isImages)
    throw new RangeError(`augment is ${options.augment}, but ${name} is of texts: only images have it`);
  const told = isImages ? OF_TEXTS.find((option) => options[option] !== undefined) : undefined;
  if (told !== undefined)
    throw new RangeError(`${told} is ${options[told]}, but ${name} is of images: only pairs of texts have it`);
  if (options.hidden !== undefined && isCnn)
    throw new RangeError(`hidden is ${options.hidden}, but ${name} is a CNN: only an LSTM has hidden units`);
  if (options.recompute !== undefined && (isCnn || isImages))
    throw new RangeError(
      `recompute is ${options.recompute}, but ${name} has no LSTM: only that has gates to compute again`,
    );
  if (pair !== undefined && options.fold !== undefined) checkFold(pair, options.fold);
  if (options.phrases !== undefined && pair !== "sst2-cnn")
    throw new RangeError(`phrases is ${options.phrases}, but ${name} has none: only sst2-cnn has`);
  const hasTopics = pair !== undefined && !isImages && isReuters(pair);
  if (options.topics !== undefined && !hasTopics)
    throw new RangeError(
      `topics is ${options.topics}, but ${name} has no choice of them: only reuters-cnn and reuters-lstm have`,
    );
  if (options.ticket === undefined && (options.ticketArm ?? options.ticketRounds) !== undefined)
    throw new RangeError("ticketArm and ticketRounds are of the run that ticket names: give it too");
}

function checkFold(pair: Pair, fold: number): void {
  const folds = FOLDS[pair];
  if (folds === undefined)
    throw new RangeError(`fold is ${fold}, but ${pair} has a test part of its own; leave it out`);
  if (fold > folds) throw new RangeError(`fold is ${fold}, but ${pair} has ${folds}; choose one from 1 to ${folds}`);
}

function chosenArms(experiment: ExperimentSettings, options: RunOptions, plugins: Plugins) {
  const { arms, ticket } = options;
  const { pair, ownImages } = subjectOf(options);
  if (arms !== undefined) return armsNamed(arms, plugins, /resnet|vgg/.test(ownImages?.model ?? pair ?? ""));
  return ticket === undefined ? experiment.arms : OWN_ARMS;
}

function chosenExperiment(experiment: ExperimentSettings, options: RunOptions, plugins: Plugins): ExperimentSettings {
  return {
    ...experiment,
    ...lengthOf(experiment, options),
    rounds: options.rounds ?? experiment.rounds,
    arms: chosenArms(experiment, options, plugins),
    criterion: options.criterion === undefined ? undefined : criterionNamed(options.criterion, plugins),
    pool: options.pool ?? experiment.pool,
    ...optimiserOf(experiment, options),
    weightDecay: options.weightDecay ?? experiment.weightDecay,
    l1: options.l1 ?? experiment.l1,
    faults: options.faults ?? experiment.faults,
    seeds: options.seeds ?? experiment.seeds,
    learningRate: options.learningRate ?? experiment.learningRate,
    clipNorm: options.clipNorm ?? experiment.clipNorm,
    rate: options.rate ?? experiment.rate,
    rates: options.rates ?? (options.pool === "all" ? undefined : experiment.rates), // of one pool there is one rate
    exclude: options.exclude ?? experiment.exclude,
    ...learningRatesOf(experiment, options),
    rewindTo: options.rewind ?? experiment.rewindTo,
    patience: options.patience === undefined ? experiment.patience : options.patience,
    measureTraining: options.measureTraining ?? experiment.measureTraining,
  };
}

/** Another optimiser than the profile's has no momentum unless it is told; a momentum of 0 is none. */
function optimiserOf(
  experiment: ExperimentSettings,
  { optimiser = experiment.optimiser, momentum }: RunOptions,
): Pick<ExperimentSettings, "optimiser" | "momentum"> {
  const usual = optimiser === experiment.optimiser ? experiment.momentum : undefined;
  return { optimiser, momentum: (momentum ?? usual) || undefined };
}

/** A factor alone keeps the milestones of the profile. */
function learningRatesOf(
  experiment: ExperimentSettings,
  { schedule, scheduleFactor, warmUp }: RunOptions,
): Pick<ExperimentSettings, "schedule" | "warmUp"> {
  const milestones = schedule ?? experiment.schedule?.milestones;
  if (milestones === undefined && scheduleFactor !== undefined)
    throw new RangeError(
      `scheduleFactor is ${scheduleFactor}, but the learning rate falls at no moment: give schedule (--schedule) too`,
    );
  const factor = scheduleFactor ?? experiment.schedule?.factor;
  return {
    ...(milestones === undefined ? {} : { schedule: { milestones, ...(factor === undefined ? {} : { factor }) } }),
    ...(warmUp === undefined ? { warmUp: experiment.warmUp } : { warmUp: warmUp ?? undefined }),
  };
}

/** Epochs or steps, validations an epoch or every few steps: what is told stands in the place of both. */
function lengthOf(experiment: ExperimentSettings, { epochs, steps, validations, validateEvery }: RunOptions) {
  const told = epochs ?? steps;
  const often = validations ?? validateEvery;
  return {
    ...(told === undefined ? { epochs: experiment.epochs, steps: experiment.steps } : { epochs, steps }),
    ...(often === undefined
      ? { evaluationsPerEpoch: experiment.evaluationsPerEpoch, evaluateEvery: experiment.evaluateEvery }
      : { evaluationsPerEpoch: validations, evaluateEvery: validateEvery }),
  };
}
