import type { Shape } from "./shape.ts";

/** Node's `console.log` shows values of the class by their `toString`. */
export function printsAsString(of: { readonly prototype: object }): void {
  Object.defineProperty(of.prototype, Symbol.for("nodejs.util.inspect.custom"), {
    value(this: object) {
      return String(this);
    },
  });
}

/** More elements than these are summarised: only so many are shown at each end of an axis, as in NumPy. */
const THRESHOLD = 1000;
const EDGE_ITEMS = 3;
const PRECISION = 4;
const LINE_WIDTH = 80;
const CUT = "...";

/**
 * Values in brackets, nested as the shape is, aligned in columns, with 4 digits after the point; cut in the middle of
 * long axes above 1000 elements.
 */
export function printed(values: ArrayLike<number>, shape: Shape): string {
  if (values.length === 0) return "[]"; // however many empty rows
  const shown = (size: number): (number | undefined)[] => {
    if (values.length <= THRESHOLD || size <= 2 * EDGE_ITEMS) return Array.from({ length: size }, (_, i) => i);
    const edge = Array.from({ length: EDGE_ITEMS }, (_, i) => i);
    return [...edge, undefined, ...edge.map((i) => size - EDGE_ITEMS + i)];
  };
  const elements = (axis: number, at: number): number[] =>
    axis === shape.length
      ? [values[at]!]
      : shown(shape[axis]!).flatMap((i) => (i === undefined ? [] : elements(axis + 1, at * shape[axis]! + i)));
  const format = formatOf(elements(0, 0));

  const block = (axis: number, at: number): string => {
    if (axis === shape.length) return format(values[at]!);
    const parts = shown(shape[axis]!).map((i) => (i === undefined ? CUT : block(axis + 1, at * shape[axis]! + i)));
    if (axis === shape.length - 1) return `[${lines(parts, axis + 1)}]`;
    const between = `,${"\n".repeat(shape.length - 1 - axis)}${" ".repeat(axis + 1)}`;
    return `[${parts.join(between)}]`;
  };
  return block(0, 0);
}

/** Numbers side by side, in lines that begin below the first number. */
function lines(parts: readonly string[], indent: number): string {
  const width = (parts[0]?.length ?? 0) + 2;
  const perLine = Math.max(1, Math.floor((LINE_WIDTH - indent) / width));
  const rows: string[] = [];
  for (let i = 0; i < parts.length; i += perLine) rows.push(parts.slice(i, i + perLine).join(", "));
  return rows.join(`,\n${" ".repeat(indent)}`);
}

/** How to write each of these: all in the same manner, and as wide as the widest. */
function formatOf(values: readonly number[]): (value: number) => string {
  const sizes = values.filter((value) => Number.isFinite(value) && value !== 0).map(Math.abs);
  // not by spreading: of high ranks more are shown than a call takes arguments
  const largest = sizes.reduce((most, size) => Math.max(most, size), 0);
  const smallest = sizes.reduce((least, size) => Math.min(least, size), 1);
  const scientific = largest >= 1e8 || smallest < 10 ** -PRECISION;
  const write = (value: number): string => {
    if (!Number.isFinite(value)) return String(value);
    if (scientific) return value.toExponential(PRECISION);
    return sizes.every(Number.isInteger) ? String(value) : value.toFixed(PRECISION);
  };
  const width = values.reduce((most, value) => Math.max(most, write(value).length), 0);
  return (value) => write(value).padStart(width);
}
