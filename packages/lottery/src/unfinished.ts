import type { Weight } from "@ltt/core";
import {
  decodeCheckpoint,
  type EarlyStoppingState,
  encodeCheckpoint,
  type OptimiserState,
  type Position,
} from "@ltt/layers";
import { z } from "zod";
import { encodeStored, parseCurve, readValues } from "./network-files.ts";
import type { StoredFiles } from "./node-store.ts";
import type { Values } from "./pattern.ts";
import type { CurvePoint } from "./result.ts";

/** A network in the middle of its training: all that it needs to go on to the same bits. */
export interface Unfinished {
  readonly weights: ReadonlyMap<string, Weight>;
  readonly optimiser: OptimiserState;
  readonly position: Position;
  readonly stopping: EarlyStoppingState;
  /** The weights of the moment that was asked for, once it has come. */
  readonly early: Values | undefined;
  readonly curve: readonly CurvePoint[];
  /** The sum of the training losses since the last validation. */
  readonly losses: number;
  /** Validations that brought no improvement, in a row or not. */
  readonly misses: number;
}

/**
 * The files of a network in the making: `checkpoint.safetensors`, `best.safetensors` (the values with the lowest validation loss) and
 * `early.safetensors` where there are any, and `progress.json` with all that is no tensor.
 */
export async function unfinishedFiles({
  weights,
  optimiser,
  position,
  stopping: { waited, best },
  early,
  ...progress
}: Unfinished): Promise<Map<string, Uint8Array>> {
  const lowest = best && { step: best.step, loss: best.loss };
  const files = new Map<string, Uint8Array>([
    ["checkpoint.safetensors", await encodeCheckpoint({ weights, optimiser, position })],
    [
      "progress.json",
      Buffer.from(`${JSON.stringify({ ...progress, waited, lowest, hasEarly: early !== undefined })}\n`),
    ],
  ]);
  if (best !== undefined) files.set("best.safetensors", encodeStored(best.values, best.step));
  if (early !== undefined) files.set("early.safetensors", encodeStored(early, position.step));
  return files;
}

/**
 * A network in the making from its files.
 *
 * @throws {RunFolderError} if one is missing or has changed.
 */
export async function readUnfinished(stored: StoredFiles): Promise<Unfinished> {
  const { curve, losses, misses, waited, lowest, hasEarly } = progressSchema.parse(
    JSON.parse(new TextDecoder().decode(await stored.read("progress.json"))),
  );
  const path = `${stored.folder}/checkpoint.safetensors`;
  const { weights, optimiser, position } = decodeCheckpoint(await stored.read("checkpoint.safetensors"), path);
  if (optimiser === undefined || position === undefined) {
    throw new RangeError(
      `${path}: the optimiser or the position is missing: remove the folder to train this network again`,
    );
  }
  const best = lowest && { ...lowest, values: await readValues(stored, "best.safetensors") };
  const early = hasEarly ? await readValues(stored, "early.safetensors") : undefined;
  return { weights, optimiser, position, stopping: { waited, best }, early, curve: parseCurve(curve), losses, misses };
}

const progressSchema = z.object({
  curve: z.unknown(),
  losses: z.number(),
  misses: z.int(),
  waited: z.int(),
  lowest: z.object({ step: z.int(), loss: z.number() }).optional(),
  hasEarly: z.boolean(),
});
