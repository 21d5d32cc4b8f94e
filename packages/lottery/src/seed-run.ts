import { backend, type Rng, stream } from "@ltt/core";
import { decodeCheckpoint, encodeCheckpoint, type Model, parametersOf, snapshot, withParameters } from "@ltt/layers";
import { cut, magnitude } from "./cut.ts";
import { type State, stepOf } from "./moment.ts";
import { TrainingFailure, type TrainNetworkOptions, trainNetwork, trainTo } from "./network.ts";
import {
  encodeValues,
  extended,
  type Lineage,
  type NetworkName,
  networkFiles,
  nodeFiles,
  readNetwork,
  type StoredNetwork,
} from "./network-files.ts";
import { hashOf, type Node, nodeOf, type Params } from "./node.ts";
import { AT, CUT, INIT, START, TRAIN } from "./operations.ts";
import { type Pattern, sparseWeights, type Values, valuesAt } from "./pattern.ts";
import type { LevelResult } from "./result.ts";
import { type Arm, armsNeeded, type ExperimentOptions, type ExperimentSettings, networkCount } from "./settings.ts";
import { shuffled } from "./shuffled.ts";
import { type Batches, checkBatches, checkModel, type Task } from "./task.ts";
import { readUnfinished, type Unfinished, unfinishedFiles } from "./unfinished.ts";

/** Seconds after which a network in the making is kept again: the most that a power cut costs. */
const KEEP_EVERY = 120;

/** Thrown in place of training a network where only finished ones are asked for. */
export class NotFinished extends Error {
  override readonly name = "NotFinished";
}

type Options = ExperimentOptions & {
  /** What messages begin with. */
  readonly caller: string;
  readonly finishedOnly?: boolean;
};

/** A node that makes weights, and what makes them: nothing is computed until somebody asks. */
interface Source {
  readonly node: Node;
  /** What the node rests on, itself included. */
  readonly lineage: Lineage;
  readonly values: () => Promise<Values>;
}

/** A mask, computed when somebody asks. */
interface Mask {
  readonly node: Node;
  readonly lineage: Lineage;
  readonly pattern: () => Promise<Pattern>;
}

/** A network to train: the node that its weights come from, and how they are made. */
interface Start<Input> {
  readonly node: Node;
  readonly lineage: Lineage;
  /** The step that these weights are those after. */
  readonly firstStep: number;
  readonly model: () => Promise<Model<Input>>;
}

/** A trained network, with all that it takes to train it again. */
interface Network<Input> {
  readonly node: Node;
  readonly lineage: Lineage;
  readonly start: Start<Input>;
  readonly stored: StoredNetwork;
  readonly level: LevelResult;
}

/** An experiment with one seed: the dense network, then round by round the networks of each arm. */
export class SeedRun<Input> {
  readonly #task: Task<Input>;
  readonly #settings: ExperimentSettings;
  readonly #options: Options;
  readonly #seed: number;
  readonly #networksDone: () => number;
  readonly #batches: Batches<Input>;
  readonly #rewindStep: number;

  constructor(
    task: Task<Input>,
    settings: ExperimentSettings,
    options: Options,
    seed: number,
    networksDone: () => number,
  ) {
    this.#task = task;
    this.#settings = settings;
    this.#options = options;
    this.#seed = seed;
    this.#networksDone = networksDone;
    this.#batches = checkBatches(`${options.caller}: task.batches(${seed})`, task.batches(seed));
    this.#rewindStep = stepOf(options.caller, settings.rewindTo, this.#batches.stepsPerEpoch, settings.epochs);
  }

