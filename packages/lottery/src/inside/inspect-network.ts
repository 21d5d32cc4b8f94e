import { type Rng, stream, tensor, type Weight } from "@ltt/core";
import { callable, check, checkOptions, count, type Kinds, positive, text } from "@ltt/core/arguments";
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
import { firstOf } from "../evidence.ts";
import { Executor } from "../executor.ts";
import { Graph } from "../graph.ts";
import { signal as aSignal } from "../kinds.ts";
import { nodesOf, readNetwork } from "../network-files.ts";
import { hashOf, nodeOf } from "../node.ts";
import { AT, INIT, TRAIN } from "../operations.ts";
import { type Pattern, type Values, valuesAt } from "../pattern.ts";
import { RunFolderError } from "../run-folder-error.ts";
import { type Store, type StoredFiles, storeKind } from "../store.ts";
import { checkBatches, checkModel, checkTask, type Task } from "../task.ts";
import { type Connection, connection } from "./error-barrier.ts";
import { type LayerImportance, layerImportance } from "./layer-importance.ts";
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
}

/** What a look inside a trained network finds. */
export interface Inspection {
  /** Of its own weights, from its start to its best. */
  readonly movement: { readonly all: Movement; readonly tensors: Readonly<Record<string, Movement>> };
  /** Of a sparse network: how far the dense network moved the weights that it kept, and the others. */
  readonly inDense?: { readonly kept: Movement; readonly others: Movement } | undefined;
  /** Of the test examples. */
  readonly accuracy: number;
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
 * @throws {RangeError} if the task or the backend is not the one that the node names, or copies of a sparse network are
 *   to begin after its start.
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
  if (graph.node(hash).op !== TRAIN.name)
    throw new RunFolderError(
      `inspectNetwork: node ${hash} is "${graph.node(hash).op}"; only trained networks are inspected`,
    );
  const network = await readNetwork(stored);
  const { seed } = graph.node(hash).params as { seed: number };
  const model = modelOf(task, stored);
  const batches = checkBatches(`inspectNetwork: task.batches(${seed})`, task.batches(seed));
  const { measure = classification } = task;
  const [start, trained] = [startOf(stored), network.best];
  const mask = network.pattern;
  const movement = weightMovement(onlyIn(start, mask), onlyIn(trained, mask));
  const by = task.randomModel === undefined ? "model" : "randomModel";
  const fresh = checkModel("inspectNetwork", `what task.${by} gave`, task[by]!(stream(seed, "inspection")));
  const drawn = valuesAt(await snapshot(parametersOf(fresh)), mask);
  const frozen = new Map([...(await snapshot(parametersOf(model)))].filter(([name]) => !mask.has(name)));
  const others = { initial: new Map([...frozen, ...start]), fresh: new Map([...frozen, ...drawn]) };
  const layers = await layerImportance(model, others, batches.test, measure);
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
};

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
  const { pattern: whole, best } = await readNetwork(stored);
  const start = startOf(stored);
  const rest = new Map(
    Array.from(whole, ([name, positions]) => {
      const kept = new Set(mask.get(name));
      return [name, positions.filter((at) => !kept.has(at))];
    }),
  );
  const moved = (part: Pattern) =>
    weightMovement(valuesAt(onlyIn(start, part), part), valuesAt(onlyIn(best, part), part)).all;
  return { kept: moved(mask), others: moved(rest) };
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
  const isDense = graph.node(node.inputs.start!).op === INIT.name;
  if (step > 0 && !isDense)
    throw new RangeError(
      `inspectNetwork: node ${hash} is sparse: copies of it begin with its start, siblingsFrom is 0`,
    );
  const begun = step === 0 ? node : { ...nodeOf(TRAIN, { ...node.params, firstStep: step }), version: node.version };
  const start = step === 0 ? node.inputs.start! : graph.add(nodeOf(AT, { state: step }, { trained: hash }));
  const copy = (noise: number) => graph.add({ ...begun, params: { ...begun.params, seed: noise }, inputs: { start } });
  const nodes = [copy(seed), copy(seed + OTHER_NOISE)] as const;
  const executor = new Executor(task, graph, { store, clock, signal, onStep, caller: "inspectNetwork" });
  const train = (one: string) => executor.train(one, `copy ${one} of ${hash}`);
  const [first, second] = [await train(nodes[0]), await train(nodes[1])];
  const model = modelOf(task, await read(store, nodes[0]));
  const whole = await snapshot(stateOf(model)); // frozen tensors are in no network's own values
  const [a, b] = [new Map([...whole, ...first.best]), new Map([...whole, ...second.best])];
  const batches = task.batches(seed);
  const rng: Rng = stream(seed, "statistics", hashOf(node));
  const found = await connection(model, a, b, {
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

/** The network with its best weights; what is frozen stays so. */
function modelOf<Input>(task: Task<Input>, { files, place }: StoredFiles): Model<Input> {
  const { weights, buffers } = decodeCheckpoint(files.get("weights.safetensors")!, `${place}/weights.safetensors`);
  const made = checkModel("inspectNetwork", "what task.model gave", task.model(stream(0, "inspection")));
  const own = Array.from(parametersOf(made), ([name, like]): [string, Weight] => {
    const weight = weights.get(name)!;
    return [name, isFrozen(like) && "data" in weight ? tensor(weight.data as Float32Array, like.shape) : weight];
  });
  const model = withParameters(made, new Map(own));
  restore(buffersOf(model), new Map(Array.from(buffers, ([name, buffer]) => [name, buffer.data as Float32Array])));
  return model;
}

/** The values that a network began with, in the order of its mask. */
function startOf({ files, place }: StoredFiles): Values {
  const name = files.has("initial.safetensors") ? "initial.safetensors" : "ticket.safetensors";
  const { weights } = decodeCheckpoint(files.get(name)!, `${place}/${name}`);
  return new Map(
    Array.from(weights, ([tensor, weight]) => [
      tensor,
      ("values" in weight ? weight.values.data : weight.data) as Float32Array,
    ]),
  );
}

function onlyIn(values: Values, mask: Pattern): Values {
  return new Map([...values].filter(([name]) => mask.has(name)));
}
