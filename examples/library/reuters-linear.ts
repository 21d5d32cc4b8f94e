// A linear model beside the networks of reuters-cnn: logistic regression on TF-IDF, one classifier a topic, on the same texts of Reuters-21578 (R10).
//
//     npm run example reuters-linear -- --data DIR
//
// Features of a text: (1 + ln tf) · ln(N / df) of each word, scaled to length 1 (Salton & Buckley, Information Processing & Management 24, 1988). Weight decay is chosen on validation texts.
import { gradients, type Matrix, scope, stream, tensor, tokens } from "@ltt/core";
import { createTokeniser, type Example, locateReuters, readReuters, splitCorpus } from "@ltt/data";
import { AdamW, classificationLoss, Linear, predict, trainable } from "@ltt/layers";
import { multiLabelClassification } from "@ltt/lottery";
import { places } from "./places.ts";

const corpus = await readReuters(await locateReuters(places()), { topics: 10 });
const split = splitCorpus(corpus, { seed: 1, validationFraction: 0.2 });
const topics = corpus.classes.length;

type Counts = ReadonlyMap<string, number>;
const tokenise = createTokeniser({ lowercase: true });
const countsOf = ({ text }: Example): Counts => {
  const counts = new Map<string, number>();
  for (const word of tokenise(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
};
const training = split.train.map(countsOf);
const documents = new Map<string, number>();
for (const counts of training) for (const word of counts.keys()) documents.set(word, (documents.get(word) ?? 0) + 1);
const words = [...documents].filter(([, texts]) => texts >= 2).map(([word]) => word);
const columns = new Map(words.map((word, i) => [word, i]));
console.log(`${training.length} texts to train, ${words.length} words in two of them at least, ${topics} topics`);

function featuresOf(texts: readonly Counts[]): Matrix {
  const features = new Float32Array(texts.length * words.length);
  for (const [row, counts] of texts.entries()) {
    const weights = [...counts].flatMap(([word, tf]) => {
      const column = columns.get(word);
      return column === undefined
        ? []
        : [[column, (1 + Math.log(tf)) * Math.log(training.length / documents.get(word)!)] as const];
    });
    const length = Math.hypot(...weights.map(([, weight]) => weight));
    for (const [column, weight] of weights) features[row * words.length + column] = weight / length;
  }
  return tensor(features, [texts.length, words.length]);
}

/** Some of the texts as a batch. */
function batchAt(examples: readonly Example[], counts: readonly Counts[], places: Int32Array) {
  const rows = Array.from(places, (place) => examples[place]!.labels!);
  const targets = rows.flatMap((labels) => corpus.classes.map((_, topic) => Number(labels.includes(topic))));
  return {
    input: featuresOf(Array.from(places, (place) => counts[place]!)),
    targets: tokens(targets, [places.length, topics]),
  };
}

/** The places in an order, 64 at a time. */
function* batchesOf(order: Int32Array) {
  for (let from = 0; from < order.length; from += 64) yield order.subarray(from, from + 64);
}
const measured = async (model: Linear, examples: readonly Example[]) => {
  const counts = examples.map(countsOf);
  const batches = Array.from(batchesOf(Int32Array.from(examples.keys())), (at) => batchAt(examples, counts, at));
  const predictions = await predict(model, batches);
  const { scores, others } = multiLabelClassification(predictions);
  return { f1: scores.reduce((sum, score) => sum + score, 0) / scores.length, others };
};

let best: { readonly f1: number; readonly decay: number; readonly model: Linear } | undefined;
for (const weightDecay of [0, 0.01, 0.1]) {
  const model = new Linear({ inputs: words.length, outputs: topics }, stream(1, "init"));
  const optimiser = new AdamW(trainable(model), { learningRate: 1e-2, weightDecay });
  for (let epoch = 1; epoch <= 10; epoch++) {
    for (const places of batchesOf(stream(1, "order", epoch).permutation(training.length))) {
      scope(() => {
        const { input, targets } = batchAt(split.train, training, places); // a dense batch: gone with the step
        const loss = classificationLoss(model.forward(input), targets);
        optimiser.step(gradients(loss, optimiser.parameters));
      });
    }
  }
  const { f1 } = await measured(model, split.validation);
  console.log(`weight decay ${weightDecay}: validation micro-F1 ${(100 * f1).toFixed(2)} %`);
  if (best === undefined || f1 > best.f1) best = { f1, decay: weightDecay, model };
}
const { f1, others } = await measured(best!.model, split.test);
console.log(
  `test: micro-F1 ${(100 * f1).toFixed(2)} %, macro-F1 ${(100 * others["macro f1"]!).toFixed(2)} %, exact match ${(100 * others["exact match"]!).toFixed(2)} % of ${split.test.length} texts`,
);
