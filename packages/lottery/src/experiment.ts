import { backend, decodeSafetensors, encodeSafetensors, type Rng, stream, type Weight } from "@ltt/core";
import { decodeCheckpoint, encodeCheckpoint, parametersOf, snapshot, withParameters } from "@ltt/layers";
import { z } from "zod";
import { cut, magnitude } from "./cut.ts";
import { type Batches, type Model, type Moment, stepOf, type TrainingSettings, trainNetwork } from "./network.ts";
import { hashOf, type Json, type Node, type NodeStore } from "./node-store.ts";
import { type Pattern, patternOf, sparseWeights, sparsityOf, type Values, valuesAt } from "./pattern.ts";
import type { LevelResult } from "./report/input.ts";

/**
 * The arms of an experiment, all with the same dense network at their root:
 *
 * - `winning-ticket`: each sparse network starts from the initial weights;
 * - `random-reinit`: the control: the winning ticket's patterns, fresh initial weights in every tensor;
 * - `late-rewinding`: starts from the weights of an early moment of dense training, with its own patterns.
 */
export const ARMS = ["winning-ticket", "random-reinit", "late-rewinding"] as const;
export type Arm = (typeof ARMS)[number];

/** Faults of the published experiment, re-enacted only where they are named. */
export const FAULTS = [
  /** Random re-initialisation starts with the embedding that its network before had trained. */
  "reinit-keeps-trained-embedding",
  /** Random re-initialisation prunes its own networks instead of using the ticket's patterns. */
  "reinit-own-patterns",
  /** “Late rewinding” rewinds to the end of dense training. */
  "rewinds-to-trained-weights",
  /** Early stopping counts every validation without improvement, not those in a row. */
  "patience-never-resets",
  /** Accuracy is the mean of the batches' accuracies. */
  "accuracy-of-batch-means",
  /** The report chooses the winner by test accuracy. */
  "winner-by-test-accuracy",
] as const;
export type Fault = (typeof FAULTS)[number];

export interface ExperimentSettings extends TrainingSettings {
  readonly arms: readonly Arm[];
  readonly seeds: readonly number[];
  readonly rounds: number;
  /** The fraction of what is left that each round removes, of every tensor. */
  readonly rate: number;
  readonly rewindTo: Moment;
  readonly faults: readonly Fault[];
}

/** What is trained on what. */
export interface Task {
  /** All that determines model and data: names, sizes, digests, seeds. Part of every node's name. */
  readonly identity: Json;
  /** The model with fresh initial weights. */
  readonly createModel: (rng: Rng) => Model;
  /** Batches whose order depends on the seed. */
  readonly batches: (seed: number) => Batches;
}

/** How far an experiment is. */
export interface Progress {
  readonly arm: string;
  readonly seed: number;
  readonly round: number;
  /** Steps of this network made, and the most it may make. */
  readonly step: number;
  readonly stepsAtMost: number;
  readonly loss: number;
  /** Networks finished, and all there are. */
  readonly networks: number;
  readonly networksInAll: number;
}

export interface ExperimentOptions {
  readonly store: NodeStore;
  /** In seconds, for receipts and reports; never for results. */
  readonly clock: () => number;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The arms that run: the control needs the winning ticket's patterns. */
export function armsNeeded({ arms, faults }: Pick<ExperimentSettings, "arms" | "faults">): Arm[] {
  const patterns = arms.includes("random-reinit") && !faults.includes("reinit-own-patterns");
  return ARMS.filter((arm) => arms.includes(arm) || (patterns && arm === "winning-ticket"));
}

/** How many networks an experiment trains. */
export function networkCount(settings: Pick<ExperimentSettings, "arms" | "faults" | "seeds" | "rounds">): number {
  return settings.seeds.length * (1 + settings.rounds * armsNeeded(settings).length);
}

/**
 * Runs an experiment: for every seed the dense network, then round by round the networks of each arm. What arms share is trained once.
 *
 * Every network is a node of the store, named by the hash of all that determines it, among it the node whose weights it was cut
 * from; what is finished is not trained again.
 *
 * @returns a result for every network, as it is finished, in an order that depends on the settings only.
 */
export async function* runExperiment(
  task: Task,
  settings: ExperimentSettings,
  options: ExperimentOptions,
): AsyncGenerator<LevelResult, void, undefined> {
  check(settings);
  let finished = 0;
  for (const seed of settings.seeds) {
    const run = new SeedRun(task, settings, options, seed, () => finished);
    for await (const level of run.levels()) {
      finished++;
      yield level;
    }
  }
}

function check({ rounds, rate, seeds, arms }: ExperimentSettings): void {
  if (!Number.isSafeInteger(rounds) || rounds < 0) throw new RangeError(`rounds is ${rounds}; it is an integer from 0`);
  if (!(rate > 0 && rate < 1)) throw new RangeError(`rate is ${rate}; it is a fraction between 0 and 1`);
  if (seeds.length === 0 || new Set(seeds).size < seeds.length) {
    throw new RangeError(`seeds are ${seeds.join(", ") || "missing"}; give at least one, each once`);
  }
  if (arms.length === 0) throw new RangeError("there are no arms to run");
}

/** A finished network: what later ones need of it, on the host, so that a long run holds the memory of one network. */
interface Finished {
  readonly hash: string;
  readonly pattern: Pattern;
  /** The trained values, in the pattern's order. */
  readonly trained: Values;
  readonly early: Values | undefined;
  readonly level: LevelResult;
}

/** Everything with one seed. */
class SeedRun {
  readonly #task: Task;
  readonly #settings: ExperimentSettings;
  readonly #options: ExperimentOptions;
  readonly #seed: number;
  readonly #networksDone: () => number;
  readonly #batches: Batches;

