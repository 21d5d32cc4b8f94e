import { check, checkOptions, describe, integers, type Kinds, positive, text as string } from "@ltt/core/arguments";
import { detached } from "./detached.ts";
import { splitWord } from "./split-word.ts";
import { eachPiece } from "./tokenise.ts";
import { type Vocabulary, type VocabularyOptions, vocabularyOf } from "./vocabulary.ts";

const OPTIONS: Kinds<Pick<VocabularyOptions, "maxLength">> = { maxLength: positive };
const LIMITS: Kinds<Omit<VocabularyOptions, "maxLength">> = { maxSize: positive, minFrequency: positive };

/**
 * The tokens of texts, those of `createTokeniser()`, as numbers in the order in which words are first met. So a text is tokenised once,
 * though its vocabulary is known only when all are read. No text is kept.
 */
export class NumberedWords {
  readonly #maxLength: number;
  readonly #numbers = new Map<string, number>();
  /** Of pieces of texts that were met before, up to 2¹⁸ of them. */
  readonly #seen = new Map<string, readonly number[]>();

  /** @throws {RangeError} if `maxLength`, the tokens of a text that are read, is not a positive integer; all unless told. */
  constructor(options: Pick<VocabularyOptions, "maxLength"> = {}) {
    const { maxLength = Number.POSITIVE_INFINITY } = checkOptions("NumberedWords", options, OPTIONS);
    this.#maxLength = maxLength;
  }

  /** The numbers of a text's tokens. @throws {TypeError} if it is no text. */
  numbersOf(text: string): Int32Array {
    check("NumberedWords", "text", text, string);
    const numbers: number[] = [];
    eachPiece(text, (piece) => {
      for (const number of this.#numbersOf(piece)) numbers.push(number);
      return numbers.length < this.#maxLength;
    });
    return Int32Array.from(numbers.slice(0, this.#maxLength));
  }

  #numbersOf(piece: string): readonly number[] {
    const known = this.#seen.get(piece);
    if (known !== undefined) return known;
    const tokens: string[] = [];
    splitWord(piece, 0, piece.length, tokens);
    const numbers = tokens.map((token) => this.#numberOf(token));
    if (piece.length <= 32 && this.#seen.size < 2 ** 18) this.#seen.set(detached(piece), numbers);
    return numbers;
  }

  #numberOf(word: string): number {
    const known = this.#numbers.get(word);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    this.#numbers.set(detached(word), number);
    return number;
  }

  /**
   * The vocabulary of some of the texts, given as their numbers: that which `buildVocabulary` makes; and its id of each number.
   *
   * @throws {TypeError} if the texts are no iterable of `Int32Array`s, or an option is unknown.
   * @throws {RangeError} if a number is of no word, or a limit is not a positive integer.
   */
  vocabularyOf(
    texts: Iterable<Int32Array>,
    options: Omit<VocabularyOptions, "maxLength"> = {},
  ): { readonly vocabulary: Vocabulary; readonly idOf: Int32Array } {
    checkOptions("NumberedWords", options, LIMITS);
    if (typeof texts !== "object" || texts === null || !(Symbol.iterator in texts)) {
      throw new TypeError(`NumberedWords: texts is ${describe(texts)}; it is an array of Int32Arrays, or iterable`);
    }
    const words = [...this.#numbers.keys()];
    const counts = new Int32Array(words.length);
    let i = -1;
    for (const numbers of texts) {
      i++;
      check("NumberedWords", `texts[${i}]`, numbers, integers);
      for (let j = 0; j < numbers.length; j++) {
        const number = numbers[j]!;
        if (!(number >= 0 && number < words.length)) {
          throw new RangeError(
            `NumberedWords: texts[${i}][${j}] is ${number}; words have numbers below ${words.length}`,
          );
        }
        counts[number]!++;
      }
    }
    const met = words.flatMap((word, i) => (counts[i]! > 0 ? [[word, counts[i]!] as const] : []));
    const vocabulary = vocabularyOf(new Map(met), options);
    return { vocabulary, idOf: Int32Array.from(words, (word) => vocabulary.idOf(word)) };
  }
}
