import { decodeSafetensors, encodeSafetensors, type SafetensorsEntry, type Weight } from "@ltt/core";
import { decodeCheckpoint, encodeCheckpoint, type Predictions, snapshot } from "@ltt/layers";
import { z } from "zod";
import { emptyParts } from "./empty-parts.ts";
import type { Lineage } from "./graph.ts";
import { hashOf, type Node, nodeSchema } from "./node.ts";
import { type Pattern, patternOf, sparsityOf, type Values } from "./pattern.ts";
import type { CurvePoint, LevelResult } from "./result.ts";
import { RunFolderError } from "./run-folder-error.ts";
import type { StoredFiles } from "./store.ts";
import type { Evaluated, Trained } from "./trained.ts";

/** A finished network from its files: what later ones need of it, on the host, so that a long run holds the memory of one network. */
export interface StoredNetwork {
  /** Of what is trained: what is frozen every network of a seed has whole. */
  readonly pattern: Pattern;
  /** The best weights, in the pattern's order, and the buffers that belong to them. */
  readonly best: Values;
  readonly result: Omit<LevelResult, "arm" | "seed" | "round" | "node" | "rewoundTo">;
}

/**
 * The files of a trained network. No times, no arm, no round: whoever trains it gives the same bytes.
 *
 * - `config.json`: the node, whose hash is the folder's name; `lineage.json`: the nodes that it rests on;
 * - `metrics.jsonl`: a line for each validation, last the result;
 * - `weights.safetensors`: the best weights, values and patterns, and buffers;
 * - its start: `initial.safetensors` of a dense network, `ticket.safetensors` of a sparse one;
 * - `rest.safetensors`, which the executor adds, of a network that computes with more than it trains: whole tensors of
 *   what is frozen, flat, 0 at the mask;
 * - `predictions.safetensors`: the logits and targets of all validation and test examples, so that no statistic needs the network again.
 */
export async function networkFiles(
  node: Node,
  lineage: Lineage,
  start: Uint8Array,
  trained: Trained,
  group: ((tensor: string) => string) | undefined,
): Promise<Map<string, Uint8Array>> {
  const { weights, buffers, curve, validation, test, end, last: _last, ...rest } = trained;
  const sparsity = sparsityOf(weights, group);
  const isSparse = sparsity.tensors.some(({ size, kept }) => kept < size);
  const result = {
    ...sparsity,
    ...rest,
    validationLoss: validation.predictions.loss,
    validationAccuracy: validation.accuracy,
    testLoss: test.predictions.loss,
    testAccuracy: test.accuracy,
    measures: test.measures.others,
    ...(end === undefined ? {} : { end: endOf(end) }),
  };
  const lines = [...curve.map((point) => ({ event: "validation", ...point })), { event: "result", ...result }];
  return new Map([
    ...nodeFiles(node, lineage),
    ["metrics.jsonl", Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(""))],
    ["weights.safetensors", await encodeCheckpoint({ weights, buffers })],
    [isSparse ? "ticket.safetensors" : "initial.safetensors", start],
    ["predictions.safetensors", encodePredictions({ validation, test })],
  ]);
}

function endOf({ validation, test }: NonNullable<Trained["end"]>): NonNullable<LevelResult["end"]> {
  return {
    validationLoss: validation.predictions.loss,
    validationAccuracy: validation.accuracy,
    testLoss: test.predictions.loss,
    testAccuracy: test.accuracy,
  };
}

/** `config.json`, and `lineage.json` where a lineage is given. */
export function nodeFiles({ op, version, params, inputs }: Node, lineage?: Lineage): Map<string, Uint8Array> {
  const files = new Map([["config.json", text({ op, version, params, inputs })]]);
  if (lineage === undefined) return files;
  const own = hashOf({ op, version, params, inputs });
  const parents = [...lineage].filter(([hash]) => hash !== own).sort(([a], [b]) => (a < b ? -1 : 1));
  return files.set("lineage.json", text(Object.fromEntries(parents)));
}

/**
 * The nodes that the files of a node hold: itself and all that it rests on.
 *
 * @throws {RunFolderError} if a file is missing, or is something else.
 */
export function nodesOf(stored: StoredFiles): Node[] {
  const read = (file: string): unknown => JSON.parse(Buffer.from(fileOf(stored, file)).toString("utf8"));
  try {
    return [
      nodeSchema.parse(read("config.json")),
      ...Object.values(z.record(z.string(), nodeSchema).parse(read("lineage.json"))),
    ];
  } catch (error) {
    if (error instanceof RunFolderError) throw error;
    throw new RunFolderError(`${stored.place}: config.json and lineage.json hold no nodes`, { cause: error });
  }
}

/**
 * A trained network from its files.
 *
 * @throws {RunFolderError} if a file is missing, or is something else.
 */
