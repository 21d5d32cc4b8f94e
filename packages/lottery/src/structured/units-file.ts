import type { UnitGroup } from "@ltt/layers";
import { z } from "zod";

/**
 * `units.json` of a network from which whole units were removed: where the units of the whole network lie, as `units` of its model says.
 */
export function unitsFile(groups: readonly UnitGroup[]): Uint8Array {
  return Buffer.from(`${JSON.stringify(groups, null, 2)}\n`);
}

/** @throws {Error} if it says of no units. */
export function readUnits(bytes: Uint8Array): UnitGroup[] {
  return z.array(group).parse(JSON.parse(Buffer.from(bytes).toString("utf8")));
}

const part = z.object({
  tensor: z.string(),
  axis: z.int(),
  offsets: z.array(z.int()).optional(),
  width: z.int().optional(),
  bias: z.string().optional(),
});
const group = z.object({
  name: z.string(),
  kind: z.enum(["filters", "neurons", "hidden units", "dimensions"]),
  count: z.int(),
  weights: z.array(part),
  biases: z.array(part),
  norm: z
    .object({ gamma: z.string(), beta: z.string(), mean: z.string(), variance: z.string(), epsilon: z.number() })
    .optional(),
  reads: z.array(part),
  readBy: z.string().optional(),
  sameCount: z.string().optional(),
}) as z.ZodType<UnitGroup>;
