// A bidirectional LSTM on sentences of one's own, one a line in two files: here MR, sentences of film reviews (Pang & Lee 2005), negative or positive.
//
//     npm run example mr-lstm -- --data DIR
//
// DIR, or $LTT_DATA, holds mr/rt-polarity.neg and mr/rt-polarity.pos.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stream } from "@ltt/core";
import {
  buildVocabulary,
  corpusOf,
  createTokeniser,
  type Example,
  encodeExamples,
  splitCorpus,
  textBatches,
} from "@ltt/data";
import { Adam, EarlyStopping, evaluate, stateOf, TextLstm, train, trainable } from "@ltt/layers";
import { places } from "./places.ts";

const { data: folder } = places();
if (folder === undefined) throw new Error("mr-lstm: name the folder that has mr/rt-polarity.neg and .pos with --data");
const classes = ["negative", "positive"];
const sentences = ["neg", "pos"].flatMap((ending, label): Example[] =>
  readFileSync(join(folder, "mr", `rt-polarity.${ending}`), "utf8")
    .trim()
    .split("\n")
    .map((text) => ({ text, label })),
);
const corpus = corpusOf({ name: "mr", classes, train: sentences });
const split = splitCorpus(corpus, { seed: 1 });

const tokenise = createTokeniser({ lowercase: true });
const maxLength = 40;
const vocabulary = buildVocabulary(
  split.train.map(({ text }) => tokenise(text)),
  { minFrequency: 2, maxLength },
);
const encode = (examples: readonly Example[]) => encodeExamples(examples, { tokenise, vocabulary, maxLength });
const [training, validation, test] = [encode(split.train), encode(split.validation), encode(split.test)];

const model = new TextLstm({ rows: vocabulary.size, outputs: 1, dim: 50, hidden: 32, layers: 1 }, stream(1, "init"));
console.log(model);

const optimiser = new Adam(trainable(model), { learningRate: 1e-2 });
const batches = (epoch: number) => textBatches(training, { batchSize: 64, seed: 1, epoch });
const stopping = new EarlyStopping(stateOf(model), { patience: 1 });
for await (const step of train(model, { batches, epochs: 5, optimiser, seed: 1, clipNorm: 5 })) {
  if (!step.endOfEpoch) continue;
  const { loss, accuracy } = await evaluate(model, textBatches(validation, { batchSize: 256 }));
  console.log(`epoch ${step.epoch}: validation loss ${loss.toFixed(3)}, accuracy ${(100 * accuracy).toFixed(1)} %`);
  if (await stopping.update(step.step, loss)) break;
}
stopping.restore();
const { accuracy, examples } = await evaluate(model, textBatches(test, { batchSize: 256 }));
console.log(`test: ${(100 * accuracy).toFixed(1)} % of ${examples} sentences are right`);
