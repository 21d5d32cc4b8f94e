import { describe } from "../arguments/describe.ts";
import { type Shape, ShapeError, show } from "./shape.ts";

/** Numbers, or numbers nested to the depth of the rank. */
export type Nested = number | readonly Nested[];

/** What the elements of nested arrays are. */
type Kind = "a number" | "an integer";

/** Deeper than any rank in use: an array that contains itself. */
const DEEPEST = 64;

/**
 * The sizes of the first branches: `[[1, 2], [3, 4]]` → `[2, 2]`.
 *
 * @throws {ShapeError} if an array contains itself.
 */
export function shapeOfNested(where: string, values: Nested): number[] {
  const shape: number[] = [];
  for (let level: Nested | undefined = values; isBranch(level); level = level[0]) {
    shape.push(level.length);
    if (level.length === 0) break;
    if (shape.length > DEEPEST) throw new ShapeError(`${where}: nested deeper than ${DEEPEST}: an array inside itself`);
  }
  return shape;
}

/**
 * Writes nested numbers to `flat`, row-major.
 *
 * @throws {ShapeError} if they are nested otherwise than the shape says.
 * @throws {TypeError} if an element is not a number.
 */
export function flatten(
  where: string,
  values: Nested,
  shape: Shape,
  flat: Float32Array | Float64Array,
  kind: Kind,
): void {
  let count = 0;
  const visit = (part: Nested, path: readonly number[]): void => {
    const depth = path.length;
    if (!isBranch(part)) {
      if (typeof part !== "number") throw elementError(where, path, part, kind);
      if (depth < shape.length) throw unevenly(where, "a number", depth, shape);
      flat[count++] = part;
      return;
    }
    if (part.length !== shape[depth]) throw unevenly(where, part.length, depth, shape);
    if (depth < shape.length - 1) {
      for (let i = 0; i < part.length; i++) visit(part[i]!, [...path, i]);
      return;
    }
    for (let i = 0; i < part.length; i++) {
      const element = part[i];
      if (isBranch(element)) throw unevenly(where, element.length, depth + 1, shape);
      if (typeof element !== "number") throw elementError(where, [...path, i], element, kind);
      flat[count++] = element;
    }
  };
  visit(values, []);
}

function isBranch(value: Nested | undefined): value is readonly Nested[] {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value);
}

/** For a value that is no number, at these indices. */
export function elementError(where: string, path: readonly number[], value: unknown, kind: Kind): TypeError {
  const [name, plural] = kind === "a number" ? ["a number", "numbers"] : ["an integer", "integers"];
  return path.length === 0
    ? new TypeError(`${where}: values is ${describe(value)}; it is ${name}, or an array of ${plural}`)
    : new TypeError(`${where}: element ${show(path)} is ${describe(value)}; elements are ${plural}`);
}

function unevenly(where: string, came: number | string, depth: number, shape: Shape): ShapeError {
  return new ShapeError(
    `${where}: nested unevenly: ${came} at depth ${depth} where the first branch has ${shape[depth] ?? "a number"}`,
  );
}
