import { backend, stream } from "@ltt/core";
import { encodeCheckpoint, parametersOf, snapshot, withParameters } from "@ltt/layers";
import { cut, magnitude } from "./cut.ts";
import {
  type Arm,
  armsNeeded,
  type ExperimentOptions,
  type ExperimentSettings,
  networkCount,
  type Task,
} from "./experiment-settings.ts";
import { type Batches, type Model, stepOf, TrainingFailure, trainNetwork } from "./network.ts";
import { encodeStored, type Finished, type NetworkName, networkFiles, readNetwork } from "./network-files.ts";
import { hashOf, type Json } from "./node-store.ts";
import { type Pattern, sparseWeights, type Values, valuesAt } from "./pattern.ts";
import type { LevelResult } from "./result.ts";
import { readUnfinished, type Unfinished, unfinishedFiles } from "./unfinished.ts";

/** Seconds after which a network in the making is kept again: the most that a power cut costs. */
const KEEP_EVERY = 120;

/** Thrown in place of training a network where only finished ones are asked for. */
export class NotFinished extends Error {
  override readonly name = "NotFinished";
}

type Options = ExperimentOptions & { readonly finishedOnly?: boolean };

/** An experiment with one seed: the dense network, then round by round the networks of each arm. */
export class SeedRun {
  readonly #task: Task;
  readonly #settings: ExperimentSettings;
  readonly #options: Options;
  readonly #seed: number;
  readonly #networksDone: () => number;
  readonly #batches: Batches;

  constructor(task: Task, settings: ExperimentSettings, options: Options, seed: number, networksDone: () => number) {
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
          const start = await this.#start(arm, round, { w0, early, before });
          const weights = parametersOf(initial);
          // What is frozen is not in the pattern: every network has it whole.
          return withParameters(
            initial,
            new Map([...weights, ...sparseWeights(weights, pattern, valuesAt(start, pattern))]),
          );
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
  async #start(arm: Arm, round: number, from: { w0: Values; early: Values; before: Finished }): Promise<Values> {
    if (arm === "winning-ticket") return from.w0;
    if (arm === "late-rewinding") return from.early;
    const { createModel, createRandomModel = createModel } = this.#task;
    const fresh = await snapshot(parametersOf(createRandomModel(stream(this.#seed, "reinit", round))));
    if (!this.#settings.faults.includes("reinit-keeps-trained-embedding")) return fresh;
    return new Map(
      Array.from(fresh, ([name, values]) => [
        name,
        name.startsWith("embedding.") && from.before.pattern.has(name)
          ? spread(name, values.length, from.before)
          : values,
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
    if (found !== undefined) return readNetwork(found);
    if (this.#options.finishedOnly === true) throw new NotFinished(`${arm}, seed ${this.#seed}, round ${round}`);

    const { store, clock } = this.#options;
    const unfinished = await store.findUnfinished(hash);
    const began = clock() - (unfinished?.seconds ?? 0);
    const receipt = () => {
      const seconds = Math.round((clock() - began) * 1000) / 1000;
      return { seconds, backend: backend().name, task: this.#task.identity };
    };
    let kept = clock();
    const keep = {
      isDue: () => clock() - kept >= KEEP_EVERY,
      save: async (now: Unfinished) => {
        await store.saveUnfinished(hash, now.position.step, await unfinishedFiles(now), receipt());
        kept = clock();
      },
    };
    const model = await prepare();
    const start = await encodeCheckpoint({ weights: parametersOf(model) });
    const from = unfinished && (await readUnfinished(unfinished));
    const trained = await trainNetwork(model, { ...this.#training(arm, round), from, keep }).catch((error: unknown) =>
      this.#failed(error, { arm, seed: this.#seed, round }, hash, config),
    );
    const files = await networkFiles({ arm, seed: this.#seed, round }, config, start, trained);
    return readNetwork(await store.save(hash, files, receipt()));
  }

  /** Keeps the last good weights of a network that could not be trained, and says where they are. */
  async #failed(error: unknown, { arm, seed, round }: NetworkName, hash: string, config: Json): Promise<never> {
    if (!(error instanceof TrainingFailure)) throw error;
    const { lastGood, message } = error;
    let kept = "no step left good weights";
    if (lastGood !== undefined) {
      const { step, values } = lastGood;
      const folder = await this.#options.store.saveFailed(
        hash,
        new Map([
          ["config.json", Buffer.from(`${JSON.stringify(config, null, 2)}\n`)],
          ["weights.safetensors", encodeStored(values, step)],
        ]),
      );
      kept = `the last good weights, those after step ${step}, are in ${folder}`;
    }
    throw new Error(
      `${arm}, seed ${seed}, round ${round}: ${message}; ${kept}; finished networks are kept, and the same settings fail at the same step again`,
      { cause: error },
    );
  }

  #config(arm: Arm | "dense", round: number, parents: readonly string[] | null): { readonly [key: string]: Json } {
    const { epochs, learningRate, patience, evaluationsPerEpoch, clipNorm, rate, rewindTo, faults } = this.#settings;
    return {
      format: 1,
      task: this.#task.identity,
      backend: backend().name,
      training: {
        epochs,
        learningRate,
        patience,
        evaluationsPerEpoch,
        faults: [...faults],
        ...(clipNorm === undefined ? {} : { clipNorm }),
      },
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
}

/** The trained values of a tensor at their positions, 0 elsewhere. */
function spread(name: string, size: number, { pattern, trained }: Finished): Float32Array {
  const whole = new Float32Array(size);
  pattern.get(name)!.forEach((at, i) => {
    whole[at] = trained.get(name)![i]!;
  });
  return whole;
}