  constructor(
    task: Task,
    settings: ExperimentSettings,
    options: ExperimentOptions,
    seed: number,
    networksDone: () => number,
  ) {
    this.#task = task;
    this.#settings = settings;
    this.#options = options;
    this.#seed = seed;
    this.#networksDone = networksDone;
    this.#batches = task.batches(seed);
    stepOf(settings.rewindTo, this.#batches.stepsPerEpoch, settings.epochs);
  }

  async *levels(): AsyncGenerator<LevelResult, void, undefined> {
    const { rounds, faults } = this.#settings;
    const arms = armsNeeded(this.#settings);
    const initial = this.#task.createModel(stream(this.#seed, "init"));
    const w0 = await snapshot(parametersOf(initial));
    const dense = await this.#network("dense", 0, null, async () => initial);
    yield dense.level;

    const early = faults.includes("rewinds-to-trained-weights") ? dense.trained : dense.early!;
    const keepsEmbedding = faults.includes("reinit-keeps-trained-embedding");
    const last = new Map<Arm, Finished>(arms.map((arm) => [arm, dense]));
    for (let round = 1; round <= rounds; round++) {
      const ticketBefore = last.get("winning-ticket")!;
      for (const arm of arms) {
        const before = last.get(arm)!;
        const ownPattern = arm !== "random-reinit" || faults.includes("reinit-own-patterns");
        const source = ownPattern ? before : ticketBefore;
        const parents = arm === "random-reinit" && keepsEmbedding ? [source.hash, before.hash] : [source.hash];
        const network = await this.#network(arm, round, parents, async () => {
          const pattern = this.#cut(source, ownPattern ? arm : "winning-ticket", round);
          const start = await this.#start(arm, round, { w0, early, before, initial });
          return withParameters(initial, sparseWeights(parametersOf(initial), pattern, valuesAt(start, pattern)));
        });
        last.set(arm, network);
        yield network.level;
      }
    }
  }

