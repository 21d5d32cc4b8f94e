import { ownSettings } from "./own-profile.ts";
import { isReuters } from "./pairs.ts";
import { armsNamed, criterionNamed, loadPlugins } from "./plugins.ts";
import { type RunSettings, settingsOf } from "./profiles.ts";
import type { RunOptions } from "./run-options.ts";
import { subjectOf } from "./subject.ts";

/** What tickets of another run are trained beside, unless told: the data's own. */
const OWN_ARMS = ["winning-ticket"] as const;

/**
 * What a run does: what its profile says, and in its place what its options say.
 *
 * @throws {Error} if a plugin cannot be read or run.
 * @throws {RangeError} if there is no arm or criterion of a name, a CNN is given hidden units, or a pair is told of phrases or topics that has none.
 */
export async function chosenSettings(options: RunOptions): Promise<RunSettings> {
  const { profile = "corrected" } = options;
  const { name, isCnn, pair, own } = subjectOf(options);
  if (options.hidden !== undefined && isCnn)
    throw new RangeError(`hidden is ${options.hidden}, but ${name} is a CNN: only an LSTM has hidden units`);
  if (options.phrases !== undefined && pair !== "sst2-cnn")
    throw new RangeError(`phrases is ${options.phrases}, but ${name} has none: only sst2-cnn has`);
  if (options.ticket === undefined && (options.ticketArm ?? options.ticketRounds) !== undefined)
    throw new RangeError("ticketArm and ticketRounds are of the run that ticket names: give it too");
  if (options.topics !== undefined && (pair === undefined || !isReuters(pair)))
    throw new RangeError(
      `topics is ${options.topics}, but ${name} has no choice of them: only reuters-cnn and reuters-lstm have`,
    );
  const plugins = await loadPlugins(options.plugins ?? []);
  const { experiment, data, model } = own === undefined ? settingsOf(pair, profile) : ownSettings(own, profile);
  return {
    experiment: {
      ...experiment,
      rounds: options.rounds ?? experiment.rounds,
      epochs: options.epochs ?? experiment.epochs,
      arms:
        options.arms === undefined
          ? options.ticket === undefined
            ? experiment.arms
            : OWN_ARMS
          : armsNamed(options.arms, plugins),
      criterion: options.criterion === undefined ? undefined : criterionNamed(options.criterion, plugins),
      pool: options.pool,
      optimiser: options.optimiser,
      momentum: options.momentum,
      weightDecay: options.weightDecay,
      faults: options.faults ?? experiment.faults,
      seeds: options.seeds ?? experiment.seeds,
      learningRate: options.learningRate ?? experiment.learningRate,
      clipNorm: options.clipNorm ?? experiment.clipNorm,
      rate: options.rate ?? experiment.rate,
      rewindTo: options.rewind ?? experiment.rewindTo,
      patience: options.patience === undefined ? experiment.patience : options.patience,
      measureTraining: options.measureTraining ?? experiment.measureTraining,
      evaluationsPerEpoch: options.validations ?? experiment.evaluationsPerEpoch,
    },
    data: {
      ...data,
      trainSize: options.trainSize ?? data.trainSize,
      maxLength: options.maxLength ?? data.maxLength,
      batchSize: options.batchSize ?? data.batchSize,
      fold: options.fold ?? data.fold,
      topics: options.topics ?? data.topics,
      phrases: options.phrases ?? data.phrases,
    },
    model: {
      ...model,
      hidden: options.hidden ?? model.hidden,
      embedding: {
        vectors: options.embedding ?? model.embedding.vectors,
        frozen: options.freezeEmbedding ?? model.embedding.frozen,
      },
    },
  };
}
