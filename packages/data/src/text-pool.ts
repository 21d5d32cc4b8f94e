import { hash } from "node:crypto";
import { textKey } from "./clean-text.ts";
import { DataError } from "./data-error.ts";
import { NumberedWords } from "./numbered-words.ts";
import type { Vocabulary, VocabularyOptions } from "./vocabulary.ts";

/**
 * Texts as numbers, added one by one: a token takes 4 bytes, a text 12 and its key, and no text is kept.
 *
 * Words are numbered as they are met. Texts of one key (`textKey`) have the same group; keys are compared by 52 bits of their SHA-256.
 */
export class TextPool {
  readonly #words: NumberedWords;
  readonly #groupIds = new Map<number, number>();
  readonly #numbers = new Int32List();
  readonly #ends = new Int32List();
  readonly #groups = new Int32List();

  /** @param maxLength - Tokens of a text that are kept. */
  constructor(maxLength: number | undefined) {
    this.#words = new NumberedWords(maxLength === undefined ? {} : { maxLength });
  }

  /** Adds a text. @returns whether it has any token. @throws {DataError} if there are 2³¹ tokens. */
  add(text: string): boolean {
    const numbers = this.#words.numbersOf(text);
    for (const number of numbers) this.#numbers.push(number);
    this.#ends.push(this.#numbers.length);
    const key = Number.parseInt(hash("sha256", textKey(text)).slice(0, 13), 16);
    if (!this.#groupIds.has(key)) this.#groupIds.set(key, this.#groupIds.size);
    this.#groups.push(this.#groupIds.get(key)!);
    return numbers.length > 0;
  }

  /** Texts there are. */
  get size(): number {
    return this.#ends.length;
  }

  /** The vocabulary of some of the texts, and its id of each number. */
  vocabularyOf(
    places: Int32Array,
    options: Pick<VocabularyOptions, "maxSize">,
  ): { readonly vocabulary: Vocabulary; readonly idOf: Int32Array } {
    return this.#words.vocabularyOf(this.#textsAt(places), options);
  }

  /** One after another: a million views would take more memory than their texts. */
  *#textsAt(places: Int32Array): Generator<Int32Array> {
    for (const place of places) yield this.numbersAt(place);
  }

  /** The group of each text. */
  groups(): Int32Array {
    return this.#groups.values();
  }

  /** The numbers of a text's words. */
  numbersAt(place: number): Int32Array {
    const ends = this.#ends.values();
    return this.#numbers.values().subarray(place === 0 ? 0 : ends[place - 1]!, ends[place]!);
  }
}

/** Integers, as many as there come. */
export class Int32List {
  #values = new Int32Array(1024);
  length = 0;

  push(value: number): void {
    if (this.length === this.#values.length) this.#grow();
    this.#values[this.length++] = value;
  }

  /** A view of all of them, until the next is added. */
  values(): Int32Array {
    return this.#values.subarray(0, this.length);
  }

  #grow(): void {
    if (this.length >= 2 ** 31 - 1) {
      throw new DataError("there are more than 2³¹ tokens: keep fewer of each text with --max-length");
    }
    const larger = new Int32Array(Math.min(2 ** 31 - 1, Math.ceil(1.5 * this.length)));
    larger.set(this.#values);
    this.#values = larger;
  }
}