  /** The pattern after one more cut of a trained network: the lowest magnitudes of each tensor go. */
  #cut({ pattern, trained }: Finished, arm: Arm, round: number): Pattern {
    return cut(pattern, magnitude(trained), { rate: this.#settings.rate, rng: stream(this.#seed, "ties", arm, round) });
  }

  /** The whole tensors that a sparse network's start is cut out of. */
  async #start(
    arm: Arm,
    round: number,
    from: { w0: Values; early: Values; before: Finished; initial: Model },
  ): Promise<Values> {
    if (arm === "winning-ticket") return from.w0;
    if (arm === "late-rewinding") return from.early;
    const fresh = await snapshot(parametersOf(this.#task.createModel(stream(this.#seed, "reinit", round))));
    if (!this.#settings.faults.includes("reinit-keeps-trained-embedding")) return fresh;
    return new Map(
      Array.from(fresh, ([name, values]) => [
        name,
        name.startsWith("embedding.") ? spread(name, values.length, from.before) : values,
      ]),
    );
  }

  /** Trains a network, or takes it from the store. */
  async #network(
    arm: Arm | "dense",
    round: number,
    parents: readonly string[] | null,
    prepare: () => Promise<Model>,
  ): Promise<Finished> {
    const config = this.#config(arm, round, parents);
    const hash = hashOf(config);
    const found = await this.#options.store.find(hash);
    if (found !== undefined) return this.#load(found);

    const began = this.#options.clock();
    const model = await prepare();
    const start = await encodeCheckpoint({ weights: parametersOf(model) });
    const { weights, early, curve, ...measured } = await trainNetwork(model, this.#training(arm, round));
    const level = { arm, seed: this.#seed, round, ...sparsityOf(weights), ...measured };
    const lines = [...curve.map((point) => ({ event: "validation", ...point })), { event: "level", ...level }];

    const files = new Map<string, Uint8Array>([
      ["config.json", Buffer.from(`${JSON.stringify(config, null, 2)}\n`)],
      ["metrics.jsonl", Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(""))],
      ["weights.safetensors", await encodeCheckpoint({ weights })],
      // A ticket is a pattern and its start, not what training made of it.
      [arm === "dense" ? "initial.safetensors" : "ticket.safetensors", start],
    ]);
    if (early !== undefined) files.set("early.safetensors", encodeValues(weights, early));
    const seconds = Math.round((this.#options.clock() - began) * 1000) / 1000;
    const node = await this.#options.store.save(hash, files, { seconds, backend: backend().name });
    const result = { ...level, curve, seconds: node.seconds };
    return { hash, pattern: patternOf(weights), trained: await snapshot(weights), early, level: result };
  }

  #config(arm: Arm | "dense", round: number, parents: readonly string[] | null): { readonly [key: string]: Json } {
    const { epochs, learningRate, patience, evaluationsPerEpoch, rate, rewindTo, faults } = this.#settings;
    return {
      format: 1,
      task: this.#task.identity,
      backend: backend().name,
      training: { epochs, learningRate, patience, evaluationsPerEpoch, faults: [...faults] },
      seed: this.#seed,
      arm,
      round,
      // The moment to rewind to is part of the dense node, which keeps those weights, and through its hash of all others.
      ...(arm === "dense" ? { keep: { ...rewindTo } } : { rate, criterion: "magnitude", scope: "local", parents }),
    };
  }

  #training(arm: string, round: number): Parameters<typeof trainNetwork>[1] {
    const { faults, rewindTo, epochs } = this.#settings;
    const { onProgress, signal } = this.#options;
    const stepsAtMost = epochs * this.#batches.stepsPerEpoch;
    const networksInAll = networkCount(this.#settings);
    return {
      batches: this.#batches,
      settings: this.#settings,
      seed: this.#seed,
      early: arm === "dense" ? rewindTo : undefined,
      faults: {
        patienceNeverResets: faults.includes("patience-never-resets"),
        accuracyOfBatchMeans: faults.includes("accuracy-of-batch-means"),
      },
      onStep: (step, loss) => {
        const networks = this.#networksDone();
        onProgress?.({ arm, seed: this.#seed, round, step, stepsAtMost, loss, networks, networksInAll });
      },
      signal,
    };
  }

  async #load(node: Node): Promise<Finished> {
    const text = new TextDecoder().decode(await node.read("metrics.jsonl"));
    const lines: unknown[] = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const level = levelSchema.parse(lines.at(-1));
    const curve = z.array(pointSchema).parse(lines.slice(0, -1));

    const { weights } = decodeCheckpoint(await node.read("weights.safetensors"), `${node.folder}/weights.safetensors`);
    const early = level.arm === "dense" ? decodeValues(await node.read("early.safetensors"), node.folder) : undefined;
    const result = { ...level, curve, seconds: node.seconds };
    return { hash: node.hash, pattern: patternOf(weights), trained: await snapshot(weights), early, level: result };
  }
}

const fraction = z.number().min(0).max(1);
const pointSchema = z.object({
  step: z.int(),
  trainLoss: z.number(),
  validationLoss: z.number(),
  validationAccuracy: fraction,
});
const levelSchema = z.object({
  arm: z.string(),
  seed: z.int(),
  round: z.int(),
  sparsity: fraction,
  embeddingSparsity: fraction,
  otherSparsity: fraction,
  tensors: z.array(z.object({ name: z.string(), size: z.int(), kept: z.int() })),
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

/** Whole tensors as a safetensors file, under their own names. */
function encodeValues(weights: ReadonlyMap<string, Weight>, values: Values): Uint8Array {
  return encodeSafetensors(
    new Map(Array.from(values, ([name, data]) => [name, { dtype: "F32", shape: weights.get(name)!.shape, data }])),
  );
}

function decodeValues(bytes: Uint8Array, folder: string): Values {
  const file = `${folder}/early.safetensors`;
  return new Map(
    Array.from(decodeSafetensors(bytes, file).tensors, ([name, entry]) => {
      if (entry.dtype !== "F32") throw new RangeError(`${file}: "${name}" is ${entry.dtype}; it is F32`);
      return [name, entry.data];
    }),
  );
}

/** The trained values of a tensor at their positions, 0 elsewhere. */
function spread(name: string, size: number, { pattern, trained }: Finished): Float32Array {
  const whole = new Float32Array(size);
  pattern.get(name)!.forEach((at, i) => {
    whole[at] = trained.get(name)![i]!;
  });
  return whole;
}
