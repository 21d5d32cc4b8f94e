import type { Tensor, Weight } from "@ltt/core";
import {
  decodeCheckpoint,
  type EarlyStoppingState,
  encodeCheckpoint,
  type OptimiserState,
  type Position,
} from "@ltt/layers";
import { z } from "zod";
import { encodeMask, encodeValues, parseCurve, readMask, readValues } from "./network-files.ts";
import type { Pattern } from "./pattern.ts";
import type { CurvePoint } from "./result.ts";
import { RunFolderError } from "./run-folder-error.ts";
import type { StoredFiles } from "./store.ts";

/** A network in the middle of its training: all that it needs to go on to the same bits. */
export interface Unfinished {
  readonly weights: ReadonlyMap<string, Weight>;
  /** Of a model that has them. */
  readonly buffers?: ReadonlyMap<string, Tensor> | undefined;
  readonly optimiser: OptimiserState;
  readonly position: Position;
  readonly stopping: EarlyStoppingState;
  readonly curve: readonly CurvePoint[];
  /** The sum of the training losses since the last validation. */
  readonly losses: number;
  /** Validations that brought no improvement, in a row or not. */
  readonly misses: number;
  /** Of a network whose mask changes: the mask of the best weights, as far as they are sparse. */
  readonly bestMask?: Pattern | undefined;
}

/**
 * The files of a network in the making: `checkpoint.safetensors`, `best.safetensors` (the values with the lowest
 * validation loss) where there are any, `best-mask.safetensors` where masks change, and `progress.json` with all that
 * is no tensor.
 */
export async function unfinishedFiles({
  weights,
  buffers,
  optimiser,
  position,
  stopping: { waited, best },
  bestMask,
  ...progress
}: Unfinished): Promise<Map<string, Uint8Array>> {
  const lowest = best && { step: best.step, loss: best.loss };
  const files = new Map<string, Uint8Array>([
    ["checkpoint.safetensors", await encodeCheckpoint({ weights, buffers, optimiser, position })],
    ["progress.json", Buffer.from(`${JSON.stringify({ ...progress, waited, lowest })}\n`)],
  ]);
  if (best !== undefined) files.set("best.safetensors", encodeValues(best.values, best.step));
  if (bestMask !== undefined) files.set(BEST_MASK, encodeMask(bestMask));
  return files;
}

const BEST_MASK = "best-mask.safetensors";

/**
 * A network in the making from its files.
 *
 * @throws {RunFolderError} if one is missing or is something else.
 */
export async function readUnfinished(stored: StoredFiles): Promise<Unfinished> {
  const path = `${stored.place}/checkpoint.safetensors`;
  const [progress, checkpoint] = ["progress.json", "checkpoint.safetensors"].map((name) => stored.files.get(name));
  if (progress === undefined || checkpoint === undefined) {
    throw new RunFolderError(`${stored.place}: a file is missing: remove the folder to train this network again`);
  }
  const { curve, losses, misses, waited, lowest } = progressSchema.parse(
    JSON.parse(Buffer.from(progress).toString("utf8")),
  );
  const { weights, buffers, optimiser, position } = decodeCheckpoint(checkpoint, path);
  if (optimiser === undefined || position === undefined) {
    throw new RunFolderError(
      `${path}: the optimiser or the position is missing: remove the folder to train this network again`,
    );
  }
  const best = lowest && { ...lowest, values: readValues(stored, "best.safetensors") };
  return {
    weights,
    buffers,
    optimiser,
    position,
    stopping: { waited, best },
    curve: parseCurve(curve),
    losses,
    misses,
    ...(stored.files.has(BEST_MASK) ? { bestMask: readMask(stored, BEST_MASK) } : {}),
  };
}

const progressSchema = z.object({
  curve: z.unknown(),
  losses: z.number(),
  misses: z.int(),
  waited: z.int(),
  lowest: z.object({ step: z.int(), loss: z.number() }).optional(),
});
