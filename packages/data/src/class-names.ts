import { nearestName } from "@ltt/core/arguments";
import { DataError, show } from "./data-error.ts";
import { detached } from "./detached.ts";
import type { SeveralLabels } from "./several-labels.ts";
import { Int32List } from "./text-pool.ts";

/** Labels of texts as words, one or several or none a text, numbered as they are met, with how often and where first. */
export class ClassNames {
  readonly #numbers = new Map<string, number>();
  readonly #counts: number[] = [];
  readonly #places: string[] = [];
  readonly #labels = new Int32List();
  readonly #ends = new Int32List();

  /** Adds a text's labels, which may be new. */
  add(names: readonly string[], where: string): void {
    for (const name of names) this.#add(name, where);
    this.#ends.push(this.#labels.length);
  }

  #add(name: string, where: string): void {
    let number = this.#numbers.get(name);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(detached(name), number);
      this.#counts.push(0);
      this.#places.push(where);
    }
    this.#counts[number]!++;
    this.#labels.push(number);
  }

  /** Adds the labels of a text that is not trained on. @throws {DataError} if training has none of one of them. */
  addKnown(names: readonly string[], where: string): void {
    for (const name of names) this.#addKnown(name, where);
    this.#ends.push(this.#labels.length);
  }

  #addKnown(name: string, where: string): void {
    const number = this.#numbers.get(name);
    if (number !== undefined) {
      this.#labels.push(number);
      return;
    }
    const nearest = nearestName(name, [...this.#numbers.keys()]);
    const hint = nearest === undefined ? "" : `; did you mean ${show(nearest)}?`;
    throw new DataError(`${where}: no text to train on has the label ${show(name)}${hint}`);
  }

  /** @throws {DataError} for one label only, and for labels that stand once. */
  check(path: string): void {
    const names = [...this.#numbers.keys()];
    if (names.length === 0) throw new DataError(`${path}: no text has a label; is this the column of the labels?`);
    if (names.length === 1) {
      throw new DataError(`${path}: the only label is ${show(names[0]!)}; there must be two`);
    }
    const once = [...this.#counts.keys()].filter((i) => this.#counts[i] === 1);
    if (once.length === 0) return;
    if (once.length === names.length) {
      throw new DataError(`${path}: every text has a label of its own; is this the column of the labels?`);
    }
    const first = once[0]!;
    const nearest = nearestName(
      names[first]!,
      names.filter((_, i) => this.#counts[i]! > 1),
    );
    const meant = nearest === undefined ? "" : ` (did you mean ${show(nearest)}?)`;
    const others = once.length === 1 ? "" : `, as do ${once.length - 1} others`;
    throw new DataError(
      `${this.#places[first]}: the label ${show(names[first]!)}${meant} stands once${others}; ` +
        "a class needs two texts at least: add some, correct the label or delete the row",
    );
  }

  /** Classes in rising order, numbers as numbers, and the labels of each text in the order they were added. */
  sorted(): Classes {
    const names = [...this.#numbers.keys()];
    const isNumber = names.every((name) => /^-?\d{1,15}$/.test(name));
    const classes = names.toSorted((a, b) => (isNumber ? Number(a) - Number(b) : 0) || (a < b ? -1 : 1));
    const rank = new Map(classes.map((name, i) => [name, i]));
    const ranks = Int32Array.from(names, (name) => rank.get(name)!);
    const ids = this.#labels.values().map((number) => ranks[number]!);
    const offsets = Int32Array.from([0, ...this.#ends.values()]);
    for (let i = 0; i + 1 < offsets.length; i++) ids.subarray(offsets[i], offsets[i + 1]).sort();

    const counts = new Int32Array(classes.length);
    for (const [number, count] of this.#counts.entries()) counts[ranks[number]!] = count;
    const rarest = (of: Int32Array) => of.reduce((least, id) => (counts[id]! < counts[least]! ? id : least), of[0]!);
    const labels = Int32Array.from({ length: this.#ends.length }, (_, i) => {
      const of = ids.subarray(offsets[i], offsets[i + 1]);
      return of.length === 0 ? classes.length : rarest(of);
    });
    return { classes, labels, several: { classes: classes.length, ids, offsets } };
  }
}

/** The classes of texts. */
export interface Classes {
  readonly classes: readonly string[];
  /**
   * What parts are divided in proportion by: the class of each text that the fewest texts to train on have, the first of equals; the number
   * of classes where it has none.
   */
  readonly labels: Int32Array;
  /** All of each text. */
  readonly several: SeveralLabels;
}