export async function readNetwork(stored: StoredFiles): Promise<StoredNetwork> {
  const lines: unknown[] = Buffer.from(fileOf(stored, "metrics.jsonl"))
    .toString("utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const result = resultSchema.parse(lines.at(-1));
  const { weights: all, buffers } = decodeCheckpoint(
    fileOf(stored, "weights.safetensors"),
    `${stored.place}/weights.safetensors`,
  );
  const frozen = new Set(result.tensors.flatMap(({ name, frozen }) => (frozen === true ? [name] : [])));
  const weights = new Map([...all].filter(([name]) => !frozen.has(name)));
  const parts = emptyParts(all);
  const tensors = result.tensors.map((tensor) => ({
    ...tensor,
    shape: all.get(tensor.name)!.shape,
    parts: parts.get(tensor.name)!,
  }));
  return {
    pattern: patternOf(weights),
    best: await snapshot(new Map<string, Weight>([...weights, ...buffers])),
    result: {
      ...result,
      tensors,
      curve: parseCurve(lines.slice(0, -1)),
      seconds: stored.receipt.seconds,
      testScores: readTensor(stored, "predictions.safetensors", "test/scores"),
    },
  };
}

/** The validations of a network. */
export function parseCurve(points: unknown): CurvePoint[] {
  return curveSchema.parse(points);
}

const fraction = z.number().min(0).max(1);
const measuresSchema = z.record(z.string(), fraction);
const curveSchema = z.array(
  z.object({
    step: z.int(),
    trainLoss: z.number().nullable(),
    validationLoss: z.number(),
    validationAccuracy: fraction,
    measures: measuresSchema.optional(),
    training: z.object({ loss: z.number(), accuracy: fraction, measures: measuresSchema }).optional(),
  }),
);
const resultSchema = z.object({
  sparsity: fraction,
  groups: z.record(z.string(), fraction),
  tensors: z.array(
    z.object({ name: z.string(), group: z.string(), size: z.int(), kept: z.int(), frozen: z.literal(true).optional() }),
  ),
  trainLoss: z.number().nullable(),
  validationLoss: z.number(),
  validationAccuracy: fraction,
  testLoss: z.number(),
  testAccuracy: fraction,
  measures: measuresSchema,
  end: z
    .object({
      validationLoss: z.number(),
      validationAccuracy: fraction,
      testLoss: z.number(),
      testAccuracy: fraction,
    })
    .optional(),
  earlyStopStep: z.int(),
  firstStep: z.int(),
  steps: z.int(),
  censored: z.boolean(),
  collapsed: z.enum(["layer", "constant", "chance"]).nullable(),
  searchedSteps: z.int().optional(),
});

/** Logits `[examples, outputs]`, targets and scores of each part, under `validation/…` and `test/…`. */
function encodePredictions(parts: Readonly<Record<"validation" | "test", Evaluated>>): Uint8Array {
  const entries = Object.entries(parts).flatMap(([part, { predictions, measures }]): [string, SafetensorsEntry][] => {
    const { logits, outputs, targets } = predictions satisfies Predictions;
    const examples = logits.length / outputs;
    const shape = targets.length === examples ? [examples] : [examples, targets.length / examples];
    return [
      [`${part}/logits`, { dtype: "F32", shape: [examples, outputs], data: logits }],
      [`${part}/targets`, { dtype: "I32", shape, data: targets }],
      [`${part}/scores`, { dtype: "F32", shape: [examples], data: measures.scores }],
    ];
  });
  return encodeSafetensors(new Map(entries));
}

/** Values after a step as a safetensors file, flat: of a pruned tensor those that are left, in the order of its pattern. */
export function encodeValues(values: Values, step: number): Uint8Array {
  return encodeSafetensors(
    new Map(Array.from(values, ([name, data]) => [name, { dtype: "F32", shape: [data.length], data }])),
    new Map([["step", String(step)]]),
  );
}

/** A mask as a safetensors file: ascending positions, by the tensor's name. */
export function encodeMask(mask: Pattern): Uint8Array {
  return encodeSafetensors(
    new Map(Array.from(mask, ([name, data]) => [name, { dtype: "I32", shape: [data.length], data }])),
  );
}

/**
 * The mask of a safetensors file.
 *
 * @throws {RunFolderError} if it is missing, or holds others than int32.
 */
export function readMask(stored: StoredFiles, file: string): Pattern {
  const { tensors } = decodeSafetensors(fileOf(stored, file), `${stored.place}/${file}`);
  return new Map(
    Array.from(tensors, ([name, entry]) => {
      if (entry.dtype === "I32") return [name, entry.data];
      throw new RunFolderError(`${stored.place}/${file}: "${name}" is ${entry.dtype}; it is I32`);
    }),
  );
}

/**
 * The values of a safetensors file, by name.
 *
 * @throws {RunFolderError} if it is missing, or has others than float32.
 */
export function readValues(stored: StoredFiles, file: string): Values {
  const { tensors } = decodeSafetensors(fileOf(stored, file), `${stored.place}/${file}`);
  return new Map(Array.from(tensors, ([name, entry]) => [name, floats(entry, `${stored.place}/${file}: "${name}"`)]));
}

function readTensor(stored: StoredFiles, file: string, name: string): Float32Array {
  const { tensors } = decodeSafetensors(fileOf(stored, file), `${stored.place}/${file}`);
  return floats(tensors.get(name), `${stored.place}/${file}: "${name}"`);
}

function floats(entry: SafetensorsEntry | undefined, what: string): Float32Array {
  if (entry?.dtype !== "F32") throw new RunFolderError(`${what} is ${entry?.dtype ?? "missing"}; it is F32`);
  return entry.data;
}

function fileOf({ place, files }: StoredFiles, name: string): Uint8Array {
  const bytes = files.get(name);
  if (bytes === undefined) {
    throw new RunFolderError(`${place}/${name}: there is no such file: remove the folder to make this node again`);
  }
  return bytes;
}

function text(value: object): Uint8Array {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}
