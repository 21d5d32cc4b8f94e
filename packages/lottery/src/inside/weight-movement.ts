import { checkValues, type Values } from "../pattern.ts";

/** How far weights moved in training. */
export interface Movement {
  readonly count: number;
  /** `‖wT − w0‖₂` */
  readonly distance: number;
  /** `‖wT − w0‖₂ / ‖w0‖₂`; `null` of weights that began at 0. */
  readonly relative: number | null;
  /** The mean of `|wT − w0|`. */
  readonly mean: number;
  /** The fraction of weights that ended larger than they began, `|wT| > |w0|`. */
  readonly grew: number;
  /** The fraction that ended with the sign that they began with, of those that did not begin at 0; `null` if all did. */
  readonly keptSign: number | null;
}

/**
 * How far weights moved, tensor by tensor and in all. “Do winning tickets' weights move more?” of Frankle & Carbin
 * (ICLR 2019), appendix F, fig. 18–20.
 *
 * @param initial - Before training, at some positions of each tensor; so are `trained`, after it.
 * @throws {RangeError} if the two have not the same tensors and counts.
 */
export function weightMovement(
  initial: Values,
  trained: Values,
): { tensors: ReadonlyMap<string, Movement>; all: Movement } {
  checkValues("weightMovement", "initial", initial);
  checkValues("weightMovement", "trained", trained);
  const parts = Array.from(initial, ([name, before]) => {
    const after = trained.get(name);
    if (after?.length !== before.length)
      throw new RangeError(
        `weightMovement: "${name}" has ${before.length} values before training and ${after?.length ?? "none"} after it`,
      );
    return { name, before, after };
  });
  return {
    tensors: new Map(parts.map((part) => [part.name, movementOf([part])])),
    all: movementOf(parts),
  };
}

function movementOf(parts: readonly { readonly before: Float32Array; readonly after: Float32Array }[]): Movement {
  let [count, squares, size, moved, grew, signs, kept] = [0, 0, 0, 0, 0, 0, 0];
  for (const { before, after } of parts)
    for (const [i, w0] of before.entries()) {
      const wT = after[i]!;
      count++;
      squares += (wT - w0) ** 2;
      size += w0 ** 2;
      moved += Math.abs(wT - w0);
      if (Math.abs(wT) > Math.abs(w0)) grew++;
      if (w0 === 0) continue;
      signs++;
      if (Math.sign(wT) === Math.sign(w0)) kept++;
    }
  const distance = Math.sqrt(squares);
  return {
    count,
    distance,
    relative: size === 0 ? null : distance / Math.sqrt(size),
    mean: count === 0 ? 0 : moved / count,
    grew: count === 0 ? 0 : grew / count,
    keptSign: signs === 0 ? null : kept / signs,
  };
}
