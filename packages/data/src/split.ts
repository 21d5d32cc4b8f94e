import { type Rng, stream } from "@ltt/core";
import { check, checkOptions, checkRng, count, type Kind, type Kinds, map, positive, text } from "@ltt/core/arguments";
import { textKey } from "./clean-text.ts";
import { type Corpus, checkCorpus } from "./corpus.ts";
import { DataError } from "./data-error.ts";
import { checkExamples, type Example } from "./example.ts";
import { dividePlaces, subsetPlaces } from "./split-places.ts";

export interface SplitOptions {
  /** The same seed gives the same split. */
  readonly seed: number;
  /** Fraction of a corpus without a test part that becomes one; 0.2 unless told. */
  readonly testFraction?: number;
  /**
   * Which of `floor(1 / testFraction)` parts that have no example in common is tested on, from 1: for cross-validation. The first unless
   * told.
   */
  readonly fold?: number;
  /** Fraction of what is not for testing that is for validation; 0.3 unless told. */
  readonly validationFraction?: number;
  /** Keep this many examples of a part, its classes in proportion; all unless told. */
  readonly trainSize?: number;
  readonly validationSize?: number;
  readonly testSize?: number;
  /** The `textKey` of every example of the corpus's `train`, where they are known already; a long corpus takes a second. */
  readonly keys?: ReadonlyMap<Example, string>;
}

const share: Kind = {
  type: "number",
  words: "a fraction between 0 and 1",
  accepts: (value) => typeof value === "number" && value > 0 && value < 1,
};
const OPTIONS: Kinds<SplitOptions> = {
  seed: count,
  testFraction: share,
  fold: positive,
  validationFraction: share,
  trainSize: positive,
  validationSize: positive,
  testSize: positive,
  keys: map,
};

export interface Split {
  readonly train: readonly Example[];
  readonly validation: readonly Example[];
  readonly test: readonly Example[];
  /** Examples of `test` whose text is also in `train` or `validation`: published so, see `splitCorpus`. */
  readonly repeatsInTest: number;
}

/**
 * Divides a corpus into training, validation and test, every class in proportion: IMDb's 50,000 into 28,000 / 12,000 /
 * 10,000, AG News' 120,000 into 84,000 / 36,000 beside its own 7,600.
 *
 * Parts have `round(fraction · n)` examples, and classes their share of these by largest remainder, ties to the first class.
 * Examples of one text stay together, so a repeated review is never both trained on and validated or tested on; only a text that
 * repeats more often than there is room shifts the counts. Texts are compared as the tokeniser cleans them, without blanks and case
 * (`textKey`). A published validation or test part is taken as it is, repeats included; those of the test part are counted.
 * Sizes limit a part after that, so a smaller `trainSize` changes neither validation nor test. Examples keep the corpus's order.
 *
 * @throws {TypeError} if an option is unknown, or the corpus is none.
 * @throws {RangeError} if a fraction is not in (0, 1), a size not a positive integer, or there is no such fold.
 * @throws {DataError} if a part would be empty, or has fewer examples than its size asks for.
 */
export function splitCorpus(corpus: Corpus, options: SplitOptions): Split {
  checkCorpus("splitCorpus", "corpus", corpus);
  const checked = checkOptions("splitCorpus", options, OPTIONS, ["seed"]);
  const { seed, testFraction = 0.2, validationFraction = 0.3, fold = 1 } = checked;
  const folds = corpus.test === undefined ? Math.floor(1 / testFraction + 1e-9) : 1;
  if (fold > folds) {
    const why =
      corpus.test === undefined ? `a testFraction of ${testFraction} makes ${folds}` : "the corpus has a test part";
    throw new RangeError(`splitCorpus: fold is ${fold}, but ${why}; leave it out or choose one from 1 to ${folds}`);
  }

  if (checked.keys !== undefined) checkKeys(corpus.train, checked.keys);
  const keys = checked.keys ?? new Map(corpus.train.map((example) => [example, textKey(example.text)]));
  const [test, rest] =
    corpus.test !== undefined ? [corpus.test, corpus.train] : testFold(corpus.train, keys, testFraction, fold, seed);
  const [validation, train] =
    corpus.validation !== undefined
      ? [corpus.validation, rest]
      : divide(rest, keys, validationFraction, stream(seed, "split", "validation"));

  const parts = {
    train: subset("train", train, options.trainSize, stream(seed, "subset", "train")),
    validation: subset("validation", validation, options.validationSize, stream(seed, "subset", "validation")),
    test: subset("test", test, options.testSize, stream(seed, "subset", "test")),
  };
  for (const [name, part] of Object.entries(parts)) {
    if (part.length === 0)
      throw new DataError(`${corpus.name}: ${corpus.train.length} examples leave none for ${name}; give more`);
  }
  // A test part made here has none: its texts were kept together.
  const repeatsInTest = corpus.test === undefined ? 0 : countRepeats(parts.test, [...parts.train, ...parts.validation]);
  return { ...parts, repeatsInTest };
}

