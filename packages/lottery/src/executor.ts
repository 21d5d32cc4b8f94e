import { backend, type Rng, stream, type Weight } from "@ltt/core";
import { above0, check, checkOptions, type Kinds, map, positive } from "@ltt/core/arguments";
import {
  type Batch,
  buffersOf,
  decodeCheckpoint,
  encodeCheckpoint,
  type Model,
  parametersOf,
  restore,
  snapshot,
  stateOf,
  type UnitGroup,
  unitsOf,
  withParameters,
} from "@ltt/layers";
import { z } from "zod";
import { ACTIONS } from "./actions.ts";
import { type Evidence, type GradientOptions, scoresOf } from "./criterion.ts";
import { cut, POOLS, poolsOf } from "./cut.ts";
import { cutShares } from "./cut-shares.ts";
import { diagonalFisher, firstOf, flowGradient, meanGradient, meanLoss, weightsAt } from "./evidence.ts";
import { readGiven } from "./given.ts";
import type { Graph } from "./graph.ts";
import { canonicalJson, type Json } from "./json.ts";
import { MaskedModel } from "./learned-mask.ts";
import { ratesInSteps } from "./learning-rates.ts";
import { TrainingFailure, type TrainNetworkOptions, trainNetwork, trainTo } from "./network.ts";
import { encodeValues, networkFiles, nodeFiles, readNetwork, type StoredNetwork } from "./network-files.ts";
import { hashOf, type Node, nodeOf, type Params } from "./node.ts";
import { AT, CUT, CUT_UNITS, GIVEN, INIT, SEARCH, SHUFFLE_MASK, START, TRAIN } from "./operations.ts";
import { OPTIMISERS } from "./optimisers.ts";
import { type Pattern, patternOf, sparseWeights, type Values, valuesAt } from "./pattern.ts";
import { injectedBy } from "./published-2020/training-faults.ts";
import { frozenRest, RESTS, withRest } from "./rest.ts";
import { RunFolderError } from "./run-folder-error.ts";
import type { Sighting } from "./search.ts";
import { shuffledPositions } from "./shuffled-positions.ts";
import type { Receipt, Store } from "./store.ts";
import { contributionsOf } from "./structured/contributions.ts";
import { cuttable, cutUnits, unitsLeft } from "./structured/cut-units.ts";
import { UNIT_CRITERIA, UNIT_CRITERION, UNIT_POOLS } from "./structured/unit-criteria.ts";
import { unitsFile } from "./structured/units-file.ts";
import { type Batches, checkBatches, checkModel, type Task } from "./task.ts";
import type { TransferredTicket } from "./transfer.ts";
import { readUnfinished, type Unfinished, unfinishedFiles } from "./unfinished.ts";

/** Seconds after which a network in the making is kept again unless told: the most that a power cut costs. */
const KEEP_EVERY = 120;

/** Masks that are held: the one that a ticket and its controls share, and one made of it. */
const MASKS_HELD = 2;

/** Trained networks that are held in memory: those of a round, which the next one cuts. */
const HELD = 6;

const GRADIENT: Kinds<GradientOptions> = { at: map, temperature: above0 };

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
 * Makes nodes of a graph from what it finds in a store, and puts there what it makes. It knows operations, not arms: all that it does stands in the node that it is
 * asked for and in those that this one rests on.
 *
 * A node that is there and whole is never made again. Of the operations `train` is stored, and `at` where it is not the best weights; the others take less time
 * than reading them would.
 */
export class Executor<Input> {
  readonly #task: Task<Input>;
  readonly #graph: Graph;
  readonly #options: ExecutorOptions;
  readonly #held = new Map<string, StoredNetwork>();
  readonly #masks = new Map<string, Pattern>();
  #first: { readonly hash: string; readonly model: Model<Input>; readonly values: Values } | undefined;

