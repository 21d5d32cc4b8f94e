import type { UnitGroup } from "@ltt/layers";
import { z } from "zod";
import type { Criterion } from "../criterion.ts";
import { readGiven } from "../given.ts";
import { Graph } from "../graph.ts";
import { nodesOf } from "../network-files.ts";
import { hashOf, type Node } from "../node.ts";
import { AT, INIT, TRAIN } from "../operations.ts";
import { RunFolderError } from "../run-folder-error.ts";
import type { Store, StoredFiles } from "../store.ts";
import { readUnits } from "../structured/units-file.ts";
import type { TransferredTicket } from "../transfer.ts";
import { type Part, readPart } from "./part.ts";

/** What the audit reads of a result. */
interface AuditedResult {
  readonly earlyStopStep: number;
  readonly firstStep: number;
  readonly tensors: readonly {
    readonly name: string;
    readonly group: string;
    readonly size: number;
    readonly kept: number;
    readonly frozen?: true | undefined;
  }[];
}

const resultSchema: z.ZodType<AuditedResult> = z.object({
  earlyStopStep: z.int(),
  firstStep: z.int(),
  tensors: z.array(
    z.object({ name: z.string(), group: z.string(), size: z.int(), kept: z.int(), frozen: z.literal(true).optional() }),
  ),
});

/** A network as its files hold it. */
export interface AuditedNetwork {
  readonly hash: string;
  /** Its node and those that it rests on: every name is the hash of what the files say. */
  readonly graph: Graph;
  /** Before training, and the best weights after it. */
  readonly start: Part;
  readonly trained: Part;
  /** The bytes of `predictions.safetensors`. */
  readonly predictions: Uint8Array;
  /** Where the units of the whole network lie; of a network from which no whole units were removed, none. */
  readonly units: readonly UnitGroup[];
  /** What `metrics.jsonl` says of it. */
  readonly result: AuditedResult;
  /** Tensors that are neither trained nor pruned. */
  readonly frozen: ReadonlySet<string>;
}

/** Networks that are held in memory: what the levels of a round are compared with. */
const HELD = 10;

/** Reads what the audit looks at from the files of a store, each network once as long as it is needed. */
export class AuditedFiles {
  readonly #store: Store;
  readonly #networks: readonly string[];
  readonly #held = new Map<string, AuditedNetwork>();

  /** Criteria that networks may have been cut by, besides the built-in ones. */
  readonly criteria: readonly Criterion[];

  /** @param networks - Those of the audit: the dense one, whose start others rest on, is among them. */
  constructor(store: Store, criteria: readonly Criterion[], networks: readonly string[] = []) {
    this.#store = store;
    this.criteria = criteria;
    this.#networks = networks;
  }

  /** @throws {RunFolderError} if its files are missing, damaged, or another node's. */
  async network(hash: string): Promise<AuditedNetwork> {
    const network = this.#held.get(hash) ?? (await this.#read(hash));
    this.#held.delete(hash);
    this.#held.set(hash, network); // the last one used is the last one to go
    for (const oldest of this.#held.keys()) if (this.#held.size > HELD) this.#held.delete(oldest);
    return network;
  }

  /**
   * The weights of an `init` or `at` node.
   *
   * @param graph - The node is in it, and so is what it rests on.
   * @throws {RunFolderError} if no file holds them.
   */
  async weights(hash: string, graph: Graph): Promise<Part> {
    const { op, params, inputs } = graph.node(hash);
    if (op === INIT.name) {
      const dense = graph.names().find((name) => startsWith(graph.node(name), hash)) ?? (await this.#denseOf(hash));
      if (dense === undefined) throw new RunFolderError(`no network of the run holds the weights ${hash} whole`);
      return (await this.network(dense)).start;
    }
    if (op !== AT.name) throw new RangeError(`audit: node ${hash} is "${op}", which is no weights`);
    if (params.state === "best") return (await this.network(inputs.trained!)).trained;
    // written only where a criterion asked for them
    if (params.state === 0 && !(await this.#store.has(hash))) return (await this.network(inputs.trained!)).start;
    return partOf(await this.#stored(hash), "weights.safetensors");
  }

  /** Whether there is a node of this name. */
  has(hash: string): Promise<boolean> {
    return this.#store.has(hash);
  }

  /**
   * The weights at step 0 of a training, or of the one that led to it where it was rewound to a later step.
   *
   * @throws {RunFolderError} if no file holds them.
   */
  async initial(trained: string): Promise<Part> {
    const { graph, start } = await this.network(trained);
    const { op, params, inputs } = graph.node(graph.node(trained).inputs.start!);
    if (op === INIT.name || params.action !== "rewind") return start;
    const whole = graph.node(inputs.whole!);
    return whole.op === INIT.name ? this.weights(inputs.whole!, graph) : this.initial(whole.inputs.trained!);
  }

  /**
   * A ticket of another run, as it was stored.
   *
   * @throws {RunFolderError} if it is missing or damaged, or its files are not those that its node names.
   */
  async given(hash: string): Promise<TransferredTicket> {
    return readGiven(await this.#stored(hash));
  }

  /** The network of the audit that starts from initial weights, whole: a ticket of another run does not rest on it. */
  async #denseOf(init: string): Promise<string | undefined> {
    for (const network of this.#networks) {
      const node = await this.#store.node(network);
      if (node !== undefined && startsWith(node, init)) return network;
    }
    return undefined;
  }

  async #read(hash: string): Promise<AuditedNetwork> {
    const stored = await this.#stored(hash);
    const graph = new Graph(nodesOf(stored));
    if (graph.node(hash).op !== TRAIN.name) throw new RunFolderError(`${stored.place}: this is no network`);
    const lines = Buffer.from(stored.files.get("metrics.jsonl") ?? []);
    const result = resultSchema.safeParse(parsed(lines.toString("utf8").trimEnd().split("\n").at(-1)!));
    if (!result.success) throw new RunFolderError(`${stored.place}/metrics.jsonl: there is no result`);
    const frozen = result.data.tensors.flatMap(({ name, frozen }) => (frozen === true ? [name] : []));
    const start = stored.files.has("initial.safetensors") ? "initial.safetensors" : "ticket.safetensors";
    return {
      hash,
      graph,
      start: partOf(stored, start),
      trained: partOf(stored, "weights.safetensors"),
      predictions: fileOf(stored, "predictions.safetensors"),
      units: unitsOf(stored),
      result: result.data,
      frozen: new Set(frozen),
    };
  }

  async #stored(hash: string): Promise<StoredFiles> {
    const found = await this.#store.read(hash);
    if (found === undefined) throw new RunFolderError(`node ${hash} is missing or damaged`);
    const [own] = nodesOf(found);
    if (hashOf(own!) !== hash) throw new RunFolderError(`${found.place}/config.json: this is another node's`);
    return found;
  }
}

function startsWith({ op, inputs }: Node, init: string): boolean {
  return op === TRAIN.name && inputs.start === init;
}

function unitsOf(stored: StoredFiles): readonly UnitGroup[] {
  const bytes = stored.files.get("units.json");
  if (bytes === undefined) return [];
  try {
    return readUnits(bytes);
  } catch (error) {
    throw new RunFolderError(`${stored.place}/units.json: there are no units`, { cause: error });
  }
}

function partOf(stored: StoredFiles, name: string): Part {
  return readPart(fileOf(stored, name), `${stored.place}/${name}`);
}

function fileOf({ place, files }: StoredFiles, name: string): Uint8Array {
  const bytes = files.get(name);
  if (bytes === undefined) throw new RunFolderError(`${place}/${name} is missing`);
  return bytes;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // refused by the schema
  }
}
