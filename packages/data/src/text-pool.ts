import { hash } from "node:crypto";
import { textKey } from "./clean-text.ts";
import { DataError } from "./data-error.ts";
import type { Tokeniser } from "./tokenise.ts";

/**
 * Texts as numbers, added one by one: a token takes 4 bytes, a text 12 and its key, and no text is kept.
 *
 * Words are numbered as they are met. Texts of one key (`textKey`) have the same group; keys are compared by 52 bits of their SHA-256.
 */
export class TextPool {
  readonly #tokenise: Tokeniser;
  readonly #maxLength: number | undefined;
  readonly #wordIds = new Map<string, number>();
  readonly #groupIds = new Map<number, number>();
  readonly #ids = new Int32List();
  readonly #ends = new Int32List();
  readonly #groups = new Int32List();

  /** @param maxLength - Tokens of a text that are kept. */
  constructor(tokenise: Tokeniser, maxLength: number | undefined) {
    this.#tokenise = tokenise;
    this.#maxLength = maxLength;
  }

  /** Adds a text. @returns whether it has any token. @throws {DataError} if there are 2³¹ tokens. */
  add(text: string): boolean {
    const words = this.#tokenise(text).slice(0, this.#maxLength);
    for (const word of words) {
      let id = this.#wordIds.get(word);
      if (id === undefined) {
        id = this.#wordIds.size;
        this.#wordIds.set(detached(word), id);
      }
      this.#ids.push(id);
    }
    this.#ends.push(this.#ids.length);
    const key = Number.parseInt(hash("sha256", textKey(text)).slice(0, 13), 16);
    if (!this.#groupIds.has(key)) this.#groupIds.set(key, this.#groupIds.size);
    this.#groups.push(this.#groupIds.get(key)!);
    return words.length > 0;
  }

  /** Texts there are. */
  get size(): number {
    return this.#ends.length;
  }

  /** The word of each id. */
  words(): string[] {
    return [...this.#wordIds.keys()];
  }

  /** The group of each text. */
  groups(): Int32Array {
    return this.#groups.values();
  }

  /** The ids of a text's words. */
  idsAt(place: number): Int32Array {
    const ends = this.#ends.values();
    return this.#ids.values().subarray(place === 0 ? 0 : ends[place - 1]!, ends[place]!);
  }
}

/** V8 keeps a whole text alive for a long word cut out of it; what was written out and read again stands alone. */
export function detached(word: string): string {
  return JSON.parse(JSON.stringify(word)) as string;
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
