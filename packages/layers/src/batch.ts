import { Tensor, type TokenMatrix, Tokens, type TokenVector } from "@ltt/core";
import { check, checkTokens, object, positive } from "@ltt/core/arguments";

/** Examples that are computed together. */
export interface Batch<Input = TokenMatrix, Targets = TokenVector | TokenMatrix> {
  /** Of texts: ids, padded to a common length, `[batch, time]`. Whatever the model takes. */
  readonly input: Input;
  /** Of sequences: how many elements of each are not padding, `[batch]`. */
  readonly lengths?: TokenVector | undefined;
  /**
   * The class of each example, `[batch]`; or where several may hold, 1 for each that does, `[batch, outputs]`. Whatever the loss takes: of
   * a regression, numbers.
   */
  readonly targets: Targets;
  /**
   * For `predict` and `evaluate`: so many examples in turn have a mean of the loss of their own, as if they were a batch; the last may be
   * fewer. So what is computed at once may change, and no bit of the loss. Default: all.
   */
  readonly group?: number | undefined;
}

/** Whether batches can be gone through: a string cannot, though JavaScript iterates over its letters. */
export function areIterable(batches: unknown): boolean {
  return (
    typeof batches === "object" && batches !== null && (Symbol.iterator in batches || Symbol.asyncIterator in batches)
  );
}

/**
 * @throws {TypeError | ShapeError} unless it has an input and targets, and lengths if any are those of sequences; the model checks its
 * input itself.
 */
export function checkBatch(where: string, batch: Batch<unknown, unknown>): void {
  check(where, "the batch", batch, object);
  check(where, "input", batch.input, object);
  if (batch.lengths !== undefined) checkTokens(where, "lengths", batch.lengths, 1);
  if (batch.group !== undefined) check(where, "group", batch.group, positive);
  if (!(batch.targets instanceof Tensor)) checkClasses(where, batch.targets);
}

/** @throws {TypeError | ShapeError} unless they are classes: one an example, or 1 and 0 for each. */
export function checkClasses(where: string, targets: unknown): void {
  const isMatrix = targets instanceof Tokens && targets.shape.length === 2;
  checkTokens(where, "targets", targets, isMatrix ? 2 : 1);
}
