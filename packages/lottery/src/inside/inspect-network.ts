import { detach, type Rng, stream, type Tensor, type Weight } from "@ltt/core";
import { callable, check, checkOptions, count, type Kinds, list, positive, text } from "@ltt/core/arguments";
import {
  buffersOf,
  decodeCheckpoint,
  isFrozen,
  type Model,
  parametersOf,
  restore,
  snapshot,
  stateOf,
  withParameters,
} from "@ltt/layers";
import { classification } from "../classification.ts";
import type { Criterion } from "../criterion.ts";
import { firstOf } from "../evidence.ts";
import { Executor } from "../executor.ts";
import { Graph } from "../graph.ts";
import { signal as aSignal } from "../kinds.ts";
import { nodesOf, readNetwork, readValues, type StoredNetwork } from "../network-files.ts";
import { hashOf, nodeOf } from "../node.ts";
import { initParams, trainParams } from "../node-params.ts";
import { checkOrigin, checkSame } from "../node-training.ts";
import { AT, INIT, TRAIN } from "../operations.ts";
import { type Pattern, patternOf, sparseWeights, valuesAt } from "../pattern.ts";
import { withRest } from "../rest.ts";
import { RunFolderError } from "../run-folder-error.ts";
import type { StopSearch } from "../search.ts";
import { type Store, type StoredFiles, storeKind } from "../store.ts";
import { checkBatches, checkModel, checkTask, type Task } from "../task.ts";
import { aligned, type Masked, union } from "./aligned.ts";
import { type Connection, connection } from "./error-barrier.ts";
import { type LayerImportance, layerImportance } from "./layer-importance.ts";
import { layersOf } from "./layers-of.ts";
import { type Movement, weightMovement } from "./weight-movement.ts";

export interface InspectOptions {
  /** In seconds, for receipts; never for results. */
  readonly clock: () => number;
  readonly signal?: AbortSignal | undefined;
  /**
   * Train copies of the network, and look at the line between them: from its start, or of a dense network from the
   * weights after a step. Default: none are trained.
   */
  readonly siblingsFrom?: number | undefined;
  /** Places between the two. Default 30. */
  readonly between?: number | undefined;
  /** Called after every step of a copy's training. */
  readonly onStep?: ((hash: string, step: number, loss: number) => void) | undefined;
  /** Criteria that copies may rest on besides the built-in ones. */
  readonly criteria?: readonly Criterion[] | undefined;
  /** What may end the searches that copies rest on, besides the built-in stops. */
  readonly stops?: readonly StopSearch[] | undefined;
}

/**
 * What a look inside a trained network finds. Where its mask changed while it trained (`set`, `rigl`, `learned-supermask`),
 * weights are compared by their positions, and one that a network does not have is 0 there.
 */
export interface Inspection {
  /**
   * Of its own weights, from its start to its best. Those that its start did not have began at 0, as rewiring grows
   * them; those that it has lost are not counted.
   */
  readonly movement: { readonly all: Movement; readonly tensors: Readonly<Record<string, Movement>> };
  /** Of a network that was cut from a dense one: how far the dense network moved the weights that it kept, and the others. */
  readonly inDense?: { readonly kept: Movement; readonly others: Movement } | undefined;
  /** Of the test examples. */
  readonly accuracy: number;
  /** A layer that is put back to `initial` has the weights and the mask of the start, to `fresh` its own mask. */
  readonly layers: readonly LayerImportance[];
  readonly siblings?: (Connection & { readonly step: number; readonly nodes: readonly [string, string] }) | undefined;
}

/** What the seed of a copy's noise is more than the network's: order of batches and dropout draw from it. */
const OTHER_NOISE = 1_000_000;

/** Batches that running statistics are computed on at a place between networks. */
const STATISTICS = 100;

/**
 * Looks inside a trained network of a store: how far its weights moved, which layer matters and, if asked, whether it
 * is stable to the noise of SGD. What is measured is measured on all test examples.
 *
 * @param hash - Of a `train` node.
 * @throws {RunFolderError} if there is no such network in the store.
 * @throws {RangeError} if the task or the backend is not the one that the node names, or copies are to begin
 *   after the start of a sparse network, or when training has ended.
 */