function checkKeys(examples: readonly Example[], keys: ReadonlyMap<Example, string>): void {
  for (const [i, example] of examples.entries())
    check("splitCorpus", `keys.get(corpus.train[${i}])`, keys.get(example), text);
}

/** How many of the examples have a text that is also among `others`, after cleaning (`textKey`). */
export function countRepeats(examples: readonly Example[], others: readonly Example[]): number {
  checkExamples("countRepeats", "examples", examples);
  checkExamples("countRepeats", "others", others);
  const seen = new Set(others.map(({ text }) => textKey(text)));
  return examples.filter(({ text }) => seen.has(textKey(text))).length;
}

/**
 * Takes `size` examples, every class in proportion, in their order.
 *
 * @throws {RangeError} if the size is not a positive integer.
 * @throws {DataError} if there are fewer examples; `name` is what the message calls them.
 */
export function subset(
  name: string,
  examples: readonly Example[],
  size: number | undefined,
  rng: Rng,
): readonly Example[] {
  check("subset", "name", name, text);
  checkExamples("subset", "examples", examples);
  checkRng("subset", "rng", rng);
  if (size === undefined) return examples;
  check("subset", "size", size, positive);
  if (size > examples.length) {
    throw new DataError(`${name}: ${size} examples are asked for, there are ${examples.length}; ask for fewer`);
  }
  return examplesOf(examples, subsetPlaces(labelsOf(examples), size, rng));
}

/** The part of a fold, and the rest. Each fold is taken from what those before it left, so that they have no example in common. */
function testFold(
  examples: readonly Example[],
  keys: ReadonlyMap<Example, string>,
  fraction: number,
  fold: number,
  seed: number,
): [readonly Example[], readonly Example[]] {
  let left = examples;
  for (let k = 1; ; k++) {
    const [before, upTo] = [(k - 1) * fraction, k * fraction].map((part) => Math.round(part * examples.length));
    const share = Math.min(1, (upTo! - before!) / left.length);
    const rng = k === 1 ? stream(seed, "split", "test") : stream(seed, "split", "test", k);
    const [part, others] = divide(left, keys, k === 1 ? fraction : share, rng);
    if (k < fold) {
      left = others;
      continue;
    }
    const tested = new Set(part);
    return [part, k === 1 ? others : examples.filter((example) => !tested.has(example))];
  }
}

/** Two parts of the examples, the first of `round(fraction · n)`, each class in proportion, texts of one key kept together. */
function divide(
  examples: readonly Example[],
  keys: ReadonlyMap<Example, string>,
  fraction: number,
  rng: Rng,
): [readonly Example[], readonly Example[]] {
  const numbers = new Map<string, number>();
  const groups = Int32Array.from(examples, (example) => {
    const key = keys.get(example)!;
    if (!numbers.has(key)) numbers.set(key, numbers.size);
    return numbers.get(key)!;
  });
  const [first, rest] = dividePlaces({ labels: labelsOf(examples), groups }, fraction, rng);
  return [examplesOf(examples, first), examplesOf(examples, rest)];
}

function labelsOf(examples: readonly Example[]): Int32Array {
  return Int32Array.from(examples, ({ label }) => label);
}

function examplesOf(examples: readonly Example[], places: Int32Array): readonly Example[] {
  return Array.from(places, (place) => examples[place]!);
}