  constructor(task: Task<Input>, graph: Graph, options: ExecutorOptions) {
    this.#task = task;
    this.#graph = graph;
    this.#options = options;
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
    const model = await this.#model(node.inputs.start!);
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
      ...(learner instanceof MaskedModel ? { ...learnt, weights: await learner.ticket() } : learnt),
      searchedSteps: await this.#searchedSteps(node.inputs.start!),
    };
    const files = await networkFiles(node, lineage, start, trained, this.#task.group);
    const rest = await this.#rest(node.inputs.start!, patternOf(trained.weights));
    if (rest !== undefined) files.set("rest.safetensors", encodeValues(rest, 0));
    if (asked.includes("end")) {
      restore(stateOf(model), trained.last);
      await this.#putAt(nodeOf(AT, { state: "end" }, { trained: hash }), model, 0);
    }
    if (this.#isStructured(node)) files.set("units.json", unitsFile(await this.#groups(hash)));
    await store.putIfAbsent(hash, files, receipt());
    await store.checkpoints.drop(hash);
    return (await this.find(hash))!;
  }

  /** The steps that the search for a mask took, where the mask was searched for. */
  async #searchedSteps(start: string): Promise<number | undefined> {
    const { mask } = this.#graph.node(start).inputs;
    if (mask === undefined || this.#graph.node(mask).op !== SEARCH.name) return undefined;
    return (await this.#search(mask)).step;
  }

  #learnsMask(node: Node): boolean {
    return paramsOf(TRAIN, node, trainSchema).learns === "mask";
  }

  /** Whole tensors of `init`, the stored values of `at`; the buffers of either. */
  async #weights(hash: string): Promise<Values> {
    const node = this.#graph.node(hash);
    if (node.op === INIT.name) return (await this.#init(hash)).values;
    const { state } = paramsOf(AT, node, atSchema);
    const trained = node.inputs.trained!;
    if (state === "best") return (await this.train(trained, trained)).best;
    const found = await this.#options.store.read(hash);
    if (found !== undefined) return valuesOf(found.files.get("weights.safetensors")!, found.place);
    const began = this.#options.clock();
    const model = await this.#model(this.#graph.node(trained).inputs.start!);
    const step = state === "end" ? (await this.train(trained, trained)).result.steps : state;
    await trainTo(model, step, this.#training(trained));
    return this.#putAt(node, model, this.#options.clock() - began);
  }

  /** A mask. The last ones used are held: a ticket and its controls share theirs, and scores may take an epoch of gradients. */
  async #mask(hash: string): Promise<Pattern> {
    const make = () => {
      const { op } = this.#graph.node(hash);
      if (op === SHUFFLE_MASK.name) return this.#shuffledMask(hash);
      if (op === SEARCH.name) return this.#search(hash).then(({ mask }) => mask);
      if (op === CUT_UNITS.name) return this.#cutUnits(hash);
      return op === GIVEN.name ? this.#given(hash).then(({ mask }) => mask) : this.#cut(hash);
    };
    const mask = this.#masks.get(hash) ?? (await make());
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

  async #shuffledMask(hash: string): Promise<Pattern> {
    const node = this.#graph.node(hash);
    const { seed } = paramsOf(SHUFFLE_MASK, node, shuffleMaskSchema);
    const mask = await this.#mask(node.inputs.mask!);
    const { values } = await this.#init(this.#initOf(hash));
    const sizes = new Map(Array.from(values, ([name, { length }]) => [name, length]));
    return shuffledPositions(mask, sizes, stream(seed, "mask", hash));
  }

  async #cut(hash: string): Promise<Pattern> {
    const node = this.#graph.node(hash);
    return (await this.#cutAt(hash, node.inputs.weights!, paramsOf(CUT, node, cutSchema))).mask;
  }

  /** The masks of the moments of a training, one after another, until a search has seen enough. */
  async #search(hash: string): Promise<Sighting> {
    const node = this.#graph.node(hash);
    const { stop, ...params } = paramsOf(SEARCH, node, searchSchema);
    const { stop: isEnough } = this.#graph.stop(`execute: node ${hash}`, stop);
    const seen: Sighting[] = [];
    for (const name of Object.keys(node.inputs).sort()) {
      const weights = node.inputs[name]!;
      const { trained } = this.#graph.node(weights).inputs;
      const { curve } = (await this.train(trained!, trained!)).result;
      const step = Number(name);
      const validations = curve.filter((point) => point.step <= step);
      seen.push({ step, validations, ...(await this.#cutAt(hash, weights, params)) });
      if (isEnough(seen)) break;
    }
    return seen.at(-1)!;
  }

  /** What is left of a mask when the lowest scores of some weights have gone, and how many weights there were in the whole. */
  async #cutAt(
    hash: string,
    scored: string,
    { seed, criterion, ...shares }: z.infer<typeof cutSchema>,
  ): Promise<{ readonly mask: Pattern; readonly size: number }> {
    const parent = this.#graph.node(scored).inputs.trained!;
    const { pattern } = await this.train(parent, parent);
    const chosen = this.#graph.criterion(`execute: node ${hash}`, criterion);
    const { group = () => "other" } = this.#task;
    const all = parametersOf((await this.#init(this.#initOf(hash))).model); // what is frozen may be excluded too
    const which = { ...cutShares(`execute: node ${hash}`, shares, all.keys(), group), pool: shares.pool, group };
    const shapes = new Map(Array.from(pattern.keys(), (name) => [name, all.get(name)!.shape]));
    const competing = { mask: pattern, shapes, pools: poolsOf(pattern.keys(), which) };
    const scores = await scoresOf(chosen, this.#evidence(scored, parent, seed, competing));
    const size = Array.from(pattern.keys()).reduce((sum, name) => sum + all.get(name)!.size, 0);
    return { mask: cut(pattern, scores, { ...which, rng: stream(seed, "ties", scored) }), size };
  }

  async #cutUnits(hash: string): Promise<Pattern> {
    const node = this.#graph.node(hash);
    const { seed, criterion, rate, pool } = paramsOf(CUT_UNITS, node, cutUnitsSchema);
    const scored = node.inputs.weights!;
    const parent = this.#graph.node(scored).inputs.trained!;
    const { pattern: mask } = await this.train(parent, parent);
    const { model } = await this.#init(this.#initOf(hash));
    const all = parametersOf(model);
    const shapes = new Map(Array.from(all, ([name, { shape }]) => [name, shape]));
    const groups = unitsLeft(cuttable(await this.#groups(hash)), mask, shapes);
    const scores = await UNIT_CRITERION[criterion].score({
      ...{ groups, mask, shapes, rng: stream(seed, "criterion", scored) },
      weights: () => this.#whole(scored),
      contributions: async (samples) => {
        const trained = await this.#weights(scored);
        const network = withParameters(model, new Map([...all, ...weightsAt(all, mask, trained)]));
        const buffers = buffersOf(network);
        restore(buffers, new Map(Array.from(buffers.keys(), (name) => [name, trained.get(name)!])));
        const batches = this.#training(parent).batches.train(1);
        return contributionsOf(network, groups, await this.#whole(scored), shapes, batches, samples);
      },
    });
    return cutUnits(mask, shapes, groups, scores, { rate, pool, rng: stream(seed, "ties", scored) });
  }

  /** What can be removed from the network as a whole. */
  async #groups(hash: string): Promise<readonly UnitGroup[]> {
    return unitsOf((await this.#init(this.#initOf(hash))).model);
  }

  /** Whether the mask that a network starts with was made by removing whole units. */
  #isStructured({ inputs }: Node): boolean {
    const { mask } = this.#graph.node(inputs.start!).inputs;
    return mask !== undefined && this.#graph.node(mask).op === CUT_UNITS.name;
  }

  #evidence(
    scored: string,
    parent: string,
    seed: number,
    competing: Pick<Evidence, "mask" | "shapes" | "pools">,
  ): Evidence {
    const { mask } = competing;
    const trained = async () => {
      const weights = await this.#weights(scored); // which may hold frozen ones too
      return new Map(Array.from(mask.keys(), (name) => [name, weights.get(name)!]));
    };
    const model = async (values: Values) => {
      const { model } = await this.#init(this.#initOf(scored));
      const weights = parametersOf(model);
      return withParameters(model, new Map([...weights, ...weightsAt(weights, mask, values)]));
    };
    const firstEpoch = () => this.#training(parent).batches.train(1);
    const { signal } = this.#options;
    const batchesOf = (where: string, over: "epoch" | number) => {
      if (over === "epoch") return firstEpoch();
      check(where, "over", over, positive);
      return firstOf(firstEpoch(), over);
    };
    const { embeddings = [] } = this.#task;
    return {
      ...competing,
      rng: stream(seed, "criterion", scored),
      initial: () => this.#initial(this.#startOf(parent), mask),
      trained,
      gradient: async (over, options = {}) => {
        const { at = await trained(), temperature } = checkOptions("gradient", options, GRADIENT);
        return meanGradient(await model(at), batchesOf("gradient", over), { temperature, signal });
      },
      fisher: async (over) => diagonalFisher(await model(await trained()), batchesOf("fisher", over), { signal }),
      flow: async (values) => {
        const { model } = await this.#init(this.#initOf(scored));
        const [batch] = firstOf(firstEpoch(), 1);
        const found = await flowGradient(model, mask, values, batch!, embeddings);
        return new Map(Array.from(mask, ([name, { length }]) => [name, found.get(name) ?? new Float32Array(length)]));
      },
      lossOf: async (values) => meanLoss(await model(values), firstEpoch()),
    };
  }

  /** The weights at step 0 of the training that begins with `init` or a start, or that led to it, at the mask that it begins with. */
  async #initial(hash: string, mask: Pattern): Promise<Values> {
    const node = this.#graph.node(hash);
    if (node.op === INIT.name) return valuesAt((await this.#init(hash)).values, mask);
    const { action } = paramsOf(START, node, startSchema);
    if (action !== "rewind") {
      const own = await this.#mask(node.inputs.mask!); // which the order of shuffled values depends on
      const { values: like } = await this.#init(this.#initOf(hash));
      return valuesAt(spread(like, own, await this.#startValues(hash, own)), mask);
    }
    const whole = this.#graph.node(node.inputs.whole!);
    return this.#initial(whole.op === INIT.name ? node.inputs.whole! : this.#startOf(whole.inputs.trained!), mask);
  }

  #startOf(trained: string): string {
    return this.#graph.node(trained).inputs.start!;
  }

  /** A model with the weights of `init`, of a start, or of a training: new tensors each time. */
  async #model(hash: string): Promise<Model<Input>> {
    const node = this.#graph.node(hash);
    if (node.op === INIT.name) return this.#create("model", stream(paramsOf(INIT, node, initSchema).seed, "init"));
    if (node.op === AT.name) {
      const trained = await this.#model(this.#startOf(node.inputs.trained!));
      const values = await this.#weights(hash);
      const state = stateOf(trained);
      restore(state, new Map([...(await snapshot(state)), ...values])); // of the best weights there are no frozen ones
      return trained;
    }
    const pattern = await this.#mask(node.inputs.mask!);
    const values = await this.#startValues(hash, pattern);
    const { model } = await this.#init(this.#initOf(hash));
    const weights = parametersOf(model);
    // What is frozen is not in the pattern: every network has it whole.
    const started = withParameters(model, new Map([...weights, ...sparseWeights(weights, pattern, values)]));
    const buffers = buffersOf(started); // its own: the model in hand keeps those that it began with
    const { whole } = node.inputs;
    const source = whole === undefined ? (await this.#init(this.#initOf(hash))).values : await this.#weights(whole);
    restore(buffers, new Map(Array.from(buffers.keys(), (name) => [name, source.get(name)!])));
    const rest = await this.#rest(hash, pattern);
    return rest === undefined ? started : withRest(started, rest);
  }

  /** What a start has beside its mask; nothing where that is 0. */
  async #rest(hash: string, mask: Pattern): Promise<Values | undefined> {
    const node = this.#graph.node(hash);
    if (node.op !== START.name) return undefined;
    const { rest } = paramsOf(START, node, startSchema);
    if (rest === "zero") return undefined;
    const { trained, whole } = node.inputs;
    return frozenRest(await this.#whole(whole!), mask, trained === undefined ? undefined : await this.#whole(trained));
  }

  /** The values of a start, at its mask. */
  async #startValues(hash: string, mask: Pattern): Promise<Values> {
    const node = this.#graph.node(hash);
    const { action, seed = 0, signs, value, learns } = paramsOf(START, node, startSchema);
    return ACTIONS.get(action)!(mask, {
      whole: (input) => this.#whole(node.inputs[input]!),
      mask: (input) => this.#mask(node.inputs[input]!),
      given: (input) => this.#given(node.inputs[input]!),
      fresh: () => this.#fresh(seed, hash),
      rng: (purpose) => stream(seed, purpose, hash),
      signs,
      value,
      learns,
      gradientOf: this.#gradients(hash, mask, seed, learns),
    });
  }

  /** Gradients of weights at a mask, of a training batch after another. */
  #gradients(hash: string, mask: Pattern, seed: number, learns: z.infer<typeof startSchema>["learns"]) {
    let batches: Iterator<Batch<Input>> | undefined;
    return async (values: Values): Promise<Values> => {
      if (learns === null) throw new RangeError(`execute: node ${hash} learns nothing, and names no data`);
      batches ??= endless(this.#batches(learns, seed, hash));
      const { model } = await this.#init(this.#initOf(hash));
      const weights = parametersOf(model);
      const network = withParameters(model, new Map([...weights, ...weightsAt(weights, mask, values)]));
      return meanGradient(network, [batches.next().value!], { signal: this.#options.signal });
    };
  }

  /** Whole tensors of weights; what has been pruned is 0. */
  async #whole(hash: string): Promise<Values> {
    const node = this.#graph.node(hash);
    const values = await this.#weights(hash);
    if (node.op === INIT.name) return values;
    const start = this.#graph.node(this.#graph.node(node.inputs.trained!).inputs.start!);
    if (start.op === INIT.name) return values; // nothing has been pruned
    const { values: like } = await this.#init(this.#initOf(hash));
    return spread(like, await this.#mask(start.inputs.mask!), values);
  }

  async #fresh(seed: number, own: string): Promise<Values> {
    const by = this.#task.randomModel === undefined ? "model" : "randomModel";
    return snapshot(stateOf(this.#create(by, stream(seed, "reinit", own))));
  }

  #create(by: "model" | "randomModel", rng: Rng): Model<Input> {
    return checkModel(this.#caller, `what task.${by} gave`, this.#task[by]!(rng));
  }

  get #caller(): string {
    return this.#options.caller ?? "Executor";
  }

  async #init(hash: string): Promise<{ readonly model: Model<Input>; readonly values: Values }> {
    if (this.#first?.hash !== hash) {
      const { architecture, seed } = paramsOf(INIT, this.#graph.node(hash), initSchema);
      this.#check("architecture", architecture, this.#task.architecture, hash);
      const model = this.#create("model", stream(seed, "init"));
      this.#first = { hash, model, values: await snapshot(stateOf(model)) };
    }
    return this.#first;
  }

  /** The first weights that a node rests on: what frozen tensors and shapes are taken from. */
  #initOf(hash: string): string {
    for (const [name, { op }] of this.#graph.lineage(hash)) if (op === INIT.name) return name;
    throw new RangeError(`execute: node ${hash} rests on no "${INIT.name}"`);
  }

  /** Writes weights along the way of a training as a node of their own. */
  async #putAt(node: Node, model: Model<Input>, seconds: number): Promise<Values> {
    const bytes = await encodeCheckpoint({ weights: parametersOf(model), buffers: buffersOf(model) });
    const files = nodeFiles(node, this.#graph.lineage(hashOf(node))).set("weights.safetensors", bytes);
    await this.#options.store.putIfAbsent(hashOf(node), files, receiptOf(seconds));
    return snapshot(stateOf(model));
  }

  #training(hash: string): TrainNetworkOptions<Input> {
    const params = paramsOf(TRAIN, this.#graph.node(hash), trainSchema);
    const { onStep, signal } = this.#options;
    const { epochs, steps, learningRate, patience, evaluationsPerEpoch, evaluateEvery, evaluateEnd } = params;
    const { clipNorm, optimiser, momentum, weightDecay, schedule, warmUp } = params;
    return {
      batches: this.#batches(params, params.seed, hash),
      settings: {
        ...{ epochs, steps, evaluationsPerEpoch, evaluateEvery, evaluateEnd },
        ...{ learningRate, patience, clipNorm: clipNorm ?? undefined },
        ...{ optimiser, momentum: momentum === 0 ? undefined : momentum, weightDecay: weightDecay ?? undefined },
        ...ratesInSteps({ schedule, warmUp }),
        ...(params.l1 === 0 ? {} : { l1: params.l1 }),
        ...(params.measureTraining ? { measureTraining: true } : {}),
      },
      seed: params.seed,
      firstStep: params.firstStep,
      rewiring: params.rewiring ?? undefined,
      gammaPenalty: params.gammaPenalty,
      embeddings: this.#task.embeddings,
      measure: this.#task.measure,
      chance: this.#task.chance,
      ...injectedBy(params.faults),
      onStep: (step, loss) => onStep?.(hash, step, loss),
      signal,
    };
  }

  /** The task's batches, for a node that names their data. */
  #batches(
    { data, backend: name }: { readonly data: Json; readonly backend: string },
    seed: number,
    hash: string,
  ): Batches<Input> {
    this.#check("data", data, this.#task.data, hash);
    if (name !== backend().name)
      throw new RangeError(`execute: node ${hash} is of the backend ${name}; ${backend().name} is in use`);
    return checkBatches(`${this.#caller}: task.batches(${seed})`, this.#task.batches(seed));
  }

  #check(what: string, said: Json, has: Json, hash: string): void {
    if (canonicalJson(said) === canonicalJson(has)) return;
    throw new RangeError(
      `execute: node ${hash} is of other ${what}: ${canonicalJson(said)}; the task has ${canonicalJson(has)}`,
    );
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

function receiptOf(seconds: number): Receipt {
  const by = backend();
  const width = "width" in by ? { width: by.width as number } : {};
  return { seconds: Math.round(Math.max(0, seconds) * 1000) / 1000, backend: by.name, ...width };
}

async function valuesOf(bytes: Uint8Array, place: string): Promise<Values> {
  const { weights, buffers } = decodeCheckpoint(bytes, `${place}/weights.safetensors`);
  return snapshot(new Map<string, Weight>([...weights, ...buffers]));
}

/** The training batches of an epoch after another. */
function* endless<Input>({ train }: Batches<Input>): Generator<Batch<Input>, never> {
  for (let epoch = 1; ; epoch++) yield* train(epoch);
}

/** The values of a pattern in whole tensors, 0 elsewhere. */
function spread(like: Values, pattern: Pattern, values: Values): Values {
  return new Map(
    Array.from(pattern, ([name, positions]) => {
      const whole = new Float32Array(like.get(name)!.length);
      positions.forEach((at, i) => {
        whole[at] = values.get(name)![i]!;
      });
      return [name, whole];
    }),
  );
}
