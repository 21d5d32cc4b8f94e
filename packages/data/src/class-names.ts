import { nearestName } from "@ltt/core/arguments";
import { DataError, show } from "./data-error.ts";
import { detached, Int32List } from "./text-pool.ts";

/** Labels as words, numbered as they are met, with how often and where first. */
export class ClassNames {
  readonly #numbers = new Map<string, number>();
  readonly #counts: number[] = [];
  readonly #places: string[] = [];
  readonly #labels = new Int32List();

  /** Adds a text's label, which may be new. */
  add(name: string, where: string): void {
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

  /** Adds the label of a text that is not trained on. @throws {DataError} if training has none of it. */
  addKnown(name: string, where: string): void {
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
    if (names.length === 1) {
      throw new DataError(
        `${path}: all ${this.#counts[0]} texts have the label ${show(names[0]!)}; there must be two labels`,
      );
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

  /** Classes in rising order, numbers as numbers, and each text's, in the order they were added. */
  sorted(): { classes: string[]; labels: Int32Array } {
    const names = [...this.#numbers.keys()];
    const isNumber = names.every((name) => /^-?\d{1,15}$/.test(name));
    const classes = names.toSorted((a, b) => (isNumber ? Number(a) - Number(b) : 0) || (a < b ? -1 : 1));
    const rank = new Map(classes.map((name, i) => [name, i]));
    return { classes, labels: this.#labels.values().map((number) => rank.get(names[number]!)!) };
  }
}
