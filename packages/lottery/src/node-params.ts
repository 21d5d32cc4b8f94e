import { z } from "zod";
import { ACTIONS } from "./actions.ts";
import { GAINS, type Gains } from "./constant.ts";
import { POOLS, type Pool } from "./cut.ts";
import type { Json } from "./json.ts";
import type { ConstantLearning } from "./learned-constant.ts";
import type { State } from "./moment.ts";
import { hashOf, type Node, type Params } from "./node.ts";
import { AT, CUT, CUT_UNITS, INIT, SEARCH, SHUFFLE_MASK, START, TRAIN } from "./operations.ts";
import { OPTIMISERS, type OptimiserName } from "./optimisers.ts";
import { RESTS, type Rest } from "./rest.ts";
import type { Rewiring } from "./rewiring.ts";
import { UNIT_CRITERIA, UNIT_POOLS, type UnitCriterionName, type UnitPool } from "./structured/unit-criteria.ts";

// The options of nodes, operation by operation, as they stand in files.

export interface InitParams {
  readonly architecture: Json;
  readonly seed: number;
}

export interface AtParams {
  readonly state: State;
}

export interface CutNodeParams {
  readonly rate: number;
  readonly rates: Readonly<Record<string, number>>;
  readonly exclude: readonly string[];
  readonly seed: number;
  readonly criterion: Json;
  readonly pool: Pool;
}

export interface SearchParams extends CutNodeParams {
  readonly stop: Json;
}

export interface CutUnitsParams {
  readonly rate: number;
  readonly seed: number;
  readonly criterion: UnitCriterionName;
  readonly pool: UnitPool;
}

export interface ShuffleMaskParams {
  readonly seed: number;
}

export interface StartParams {
  readonly action: string;
  readonly seed?: number | undefined;
  readonly signs: boolean;
  readonly value: number | null;
  readonly gains: Gains;
  readonly learns: (ConstantLearning & { readonly data: Json; readonly backend: string }) | null;
  readonly rest: Rest;
}

export interface TrainParams {
  readonly data: Json;
  readonly backend: string;
  readonly optimiser: OptimiserName;
  readonly momentum: number;
  readonly weightDecay: number | null;
  readonly schedule: { readonly milestones: readonly number[]; readonly factor: number } | null;
  readonly warmUp: number;
  readonly seed: number;
  readonly epochs?: number | undefined;
  readonly steps?: number | undefined;
  readonly learningRate: number;
  readonly patience: number | null;
  readonly evaluationsPerEpoch?: number | undefined;
  readonly evaluateEvery?: number | undefined;
  readonly evaluateEnd: boolean;
  readonly clipNorm: number | null;
  readonly firstStep: number;
  readonly faults: readonly string[];
  readonly measureTraining: boolean;
  readonly rewiring: Rewiring | null;
  readonly learns: "weights" | "mask";
  readonly l1: number;
  readonly gammaPenalty: number;
}

// Each throws a RangeError if the node is of another operation or version, or has options that this code does not know.
export const initParams = (node: Node): InitParams => paramsOf(INIT, node, initSchema);
export const atParams = (node: Node): AtParams => paramsOf(AT, node, atSchema);
export const cutParams = (node: Node): CutNodeParams => paramsOf(CUT, node, cutSchema);
export const searchParams = (node: Node): SearchParams => paramsOf(SEARCH, node, searchSchema);
export const cutUnitsParams = (node: Node): CutUnitsParams => paramsOf(CUT_UNITS, node, cutUnitsSchema);
export const shuffleMaskParams = (node: Node): ShuffleMaskParams => paramsOf(SHUFFLE_MASK, node, shuffleMaskSchema);
export const startParams = (node: Node): StartParams => paramsOf(START, node, startSchema);
export const trainParams = (node: Node): TrainParams => paramsOf(TRAIN, node, trainSchema);

const json = z.custom<Json>((value) => value !== undefined);
const initSchema = z.object({ architecture: json, seed: z.int() });
const atSchema = z.object({ state: z.union([z.literal("best"), z.literal("end"), z.int()]) });
const cutSchema = z.object({
  rate: z.number(),
  rates: z.record(z.string(), z.number()),
  exclude: z.array(z.string()),
  seed: z.int(),
  criterion: json,
  pool: z.enum(POOLS),
});
const searchSchema = cutSchema.extend({ stop: json });
const cutUnitsSchema = z.object({
  rate: z.number(),
  seed: z.int(),
  criterion: z.enum(UNIT_CRITERIA),
  pool: z.enum(UNIT_POOLS),
});
const shuffleMaskSchema = z.object({ seed: z.int() });
const startSchema = z.object({
  action: z.enum([...ACTIONS.keys()]),
  seed: z.int().optional(),
  signs: z.boolean(),
  value: z.number().nullable(),
  gains: z.enum(GAINS),
  learns: z.object({ data: json, backend: z.string(), steps: z.int(), learningRate: z.number() }).nullable(),
  rest: z.enum(RESTS),
});
const trainSchema = z.object({
  data: json,
  backend: z.string(),
  optimiser: z.enum(OPTIMISERS),
  momentum: z.number(),
  weightDecay: z.number().nullable(),
  schedule: z.object({ milestones: z.array(z.int()), factor: z.number() }).nullable(),
  warmUp: z.int(),
  seed: z.int(),
  epochs: z.int().optional(),
  steps: z.int().optional(),
  learningRate: z.number(),
  patience: z.int().nullable(),
  evaluationsPerEpoch: z.int().optional(),
  evaluateEvery: z.int().optional(),
  evaluateEnd: z.boolean(),
  clipNorm: z.number().nullable(),
  firstStep: z.int(),
  faults: z.array(z.string()),
  measureTraining: z.boolean(),
  rewiring: z
    .object({
      grow: z.enum(["gradient", "random"]),
      every: z.union([z.literal("epoch"), z.int()]),
      fraction: z.number(),
      decay: z.enum(["constant", "cosine"]),
      until: z.number(),
    })
    .nullable(),
  learns: z.enum(["weights", "mask"]),
  l1: z.number(),
  gammaPenalty: z.number(),
});

/**
 * The options of a node, with the defaults of its operation.
 *
 * @throws {RangeError} if the node is of another operation or version, or has options that this code does not know.
 */
function paramsOf<T>(
  { name, version, defaults }: { name: string; version: number; defaults: Params },
  node: Node,
  schema: z.ZodType<T>,
): T {
  const hash = hashOf(node);
  if (node.op !== name || node.version !== version) {
    throw new RangeError(
      `execute: node ${hash} is "${node.op}" version ${node.version}; this code has "${name}" version ${version}`,
    );
  }
  const read = schema.safeParse({ ...defaults, ...node.params });
  if (read.success) return read.data;
  const { path, message } = read.error.issues[0]!;
  throw new RangeError(`execute: node ${hash}, "${name}": ${path.join(".") || "options"}: ${message}`);
}