  async *levels(): AsyncGenerator<LevelResult, void, undefined> {
    const { rounds, faults, cutAt = "best" } = this.#settings;
    const arms = armsNeeded(this.#settings);
    const initial = this.#model("model", stream(this.#seed, "init"));
    const w0 = await snapshot(parametersOf(initial));
    const init = nodeOf(INIT, { architecture: this.#task.architecture, seed: this.#seed });
    const first: Source = { node: init, lineage: extended(new Map(), init), values: async () => w0 };
    const dense = await this.#network(
      { arm: "dense", seed: this.#seed, round: 0 },
      { ...first, firstStep: 0, model: async () => this.#model("model", stream(this.#seed, "init")) },
      arms.includes("late-rewinding") && rounds > 0 ? [this.#rewindStep] : [],
    );
    yield dense.level;

    const ownPatterns = faults.includes("reinit-own-patterns");
    const last = new Map<Arm, Network<Input>>(arms.map((arm) => [arm, dense]));
    for (let round = 1; round <= rounds; round++) {
      const ticketBefore = last.get("winning-ticket");
      for (const arm of arms) {
        const before = last.get(arm)!;
        const isControl = arm === "shuffled-init" || (arm === "random-reinit" && !ownPatterns);
        const parent = isControl ? ticketBefore! : before;
        const mask = this.#cut(parent, cutAt);
        const start = this.#start(arm, mask, { initial, first, dense, before });
        const rewoundTo = arm === "late-rewinding" && start.firstStep > 0 ? start.node.inputs.whole : undefined;
        const network = await this.#network({ arm, seed: this.#seed, round }, start, [], rewoundTo);
        last.set(arm, network);
        yield network.level;
      }
    }
  }

  /** The mask after one more cut of a trained network: the lowest magnitudes of each tensor go. */
  #cut(parent: Network<Input>, state: State): Mask {
    const scored = this.#at(parent, state);
    const { rate } = this.#settings;
    const node = nodeOf(CUT, { rate, seed: this.#seed }, { weights: hashOf(scored.node) });
    return {
      node,
      lineage: extended(scored.lineage, node),
      pattern: async () => {
        const rng = stream(this.#seed, "ties", hashOf(scored.node));
        return cut(parent.stored.pattern, magnitude(await scored.values()), { rate, rng });
      },
    };
  }

  #start(
    arm: Arm,
    mask: Mask,
    from: { initial: Model<Input>; first: Source; dense: Network<Input>; before: Network<Input> },
  ): Start<Input> {
    const { faults } = this.#settings;
    const seed = this.#seed;
    const sparse = (
      params: Params,
      sources: Readonly<Record<string, Source>>,
      valuesOf: (pattern: Pattern, node: Node) => Promise<Values>,
      firstStep = 0,
    ): Start<Input> => {
      const inputs = Object.entries(sources).map(([name, { node }]) => [name, hashOf(node)]);
      const node = nodeOf(START, params, { mask: hashOf(mask.node), ...Object.fromEntries(inputs) });
      const lineages = [mask.lineage, ...Object.values(sources).map(({ lineage }) => lineage)];
      const lineage = extended(new Map(lineages.flatMap((nodes) => [...nodes])), node);
      const model = async () => {
        const pattern = await mask.pattern();
        const weights = parametersOf(from.initial);
        // What is frozen is not in the pattern: every network has it whole.
        const pruned = sparseWeights(weights, pattern, await valuesOf(pattern, node));
        return withParameters(from.initial, new Map([...weights, ...pruned]));
      };
      return { node, lineage, firstStep, model };
    };
    const rewound = (whole: Source, firstStep?: number) =>
      sparse({ action: "rewind" }, { whole }, async (pattern) => valuesAt(await whole.values(), pattern), firstStep);

    switch (arm) {
      case "winning-ticket":
        return rewound(from.first);
      case "late-rewinding":
        return faults.includes("rewinds-to-trained-weights")
          ? rewound(this.#at(from.dense, "best"))
          : rewound(this.#at(from.dense, this.#rewindStep), this.#rewindStep);
      case "shuffled-init":
        return sparse({ action: "shuffle", seed }, { whole: from.first }, async (pattern, node) =>
          shuffled(valuesAt(await from.first.values(), pattern), stream(seed, "shuffle", hashOf(node))),
        );
      case "random-reinit": {
        const { architecture } = this.#task;
        const keepsEmbedding = faults.includes("reinit-keeps-trained-embedding");
        const before = this.#at(from.before, "best");
        return sparse(
          { action: keepsEmbedding ? "fresh-but-embedding" : "fresh", architecture, seed },
          keepsEmbedding ? { before } : {},
          async (pattern, node) => {
            const fresh = await this.#fresh(stream(seed, "reinit", hashOf(node)));
            if (!keepsEmbedding) return valuesAt(fresh, pattern);
            const trained = spread(fresh, from.before.stored.pattern, await before.values());
            const isKept = (name: string) => name.startsWith("embedding.");
            return valuesAt(new Map([...fresh, ...[...trained].filter(([name]) => isKept(name))]), pattern);
          },
        );
      }
    }
  }

  async #fresh(rng: Rng): Promise<Values> {
    return snapshot(parametersOf(this.#model(this.#task.randomModel === undefined ? "model" : "randomModel", rng)));
  }

  #model(by: "model" | "randomModel", rng: Rng): Model<Input> {
    return checkModel(this.#options.caller, `what task.${by} gave`, this.#task[by]!(rng));
  }

  /** Weights of a training. Those that were not kept are made again, to the same bits. */
  #at(network: Network<Input>, state: State): Source {
    const node = nodeOf(AT, { state }, { trained: hashOf(network.node) });
    const lineage = extended(network.lineage, node);
    if (state === "best") return { node, lineage, values: async () => network.stored.best };
    const { store } = this.#options;
    const values = async () => {
      const found = await store.read(hashOf(node));
      if (found !== undefined) return valuesOf(found.files.get("weights.safetensors")!, found.place);
      const began = this.#options.clock();
      const model = await network.start.model();
      const step = state === "end" ? network.level.steps : state;
      await trainTo(model, step, this.#training(network.level, network.start));
      return this.#putAt(node, lineage, model, this.#options.clock() - began);
    };
    return { node, lineage, values };
  }

  /** Writes weights along the way of a training as a node of their own. */
  async #putAt(node: Node, lineage: Lineage, model: Model<Input>, seconds: number): Promise<Values> {
    const weights = parametersOf(model);
    const files = new Map([
      ...nodeFiles(node, lineage),
      ["weights.safetensors", await encodeCheckpoint({ weights })] as const,
    ]);
    await this.#options.store.putIfAbsent(hashOf(node), files, receiptOf(seconds));
    return snapshot(weights);
  }

  /**
   * Trains a network, or takes it from the store.
   *
   * @param wanted - Steps whose weights somebody will ask for: they are written when they come by.
   */
  async #network(
    name: NetworkName,
    start: Start<Input>,
    wanted: readonly number[] = [],
    rewoundTo?: string,
  ): Promise<Network<Input>> {
    const node = nodeOf(TRAIN, this.#config(start.firstStep), { start: hashOf(start.node) });
    const lineage = extended(start.lineage, node);
    const hash = hashOf(node);
    const { store, clock } = this.#options;
    let found = await store.read(hash);
    if (found === undefined) {
      if (this.#options.finishedOnly === true)
        throw new NotFinished(`${name.arm}, seed ${name.seed}, round ${name.round}`);
      const unfinished = await store.checkpoints.latest(hash);
      const began = clock() - (unfinished?.receipt.seconds ?? 0);
      const receipt = () => receiptOf(clock() - began);
      let kept = clock();
      const keep = {
        isDue: () => clock() - kept >= KEEP_EVERY,
        save: async (now: Unfinished) => {
          await store.checkpoints.put(hash, now.position.step, await unfinishedFiles(now), receipt());
          kept = clock();
        },
      };
      const model = await start.model();
      const bytes = await encodeCheckpoint({ weights: parametersOf(model) });
      const from = unfinished && (await readUnfinished(unfinished));
      const training = this.#training(name, start);
      const onStep = async (step: number, loss: number) => {
        await training.onStep?.(step, loss);
        if (!wanted.includes(step)) return;
        const at = nodeOf(AT, { state: step }, { trained: hash });
        await this.#putAt(at, extended(lineage, at), model, 0);
      };
      const trained = await trainNetwork(model, { ...training, onStep, from, keep }).catch((error: unknown) =>
        this.#failed(error, name, node),
      );
      const files = await networkFiles(node, lineage, bytes, trained, this.#task.group);
      await store.putIfAbsent(hash, files, receipt());
      await store.checkpoints.drop(hash);
      found = (await store.read(hash))!;
    }
    const stored = await readNetwork(found);
    const level = { ...name, ...stored.result, node: hash, ...(rewoundTo === undefined ? {} : { rewoundTo }) };
    return { node, lineage, start, stored, level };
  }

  /** Keeps the last good weights of a network that could not be trained, and says where they are. */
  async #failed(error: unknown, { arm, seed, round }: NetworkName, node: Node): Promise<never> {
    if (!(error instanceof TrainingFailure)) throw error;
    const { lastGood, message } = error;
    let kept = "no validation found good weights before";
    if (lastGood !== undefined) {
      const { step, values } = lastGood;
      const files = nodeFiles(node).set("weights.safetensors", encodeValues(values, step));
      const folder = await this.#options.store.putFailed(hashOf(node), files);
      kept = `the last good weights, those after step ${step}, are in ${folder}`;
    }
    throw new Error(
      `${arm}, seed ${seed}, round ${round}: ${message}; ${kept}; finished networks are kept, and the same settings fail at the same step again`,
      { cause: error },
    );
  }

  #config(firstStep: number): Params {
    const { epochs, learningRate, patience, evaluationsPerEpoch, clipNorm = null, faults } = this.#settings;
    return {
      data: this.#task.data,
      backend: backend().name,
      seed: this.#seed,
      epochs,
      learningRate,
      patience,
      evaluationsPerEpoch,
      clipNorm,
      firstStep,
      faults: TRAINING_FAULTS.filter((fault) => faults.includes(fault)),
    };
  }

  #training({ arm, round }: Pick<NetworkName, "arm" | "round">, start: Start<Input>): TrainNetworkOptions<Input> {
    const { faults, epochs, learningRate, patience, evaluationsPerEpoch, clipNorm } = this.#settings;
    const { onProgress, signal } = this.#options;
    const stepsAtMost = epochs * this.#batches.stepsPerEpoch;
    const networksInAll = networkCount(this.#settings);
    return {
      batches: this.#batches,
      settings: { epochs, learningRate, patience, evaluationsPerEpoch, clipNorm },
      seed: this.#seed,
      firstStep: start.firstStep,
      measure: this.#task.measure,
      chance: this.#task.chance,
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

/** Those faults that change a training, in an order that is always the same. */
const TRAINING_FAULTS = ["accuracy-of-batch-means", "patience-never-resets"] as const;

function receiptOf(seconds: number): { seconds: number; backend: string } {
  return { seconds: Math.round(Math.max(0, seconds) * 1000) / 1000, backend: backend().name };
}

async function valuesOf(bytes: Uint8Array, place: string): Promise<Values> {
  return snapshot(decodeCheckpoint(bytes, `${place}/weights.safetensors`).weights);
}

/** The trained values of tensors at their positions, 0 elsewhere. */
function spread(like: Values, pattern: Pattern, trained: Values): Values {
  return new Map(
    Array.from(pattern, ([name, positions]) => {
      const whole = new Float32Array(like.get(name)!.length);
      positions.forEach((at, i) => {
        whole[at] = trained.get(name)![i]!;
      });
      return [name, whole];
    }),
  );
}
