import { backend, type Rng, stream, type Weight } from "@ltt/core";
import {
  buffersOf,
  decodeCheckpoint,
  encodeCheckpoint,
  type Model,
  parametersOf,
  restore,
  snapshot,
  stateOf,
} from "@ltt/layers";
import { readGiven } from "./given.ts";
import type { Graph } from "./graph.ts";
import { MaskedModel } from "./learned-mask.ts";
import { groupsOf, makeMask, search } from "./make-mask.ts";
import { makeModel } from "./make-model.ts";
import { restOf, wholeValues } from "./make-start.ts";
import type { Maker } from "./maker.ts";
import { encodeValues, networkFiles, nodeFiles, readNetwork, type StoredNetwork } from "./network-files.ts";
import { hashOf, type Node, nodeOf } from "./node.ts";
import { atParams, initParams, trainParams } from "./node-params.ts";
import { checkSame, trainingOf } from "./node-training.ts";
import { AT, CUT_UNITS, INIT, SEARCH } from "./operations.ts";
import { type Pattern, patternOf, type Values } from "./pattern.ts";
import { RunFolderError } from "./run-folder-error.ts";
import type { Receipt, Store } from "./store.ts";
import { unitsFile } from "./structured/units-file.ts";
import { checkModel, type Task } from "./task.ts";
import { trainNetwork } from "./train-network.ts";
import { trainTo } from "./train-to.ts";
import { TrainingFailure } from "./training-failure.ts";
import type { TrainNetworkOptions } from "./training-options.ts";
import type { TransferredTicket } from "./transfer.ts";
import { readUnfinished, type Unfinished, unfinishedFiles } from "./unfinished.ts";

/** Seconds after which a network in the making is kept again unless told: the most that a power cut costs. */
const KEEP_EVERY = 120;

/** Masks that are held: the one that a ticket and its controls share, and one made of it. */
const MASKS_HELD = 2;

/** Trained networks that are held in memory: those of a round, which the next one cuts. */
const HELD = 6;

export interface ExecutorOptions {
  readonly store: Store;
  /** In seconds, for receipts and reports; never for results. */
  readonly clock: () => number;
  readonly signal?: AbortSignal | undefined;
  /** Seconds after which a network in the making is kept again. Default 120. */
  readonly keepEvery?: number | undefined;
  /** What messages about the task begin with. Default `Executor`. */
  readonly caller?: string | undefined;
  /** Called after every step of a training. */
  readonly onStep?: ((hash: string, step: number, loss: number) => void) | undefined;
}

/**
 * Makes nodes of a graph from what it finds in a store, and puts there what it makes. It knows operations, not arms:
 * all that it does stands in the node that it is asked for and in those that this one rests on.
 *
 * A node that is there and whole is never made again. Of the operations `train` is stored, and `at` where it is not the
 * best weights; the others take less time than reading them would.
 */
export class Executor<Input> {
  readonly #task: Task<Input>;
  readonly #graph: Graph;
  readonly #options: ExecutorOptions;
  readonly #maker: Maker<Input>;
  readonly #held = new Map<string, StoredNetwork>();
  readonly #masks = new Map<string, Pattern>();
  #first: { readonly hash: string; readonly model: Model<Input>; readonly values: Values } | undefined;

