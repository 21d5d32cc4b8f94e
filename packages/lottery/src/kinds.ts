import { check, finite, type Kind, type Kinds, list, object } from "@ltt/core/arguments";

/** A part of a whole: none and all of it included. */
export const share: Kind = {
  type: "number",
  words: "a fraction in [0, 1]",
  accepts: (value) => typeof value === "number" && value >= 0 && value <= 1,
};

/** A probability that is neither impossible nor certain, a part that is neither nothing nor all. */
export const between0And1: Kind = {
  type: "number",
  words: "a fraction between 0 and 1",
  accepts: (value) => typeof value === "number" && value > 0 && value < 1,
};

/** A path that names something: joined to others, an empty one would mean the current folder. */
export const path: Kind = {
  type: "string",
  words: "a path",
  accepts: (value) => typeof value === "string" && value.trim() !== "",
};

/** How many there may be at most. */
export const limit: Kind = {
  type: "number",
  words: "a number above 0, or Infinity",
  accepts: (value) => typeof value === "number" && value > 0,
};

export const signal: Kind = {
  words: "an AbortSignal",
  accepts: (value) => object.accepts(value) && typeof (value as Partial<AbortSignal>).throwIfAborted === "function",
};

/** A kind, or left out. */
export function optional(kind: Kind): Kind {
  return { ...kind, accepts: (value) => value === undefined || kind.accepts(value) };
}

/** A kind, or `null`. */
export function nullable(kind: Kind): Kind {
  return { ...kind, words: `${kind.words}, or null`, accepts: (value) => value === null || kind.accepts(value) };
}

/**
 * Checks some fields of a value, which may have others: what JSON brought may lack any.
 *
 * @throws {TypeError | RangeError} if one is not of its kind: `judge: results[3].testAccuracy is undefined; it is a fraction in [0, 1]`
 */
export function checkFields<T extends object>(where: string, name: string, value: T, kinds: Partial<Kinds<T>>): void {
  check(where, name, value, object);
  for (const field in kinds) {
    const kind = kinds[field]!;
    if (!kind.accepts(value[field])) check(where, `${name}.${field}`, value[field], kind);
  }
}

/** Checks a list, each element of a kind. */
export function checkEach(where: string, name: string, values: readonly unknown[], kind: Kind): void {
  check(where, name, values, list);
  for (let i = 0; i < values.length; i++) {
    if (!kind.accepts(values[i])) check(where, `${name}[${i}]`, values[i], kind);
  }
}

/** Checks a list of numbers to compute with. */
export function checkNumbers(where: string, name: string, values: readonly number[]): void {
  checkEach(where, name, values, finite);
}