export async function inspectNetwork<Input>(
  task: Task<Input>,
  hash: string,
  store: Store,
  options: InspectOptions,
): Promise<Inspection> {
  checkTask("inspectNetwork", task);
  check("inspectNetwork", "hash", hash, text);
  check("inspectNetwork", "store", store, storeKind);
  const checked = checkOptions("inspectNetwork", options, OPTIONS, ["clock"]);
  const stored = await store.read(hash);
  if (stored === undefined)
    throw new RunFolderError(`inspectNetwork: there is no node ${hash}; names are in metrics.csv`);
  const graph = new Graph(nodesOf(stored));
  for (const criterion of checked.criteria ?? []) graph.know("inspectNetwork", criterion);
  for (const stop of checked.stops ?? []) graph.knowStop("inspectNetwork", stop);
  if (graph.node(hash).op !== TRAIN.name)
    throw new RunFolderError(
      `inspectNetwork: node ${hash} is "${graph.node(hash).op}"; only trained networks are inspected`,
    );
  checkOrigin("inspectNetwork", task, trainParams(graph.node(hash)), hash);
  const { architecture } = initParams(graph.node(graph.initOf(hash)));
  checkSame("inspectNetwork", "architecture", architecture, task.architecture, hash);
  const network = await readNetwork(stored);
  const { seed } = graph.node(hash).params as { seed: number };
  const { pattern: mask } = network;
  if (checked.siblingsFrom !== undefined) checkSiblings(graph, hash, checked.siblingsFrom, network.result.steps);
  const start = await startOf(stored);
  const movement = weightMovement(aligned(start, mask), aligned(trainedOf(network), mask));
  const layers = await layersPutBack(task, stored, { start, mask, seed });
  checked.signal?.throwIfAborted();
  const dense = denseOf(graph, hash);
  return {
    movement: { all: movement.all, tensors: Object.fromEntries(movement.tensors) },
    ...(dense === hash ? {} : { inDense: await inDense(await read(store, dense), mask) }),
    accuracy: network.result.testAccuracy,
    layers,
    ...(checked.siblingsFrom === undefined
      ? {}
      : { siblings: await siblings(task, graph, hash, store, checked.siblingsFrom, checked) }),
  };
}

const OPTIONS: Kinds<InspectOptions> = {
  clock: callable,
  signal: aSignal,
  siblingsFrom: count,
  between: positive,
  onStep: callable,
  criteria: list,
  stops: list,
};

/** Which layer matters: each put back to what it began as, and to fresh weights. */
async function layersPutBack<Input>(
  task: Task<Input>,
  stored: StoredFiles,
  { start, mask, seed }: { readonly start: Masked; readonly mask: Pattern; readonly seed: number },
): Promise<LayerImportance[]> {
  const batches = checkBatches(`inspectNetwork: task.batches(${seed})`, task.batches(seed));
  const by = task.randomModel === undefined ? "model" : "randomModel";
  const random = checkModel("inspectNetwork", `what task.${by} gave`, task[by]!(stream(seed, "inspection")));
  const fresh = { pattern: mask, values: valuesAt(await snapshot(parametersOf(random)), mask) };
  const all = union(mask, start.pattern);
  const model = await modelOf(task, stored, all);
  const others = { initial: aligned(start, all), fresh: aligned(fresh, all) };
  const found = await layerImportance(model, others, batches.test, task.measure ?? classification);
  const tensors = layersOf(mask.keys());
  const storedOf = (layer: string) => tensors.get(layer)!.reduce((sum, name) => sum + mask.get(name)!.length, 0);
  return found.map(({ layer, accuracy }) => ({ layer, stored: storedOf(layer), accuracy }));
}

/** The dense network whose weights a network's mask was first cut from; its own if it is dense. */
function denseOf(graph: Graph, hash: string): string {
  const start = graph.node(graph.node(hash).inputs.start!);
  if (start.op === INIT.name) return hash;
  const trained = [...graph.lineage(hash)].find(
    ([, { op, inputs }]) => op === TRAIN.name && graph.node(inputs.start!).op === INIT.name,
  );
  if (trained !== undefined) return trained[0];
  throw new RangeError(`inspectNetwork: node ${hash} rests on no dense network of this run`);
}

async function inDense(stored: StoredFiles, mask: Pattern): Promise<NonNullable<Inspection["inDense"]>> {
  const [start, trained] = [await startOf(stored), trainedOf(await readNetwork(stored))];
  const rest = new Map(
    Array.from(mask, ([name, positions]) => {
      const kept = new Set(positions);
      return [name, start.pattern.get(name)!.filter((at) => !kept.has(at))];
    }),
  );
  const moved = (part: Pattern) => weightMovement(aligned(start, part), aligned(trained, part)).all;
  return { kept: moved(mask), others: moved(rest) };
}

