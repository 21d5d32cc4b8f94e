import { type Kind, positive } from "../arguments/kinds.ts";

/** A number for both axes of an image, or `[down, across]`. */
export type Pair = number | readonly [number, number];

export const pair = (value: Pair): readonly [number, number] => (typeof value === "number" ? [value, value] : value);

const pairOf = (words: string, accepts: (value: unknown) => boolean): Kind => ({
  type: "number",
  words: `${words}, or two of them: down and across`,
  accepts: (value) => (Array.isArray(value) ? value.length === 2 && value.every(accepts) : accepts(value)),
});

/** A window's size, or the step from one to the next. */
export const STRIDE: Kind = pairOf("an integer from 1", positive.accepts);
export const PADDING: Kind = pairOf("an integer from 0", (value) => value === 0 || positive.accepts(value));
