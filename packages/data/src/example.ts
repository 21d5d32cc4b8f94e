import { check, type Kind, list, object, text } from "@ltt/core/arguments";

/** A text and its class, an index into the corpus's `classes`. */
export interface Example {
  readonly text: string;
  /** Of a text that may have several classes: the one by which parts are divided in proportion, see `examplesOfSeveral`. */
  readonly label: number;
  /** Where a text may have several classes: all that it has, ascending. Then all texts of its corpus have this. */
  readonly labels?: readonly number[];
}

/** Bounded, since counts of all classes up to it are kept. */
export const label: Kind = integerBelow(2 ** 24, "an integer from 0 to 2²⁴ − 1");

/** A kind of numbers: integers from 0 that are smaller than `end`. */
export function integerBelow(end: number, words: string): Kind {
  const accepts = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) < end;
  return { type: "number", words, accepts };
}

/** @throws {TypeError | RangeError} unless the value is an array of texts with classes. */
export function checkExamples(where: string, name: string, value: unknown, kind: Kind = label): void {
  check(where, name, value, list);
  for (const [i, example] of (value as readonly Example[]).entries()) {
    const at = `${name}[${i}]`;
    check(where, at, example, object);
    check(where, `${at}.text`, example.text, text);
    check(where, `${at}.label`, example.label, example.labels === undefined ? kind : label);
    if (example.labels !== undefined) check(where, `${at}.labels`, example.labels, list);
  }
}
