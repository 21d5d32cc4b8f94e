import { describe, tagOf } from "./describe.ts";

/** What an argument may be. */
export interface Kind {
  readonly accepts: (value: unknown) => boolean;
  /** After “it is …”. */
  readonly words: string;
  /** The `typeof` of values some of which are accepted: of this, a wrong value is a `RangeError`; of any other, a `TypeError`. */
  readonly type?: "number" | "string";
}

const number = (words: string, accepts: (value: number) => boolean): Kind => ({
  type: "number",
  words,
  accepts: (value) => typeof value === "number" && accepts(value),
});

const tagged = (tag: string, words: string): Kind => ({ words, accepts: (value) => tagOf(value) === tag });

export const anyNumber: Kind = number("a number", () => true);
export const finite: Kind = number("a finite number", Number.isFinite);
export const atLeast0: Kind = number("at least 0", (value) => value >= 0 && value < Infinity);
export const above0: Kind = number("above 0", (value) => value > 0 && value < Infinity);
export const fraction: Kind = number("in [0, 1)", (value) => value >= 0 && value < 1);
export const probability: Kind = number("a probability in [0, 1)", (value) => value >= 0 && value < 1);
export const count: Kind = number("an integer from 0", (value) => Number.isSafeInteger(value) && value >= 0);
export const positive: Kind = number("an integer from 1", (value) => Number.isSafeInteger(value) && value >= 1);

export const flag: Kind = { words: "true or false", accepts: (value) => typeof value === "boolean" };
export const text: Kind = { words: "a string", accepts: (value) => typeof value === "string" };
export const list: Kind = { words: "an array", accepts: Array.isArray };
export const map: Kind = tagged("Map", "a Map");
export const floats: Kind = tagged("Float32Array", "a Float32Array");
export const doubles: Kind = tagged("Float64Array", "a Float64Array");
export const integers: Kind = tagged("Int32Array", "an Int32Array");
export const bytes: Kind = tagged("Uint8Array", "a Uint8Array");
export const object: Kind = { words: "an object", accepts: (value) => typeof value === "object" && value !== null };
export const callable: Kind = { words: "a function", accepts: (value) => typeof value === "function" };
/** An async function or a generator would run after its caller is done. */
export const synchronous: Kind = tagged("Function", "a function that is neither async nor a generator");
/** A promise, or what may be awaited as one. */
export function isPromise(value: unknown): boolean {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
/** Where some other check follows. */
export const anything: Kind = { words: "anything", accepts: () => true };

/** One of these strings. */
export function oneOf(...values: readonly string[]): Kind {
  const words = values.map((value) => `"${value}"`).join(" or ");
  return { type: "string", words, accepts: (value) => values.some((one) => one === value) };
}

/**
 * @param where - The operation, class or function, which the message begins with.
 * @throws {TypeError | RangeError} unless the argument is of the kind: `Adam: epsilon is -1; it is at least 0`.
 */
export function check(where: string, name: string, value: unknown, kind: Kind): void {
  if (!kind.accepts(value)) throw wrong(where, name, value, kind);
}

function wrong(where: string, name: string, value: unknown, { words, type }: Kind): Error {
  const said = `${where}: ${name} is ${describe(value)}; it is `;
  if (typeof value === type) return new RangeError(said + words);
  return new TypeError(said + (type === "number" && !/^an? /.test(words) ? `a number ${words}` : words));
}
