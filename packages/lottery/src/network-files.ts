import { decodeSafetensors, encodeSafetensors, type Weight } from "@ltt/core";
import { decodeCheckpoint, encodeCheckpoint, snapshot } from "@ltt/layers";
import { z } from "zod";
import { emptyParts } from "./empty-parts.ts";
import type { Trained } from "./network.ts";
import type { Json, Node, StoredFiles } from "./node-store.ts";
import { type Pattern, patternOf, sparsityOf, type Values } from "./pattern.ts";
import type { CurvePoint, LevelResult } from "./result.ts";

/**
 * A finished network: what later ones need of it, on the host, so that a long run holds the memory of one network. Of what is frozen they need
 * nothing: every network of a seed has it.
 */
export interface Finished {
  readonly hash: string;
  readonly pattern: Pattern;
  /** The trained values, in the pattern's order. */
  readonly trained: Values;
  readonly early: Values | undefined;
  readonly level: LevelResult;
}

/** What a network is called in its experiment. */
export interface NetworkName {
  readonly arm: string;
  readonly seed: number;
  readonly round: number;
}

/**
 * The files of a finished network's node: `config.json`, `metrics.jsonl` (a line for each validation, last the result), `weights.safetensors`
 * (trained values and patterns), its start (`initial.safetensors` of a dense network; `ticket.safetensors`, a pattern and its start, of a sparse one), and
 * `early.safetensors` where an early moment was kept. No times: the same run gives the same bytes.
 */
export async function networkFiles(
  name: NetworkName,
  config: Json,
  start: Uint8Array,
  { weights, early, earlyStep, curve, ...measured }: Trained,
): Promise<Map<string, Uint8Array>> {
  const level = { ...name, ...sparsityOf(weights), ...measured };
  const lines = [...curve.map((point) => ({ event: "validation", ...point })), { event: "level", ...level }];
  const files = new Map<string, Uint8Array>([
    ["config.json", Buffer.from(`${JSON.stringify(config, null, 2)}\n`)],
    ["metrics.jsonl", Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(""))],
    ["weights.safetensors", await encodeCheckpoint({ weights })],
    [name.round === 0 ? "initial.safetensors" : "ticket.safetensors", start],
  ]);
  if (early !== undefined) files.set("early.safetensors", encodeValues(weights, early, earlyStep!));
  return files;
}

/**
 * A finished network from its node.
 *
 * @throws {RunFolderError} if a file is missing or has changed.
 */
export async function readNetwork(node: Node): Promise<Finished> {
  const text = new TextDecoder().decode(await node.read("metrics.jsonl"));
  const lines: unknown[] = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const level = levelSchema.parse(lines.at(-1));
  const curve = parseCurve(lines.slice(0, -1));

  const { weights: all } = decodeCheckpoint(
    await node.read("weights.safetensors"),
    `${node.folder}/weights.safetensors`,
  );
  const frozen = new Set(level.tensors.flatMap(({ name, frozen }) => (frozen === true ? [name] : [])));
  const weights = new Map([...all].filter(([name]) => !frozen.has(name)));
  const early = level.arm === "dense" ? await readValues(node, "early.safetensors") : undefined;
  const parts = emptyParts(all);
  const tensors = level.tensors.map((tensor) => ({
    ...tensor,
    shape: all.get(tensor.name)!.shape,
    parts: parts.get(tensor.name)!,
  }));
  const result = { ...level, tensors, curve, seconds: node.seconds, node: node.hash };
  return { hash: node.hash, pattern: patternOf(weights), trained: await snapshot(weights), early, level: result };
}

/** The validations of a network. */
export function parseCurve(points: unknown): CurvePoint[] {
  return curveSchema.parse(points);
}

const fraction = z.number().min(0).max(1);
const curveSchema = z.array(
  z.object({ step: z.int(), trainLoss: z.number(), validationLoss: z.number(), validationAccuracy: fraction }),
);
const levelSchema = z.object({
  arm: z.string(),
  seed: z.int(),
  round: z.int(),
  sparsity: fraction,
  embeddingSparsity: fraction,
  otherSparsity: fraction,
  tensors: z.array(z.object({ name: z.string(), size: z.int(), kept: z.int(), frozen: z.literal(true).optional() })),
  trainLoss: z.number(),
  validationLoss: z.number(),
  validationAccuracy: fraction,
  testLoss: z.number(),
  testAccuracy: fraction,
  testPrecision: fraction,
  testRecall: fraction,
  earlyStopStep: z.int(),
  steps: z.int(),
});

/** Values after a step as a safetensors file: of a pruned tensor those that are left, in the order of its pattern. */
export function encodeStored(values: Values, step: number): Uint8Array {
  return encodeSafetensors(
    new Map(Array.from(values, ([name, data]) => [name, { dtype: "F32", shape: [data.length], data }])),
    new Map([["step", String(step)]]),
  );
}

/** Whole tensors as a safetensors file, under their own names, with the step after which they were so. */
function encodeValues(weights: ReadonlyMap<string, Weight>, values: Values, step: number): Uint8Array {
  return encodeSafetensors(
    new Map(Array.from(values, ([name, data]) => [name, { dtype: "F32", shape: weights.get(name)!.shape, data }])),
    new Map([["step", String(step)]]),
  );
}

/**
 * The values of a safetensors file, by name.
 *
 * @throws {RunFolderError} if it is missing or has changed.
 */
export async function readValues({ folder, read }: StoredFiles, file: string): Promise<Values> {
  return new Map(
    Array.from(decodeSafetensors(await read(file), `${folder}/${file}`).tensors, ([name, entry]) => {
      if (entry.dtype !== "F32") throw new RangeError(`${folder}/${file}: "${name}" is ${entry.dtype}; it is F32`);
      return [name, entry.data];
    }),
  );
}
