import { check, checkOptions, describe, type Kind, type Kinds, list, map, positive, text } from "@ltt/core/arguments";
import { DataError, show } from "./data-error.ts";
import { detached } from "./detached.ts";

/** The id of every word that the vocabulary does not have, `<unk>`. */
export const UNKNOWN = 0;
/** The id that fills the shorter texts of a batch, `<pad>`. */
export const PADDING = 1;

const specials = ["<unk>", "<pad>"] as const;

export interface VocabularyOptions {
  /** Words to keep at most, `<unk>` and `<pad>` not counted; all unless told. */
  readonly maxSize?: number;
  /** Words seen less often are left out; 1 unless told. */
  readonly minFrequency?: number;
  /**
   * Count the first so many tokens of a text only; all unless told. Give what `encodeExamples` is given: a word behind the cut
   * would have a row that no text trains.
   */
  readonly maxLength?: number;
}

const LIMITS: Kinds<Omit<VocabularyOptions, "maxLength">> = { maxSize: positive, minFrequency: positive };
const OPTIONS: Kinds<VocabularyOptions> = { ...LIMITS, maxLength: positive };

/**
 * The words that a model knows, as ids: `<unk>` is 0 and `<pad>` is 1 (torchtext's order), then words by falling frequency,
 * equally frequent ones in the order of their UTF-16 code units.
 */
export class Vocabulary {
  /** The word of each id. */
  readonly words: readonly string[];
  readonly #ids: ReadonlyMap<string, number>;

  /** @param words - Words without `<unk>` and `<pad>`, the first of which gets id 2. */
  constructor(words: readonly string[]) {
    checkWords("Vocabulary", "words", words);
    this.words = [...specials, ...words];
    // `<unk>` and `<pad>` met in a text are words nobody knows, not padding.
    this.#ids = new Map(words.map((word, i) => [word, i + specials.length]));
    for (const [i, word] of words.entries()) {
      if (this.#ids.get(word) === i + specials.length && !specials.some((special) => special === word)) continue;
      throw new RangeError(`Vocabulary: words[${i}], ${show(word)}, is there twice`);
    }
  }

  /** Ids there are, `<unk>` and `<pad>` among them: the rows of an embedding. */
  get size(): number {
    return this.words.length;
  }

  has(word: string): boolean {
    check("Vocabulary", "word", word, text);
    return this.#ids.has(word);
  }

  /** The word's id, or `UNKNOWN`. */
  idOf(word: string): number {
    check("Vocabulary", "word", word, text);
    return this.#ids.get(word) ?? UNKNOWN;
  }

  /** The ids of a text's tokens. */
  encode(tokens: readonly string[]): Int32Array {
    checkWords("Vocabulary", "tokens", tokens);
    const ids = new Int32Array(tokens.length);
    for (let i = 0; i < tokens.length; i++) ids[i] = this.#ids.get(tokens[i]!) ?? UNKNOWN;
    return ids;
  }

  /** The vocabulary as JSON text; `parseVocabulary` reads it. */
  toJson(): string {
    return `${JSON.stringify({ format, words: this.words })}\n`;
  }
}

export const vocabularyKind: Kind = {
  words: "a Vocabulary: buildVocabulary(texts) makes one",
  accepts: (value) => value instanceof Vocabulary,
};

/** @throws {TypeError} unless the value is an array of strings. */
export function checkWords(where: string, name: string, value: unknown): asserts value is readonly string[] {
  check(where, name, value, list);
  const words = value as readonly unknown[];
  for (let i = 0; i < words.length; i++)
    if (typeof words[i] !== "string") check(where, `${name}[${i}]`, words[i], text);
}

const format = "ltt-vocabulary-1";

/** Adds a text's words to counts of words, for `vocabularyOf`. */
export function countWords(tokens: readonly string[], counts: Map<string, number>): void {
  checkWords("countWords", "tokens", tokens);
  check("countWords", "counts", counts, map);
  for (const token of tokens) {
    const before = counts.get(token) ?? 0;
    if (typeof before !== "number") check("countWords", `counts.get(${show(token)})`, before, positive);
    counts.set(token, before + 1);
  }
}

/**
 * The vocabulary of tokenised texts. Give it the training part only: words of validation and test texts must stay unknown.
 *
 * @throws {TypeError} if the texts are not iterable, or one is not an array of strings; if an option is unknown.
 * @throws {RangeError} if a limit is not a positive integer.
 */
export function buildVocabulary(texts: Iterable<readonly string[]>, options: VocabularyOptions = {}): Vocabulary {
  const { maxLength, ...limits } = checkOptions("buildVocabulary", options, OPTIONS);
  if (typeof texts !== "object" || texts === null || !(Symbol.iterator in texts)) {
    throw new TypeError(`buildVocabulary: texts is ${describe(texts)}; it is an array of tokenised texts, or iterable`);
  }
  const counts = new Map<string, number>();
  let i = 0;
  for (const tokens of texts) {
    checkWords("buildVocabulary", `texts[${i++}]`, tokens);
    countWords(tokens.slice(0, maxLength), counts);
  }
  return vocabularyOf(counts, limits);
}

/**
 * The vocabulary of words that are counted already: what `buildVocabulary` gives for their texts.
 *
 * @throws {TypeError} if the counts are no Map of words to numbers, or an option is unknown.
 * @throws {RangeError} if a count or a limit is not a positive integer.
 */
export function vocabularyOf(
  counts: ReadonlyMap<string, number>,
  options: Omit<VocabularyOptions, "maxLength"> = {},
): Vocabulary {
  const { maxSize, minFrequency = 1 } = checkOptions("vocabularyOf", options, LIMITS);
  check("vocabularyOf", "counts", counts, map);
  for (const [word, count] of counts) {
    check("vocabularyOf", "a key of counts", word, text);
    check("vocabularyOf", `counts.get(${show(word)})`, count, positive);
  }
  const frequencies = new Map(counts);
  for (const special of specials) frequencies.delete(special);

  const words = [...frequencies]
    .filter(([, frequency]) => frequency >= minFrequency)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, maxSize)
    .map(([word]) => detached(word));
  return new Vocabulary(words);
}

/**
 * Reads what `Vocabulary.toJson` wrote.
 *
 * @param source - What the message calls it: the file's path.
 * @throws {DataError} if it is anything else.
 */
export function parseVocabulary(json: string, source: string): Vocabulary {
  check("parseVocabulary", "json", json, text);
  check("parseVocabulary", "source", source, text);
  const fail = (what: string): never => {
    throw new DataError(`${source}: ${what}; this is not a vocabulary that ltt wrote, make it anew`);
  };
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (error) {
    return fail(`is not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  if (typeof parsed !== "object" || parsed === null || !("format" in parsed) || !("words" in parsed)) {
    return fail("has no format and words");
  }
  if (parsed.format !== format) return fail(`its format is ${show(String(parsed.format))}, not "${format}"`);
  if (!Array.isArray(parsed.words)) return fail("its words are not a list");

  const words: string[] = [];
  const seen = new Set<string>();
  for (const [id, word] of parsed.words.entries()) {
    if (typeof word !== "string" || word === "") return fail(`word ${id} is not a text`);
    if (seen.has(word)) return fail(`word ${id}, ${show(word)}, is there twice`);
    seen.add(word);
    words.push(word);
  }
  if (words[UNKNOWN] !== specials[UNKNOWN] || words[PADDING] !== specials[PADDING]) {
    return fail(`its first words are not ${specials.join(" and ")}`);
  }
  return new Vocabulary(words.slice(specials.length));
}