/** Copies go on from a step of dense training, before it ended: of later ones no step would be left to train. */
function checkSiblings(graph: Graph, hash: string, step: number, steps: number): void {
  if (step === 0) return;
  const { params, inputs } = graph.node(hash);
  const { learns } = params as { learns?: string };
  if (graph.node(inputs.start!).op !== INIT.name || learns === "mask") {
    throw new RangeError(
      `inspectNetwork: node ${hash} is sparse: copies of it begin with its start, siblingsFrom is 0`,
    );
  }
  if (step >= steps) {
    throw new RangeError(
      `inspectNetwork: siblingsFrom is ${step}: node ${hash} was trained for ${steps} steps, and copies go on before the last`,
    );
  }
}

/** Trains copies that begin alike and meet other noise, and measures the line between them. */
async function siblings<Input>(
  task: Task<Input>,
  graph: Graph,
  hash: string,
  store: Store,
  step: number,
  { clock, signal, onStep, between = 30 }: InspectOptions,
): Promise<NonNullable<Inspection["siblings"]>> {
  const node = graph.node(hash);
  const { seed } = node.params as { seed: number };
  const begun = step === 0 ? node : { ...nodeOf(TRAIN, { ...node.params, firstStep: step }), version: node.version };
  const start = step === 0 ? node.inputs.start! : graph.add(nodeOf(AT, { state: step }, { trained: hash }));
  const copy = (noise: number) => graph.add({ ...begun, params: { ...begun.params, seed: noise }, inputs: { start } });
  const nodes = [copy(seed), copy(seed + OTHER_NOISE)] as const;
  const executor = new Executor(task, graph, { store, clock, signal, onStep, caller: "inspectNetwork" });
  const train = (one: string) => executor.train(one, `copy ${one} of ${hash}`);
  const [first, second] = [await train(nodes[0]), await train(nodes[1])];
  const all = union(first.pattern, second.pattern);
  const model = await modelOf(task, await read(store, nodes[0]), all);
  const whole = await snapshot(stateOf(model)); // frozen tensors are in no network's own values
  const end = (copy: StoredNetwork) => new Map([...whole, ...copy.best, ...aligned(trainedOf(copy), all)]);
  const batches = task.batches(seed);
  const rng: Rng = stream(seed, "statistics", hashOf(node));
  const found = await connection(model, end(first), end(second), {
    ...{ between, rng, signal, measure: task.measure ?? classification, batches: batches.test },
    statistics: () => firstOf(batches.train(1), STATISTICS),
  });
  return { ...found, step, nodes };
}

async function read(store: Store, hash: string): Promise<StoredFiles> {
  const stored = await store.read(hash);
  if (stored !== undefined) return stored;
  throw new RunFolderError(`inspectNetwork: node ${hash} is missing or damaged`);
}

/**
 * The network with its best weights, and with its frozen rest where it has one; what is frozen stays so.
 *
 * @param all - The positions that are stored: its own, and others, which are 0.
 */
async function modelOf<Input>(task: Task<Input>, stored: StoredFiles, all: Pattern): Promise<Model<Input>> {
  const { weights, buffers } = weightsIn(stored, "weights.safetensors");
  const made = checkModel("inspectNetwork", "what task.model gave", task.model(stream(0, "inspection")));
  const own = Array.from(parametersOf(made), ([name, like]): [string, Weight] => {
    const weight = weights.get(name)!;
    return [name, isFrozen(like) ? detach(weight as Tensor) : weight];
  });
  const pattern = patternOf(weights);
  const wider = new Map([...all].filter(([name, { length }]) => length > pattern.get(name)!.length));
  const values = aligned({ pattern, values: await snapshot(weights) }, wider);
  const model = withParameters(made, new Map([...own, ...sparseWeights(weights, wider, values)]));
  restore(buffersOf(model), await snapshot(buffers));
  return stored.files.has(REST) ? withRest(model, readValues(stored, REST)) : model;
}

const REST = "rest.safetensors";

/** The weights that a network began with. */
async function startOf(stored: StoredFiles): Promise<Masked> {
  const name = stored.files.has("initial.safetensors") ? "initial.safetensors" : "ticket.safetensors";
  const { weights } = weightsIn(stored, name);
  return { pattern: patternOf(weights), values: await snapshot(weights) };
}

function trainedOf({ pattern, best }: StoredNetwork): Masked {
  return { pattern, values: best };
}

function weightsIn({ files, place }: StoredFiles, name: string): ReturnType<typeof decodeCheckpoint> {
  return decodeCheckpoint(files.get(name)!, `${place}/${name}`);
}