  constructor(task: Task<Input>, graph: Graph, options: ExecutorOptions) {
    this.#task = task;
    this.#graph = graph;
    this.#options = options;
    this.#maker = {
      ...{ caller: this.#caller, task, graph },
      get signal() {
        return options.signal; // of the job that is being made
      },
      train: (trained, label) => this.train(trained, label),
      training: (trained) => this.#training(trained),
      mask: (hash) => this.#mask(hash),
      given: (hash) => this.#given(hash),
      weights: (hash) => this.#weights(hash),
      whole: (hash) => wholeValues(this.#maker, hash),
      init: (hash) => this.#init(hash),
      initOf: (hash) => this.#graph.initOf(hash),
      startOf: (trained) => this.#startOf(trained),
      create: (by, rng) => this.#create(by, rng),
    };
  }

  /**
   * A network, if it is in the store.
   *
   * @throws {RunFolderError} if the store cannot be read.
   */
  async find(hash: string): Promise<StoredNetwork | undefined> {
    const held = this.#held.get(hash);
    if (held !== undefined) return held;
    const found = await this.#options.store.read(hash);
    if (found === undefined) return undefined;
    const network = await readNetwork(found);
    this.#held.set(hash, network);
    for (const oldest of this.#held.keys()) if (this.#held.size > HELD) this.#held.delete(oldest);
    return network;
  }

  /**
   * What is known of a network, if it is in the store. Its weights are not held.
   *
   * @throws {RunFolderError} if the store cannot be read.
   */
  async result(hash: string): Promise<StoredNetwork["result"] | undefined> {
    const held = this.#held.get(hash);
    if (held !== undefined) return held.result;
    const found = await this.#options.store.read(hash);
    return found && (await readNetwork(found)).result;
  }

  /**
   * A network, from the store or trained.
   *
   * @param label - What to call it in messages.
   * @throws {Error} if its training leaves the finite numbers: it names step and weight, and where the last good weights are.
   * @throws {RunFolderError} if the store does not give back what it was given.
   */
  async train(hash: string, label: string): Promise<StoredNetwork> {
    const found = await this.find(hash);
    if (found !== undefined) return found;
    const { store, clock, keepEvery = KEEP_EVERY } = this.#options;
    const node = this.#graph.node(hash);
    const lineage = this.#graph.lineage(hash);
    const unfinished = await store.checkpoints.latest(hash);
    const began = clock() - (unfinished?.receipt.seconds ?? 0);
    const receipt = () => receiptOf(clock() - began);
    let kept = clock();
    const keep = {
      isDue: () => clock() - kept >= keepEvery,
      save: async (now: Unfinished) => {
        await store.checkpoints.put(hash, now.position.step, await unfinishedFiles(now), receipt());
        kept = clock();
      },
    };
    const model = await makeModel(this.#maker, node.inputs.start!);
    const start = await encodeCheckpoint({ weights: parametersOf(model), buffers: buffersOf(model) });
    const from = unfinished && (await readUnfinished(unfinished));
    const asked = this.#graph.statesAskedOf(hash);
    const training = this.#training(hash);
    const onStep = async (step: number, loss: number) => {
      await training.onStep?.(step, loss);
      if (asked.includes(step)) await this.#putAt(nodeOf(AT, { state: step }, { trained: hash }), model, 0);
    };
    const learner = this.#learnsMask(node) ? new MaskedModel(model) : model;
    const learnt = await trainNetwork(learner, { ...training, onStep, from, keep }).catch((error: unknown) =>
      this.#failed(error, label, node),
    );
    const trained = {
      ...learnt,
      ...(learner instanceof MaskedModel
        ? { weights: await learner.ticket(), buffers: buffersOf(learner.network) }
        : {}),
      searchedSteps: await this.#searchedSteps(node.inputs.start!),
    };
    const files = await networkFiles(node, lineage, start, trained, this.#task.group);
    const rest = await restOf(this.#maker, node.inputs.start!, patternOf(trained.weights));
    if (rest !== undefined) files.set("rest.safetensors", encodeValues(rest, 0));
    if (asked.includes("end")) {
      restore(stateOf(model), trained.last);
      await this.#putAt(nodeOf(AT, { state: "end" }, { trained: hash }), model, 0);
    }
    if (this.#isStructured(node)) files.set("units.json", unitsFile(await groupsOf(this.#maker, hash)));
    await store.putIfAbsent(hash, files, receipt());
    const network = await this.find(hash);
    if (network === undefined) {
      throw new RunFolderError(
        `${label}: node ${hash} was written, and the store does not give it back whole: is it sound? What was known of the network ` +
          "before is kept: the same command goes on from there",
        { cause: { code: "EIO" } },
      );
    }
    await store.checkpoints.drop(hash);
    return network;
  }

  /** The steps that the search for a mask took, where the mask was searched for. */
  async #searchedSteps(start: string): Promise<number | undefined> {
    const { mask } = this.#graph.node(start).inputs;
    if (mask === undefined || this.#graph.node(mask).op !== SEARCH.name) return undefined;
    return (await search(this.#maker, mask)).step;
  }

  #learnsMask(node: Node): boolean {
    return trainParams(node).learns === "mask";
  }

  /** Whole tensors of `init`, the stored values of `at`; the buffers of either. */
  async #weights(hash: string): Promise<Values> {
    const node = this.#graph.node(hash);
    if (node.op === INIT.name) return (await this.#init(hash)).values;
    const { state } = atParams(node);
    const trained = node.inputs.trained!;
    if (state === "best") return (await this.train(trained, trained)).best;
    const found = await this.#options.store.read(hash);
    if (found !== undefined) return valuesOf(found.files.get("weights.safetensors")!, found.place);
    const began = this.#options.clock();
    const model = await makeModel(this.#maker, this.#graph.node(trained).inputs.start!);
    const step = state === "end" ? (await this.train(trained, trained)).result.steps : state;
    await trainTo(model, step, this.#training(trained));
    return this.#putAt(node, model, this.#options.clock() - began);
  }

  /** A mask. The last ones used are held: a ticket and its controls share theirs, and scores may take an epoch of gradients. */
  async #mask(hash: string): Promise<Pattern> {
    const mask = this.#masks.get(hash) ?? (await makeMask(this.#maker, hash));
    this.#masks.delete(hash);
    this.#masks.set(hash, mask); // the last one used is the last one to go
    for (const oldest of this.#masks.keys()) if (this.#masks.size > MASKS_HELD) this.#masks.delete(oldest);
    return mask;
  }

  /** A ticket of another run, as it was stored. */
  async #given(hash: string): Promise<TransferredTicket> {
    const found = await this.#options.store.read(hash);
    if (found !== undefined) return readGiven(found);
    throw new RunFolderError(
      `execute: node ${hash} is a ticket of another run, and is not in the store; put it there again`,
    );
  }

  /** Whether the mask that a network starts with was made by removing whole units. */
  #isStructured({ inputs }: Node): boolean {
    const { mask } = this.#graph.node(inputs.start!).inputs;
    return mask !== undefined && this.#graph.node(mask).op === CUT_UNITS.name;
  }

  #startOf(trained: string): string {
    return this.#graph.node(trained).inputs.start!;
  }

  #create(by: "model" | "randomModel", rng: Rng): Model<Input> {
    return checkModel(this.#caller, `what task.${by} gave`, this.#task[by]!(rng));
  }

  get #caller(): string {
    return this.#options.caller ?? "Executor";
  }

  async #init(hash: string): Promise<{ readonly model: Model<Input>; readonly values: Values }> {
    if (this.#first?.hash !== hash) {
      const { architecture, seed } = initParams(this.#graph.node(hash));
      checkSame(this.#caller, "architecture", architecture, this.#task.architecture, hash);
      const model = this.#create("model", stream(seed, "init"));
      this.#first = { hash, model, values: await snapshot(stateOf(model)) };
    }
    return this.#first;
  }

  /** Writes weights along the way of a training as a node of their own. */
  async #putAt(node: Node, model: Model<Input>, seconds: number): Promise<Values> {
    const bytes = await encodeCheckpoint({ weights: parametersOf(model), buffers: buffersOf(model) });
    const files = nodeFiles(node, this.#graph.lineage(hashOf(node))).set("weights.safetensors", bytes);
    await this.#options.store.putIfAbsent(hashOf(node), files, receiptOf(seconds));
    return snapshot(stateOf(model));
  }

  #training(hash: string): TrainNetworkOptions<Input> {
    const { onStep, signal } = this.#options;
    return trainingOf(this.#caller, this.#task, this.#graph.node(hash), { onStep, signal });
  }

  /** Keeps the last good weights of a network that could not be trained, and says where they are. */
  async #failed(error: unknown, label: string, node: Node): Promise<never> {
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
      `${label}: ${message}; ${kept}; finished networks are kept, and the same settings fail at the same step again`,
      { cause: error },
    );
  }
}

function receiptOf(seconds: number): Receipt {
  const by = backend();
  const width = "width" in by ? { width: by.width as number } : {};
  return { seconds: Math.round(Math.max(0, seconds) * 1000) / 1000, backend: by.name, ...width };
}

async function valuesOf(bytes: Uint8Array, place: string): Promise<Values> {
  const { weights, buffers } = decodeCheckpoint(bytes, `${place}/weights.safetensors`);
  return snapshot(new Map<string, Weight>([...weights, ...buffers]));
}
