import { CRITERIA, checkCriterion } from "./criteria/criteria.ts";
import { type Criterion, identityOf } from "./criterion.ts";
import { canonicalJson, type Json } from "./json.ts";
import type { State } from "./moment.ts";
import { type Hash, hashOf, type Node } from "./node.ts";
import { checkStop, STOPS, type StopSearch } from "./search.ts";
import { withDigest } from "./with-digest.ts";

/** Nodes by hash. */
export type Lineage = ReadonlyMap<string, Node>;

/** An experiment, as data: nodes that name each other. Adding one runs nothing, and adding it twice adds it once. */
export class Graph {
  readonly #nodes = new Map<string, Node>();
  readonly #criteria = new Map<string, Criterion>();
  readonly #stops = new Map<string, StopSearch>();

  /** @param nodes - Of another graph, or of a `lineage.json`. */
  constructor(nodes: Iterable<Node> = []) {
    for (const node of nodes) this.add(node);
  }

  add<Kind extends string>(node: Node<Kind>): Hash<Kind> {
    const hash = hashOf(node);
    this.#nodes.set(hash, node);
    return hash;
  }

  /**
   * Makes a criterion known that nodes may name: code, and no part of any node.
   *
   * @param plugin - The digest of the plugin file that it comes from, if it does not say so itself.
   * @returns what nodes name it by.
   * @throws {TypeError | RangeError} if it is none, has the name of a built-in one, or another is known by this identity.
   */
  know(where: string, criterion: Criterion, plugin?: string): Json {
    checkCriterion(where, criterion);
    if (CRITERIA.includes(criterion)) return identityOf(criterion);
    const own = criterion.plugin === undefined && plugin !== undefined ? withDigest(criterion, plugin) : criterion;
    const identity = identityOf(own);
    const name = canonicalJson(identity);
    if ((this.#criteria.get(name) ?? own).score !== own.score) {
      throw new RangeError(`${where}: there is another criterion ${name}; give this one another name or version`);
    }
    this.#criteria.set(name, own);
    return identity;
  }

  /**
   * The same for what ends a search.
   *
   * @throws {TypeError | RangeError} as `know`.
   */
  knowStop(where: string, stop: StopSearch, plugin?: string): Json {
    checkStop(where, stop);
    if (STOPS.includes(stop)) return identityOf(stop);
    const own = stop.plugin === undefined && plugin !== undefined ? { ...stop, plugin } : stop;
    const identity = identityOf(own);
    const name = canonicalJson(identity);
    if ((this.#stops.get(name) ?? own).stop !== own.stop)
      throw new RangeError(`${where}: there is another stop ${name}; give this one another name or version`);
    this.#stops.set(name, own);
    return identity;
  }

  /**
   * What ends the search of a node.
   *
   * @throws {RangeError} if it is not known.
   */
  stop(where: string, identity: Json): StopSearch {
    const name = canonicalJson(identity);
    const found = STOPS.find((stop) => canonicalJson(identityOf(stop)) === name) ?? this.#stops.get(name);
    if (found !== undefined) return found;
    throw new RangeError(
      `${where}: stop ${name} is not known; what names it comes from a plugin file that was not given, or was changed`,
    );
  }

  /** Those that are known besides the built-in ones. */
  criteria(): Criterion[] {
    return [...this.#criteria.values()];
  }

  /** The same of what ends searches. */
  stops(): StopSearch[] {
    return [...this.#stops.values()];
  }

  /**
   * The criterion that a node names.
   *
   * @throws {RangeError} if it is not known.
   */
  criterion(where: string, identity: Json): Criterion {
    const name = canonicalJson(identity);
    const found =
      CRITERIA.find((criterion) => canonicalJson(identityOf(criterion)) === name) ?? this.#criteria.get(name);
    if (found !== undefined) return found;
    throw new RangeError(
      `${where}: criterion ${name} is not known; what names it comes from a plugin file that was not given, or was changed`,
    );
  }

  /** @throws {RangeError} if there is none of this name. */
  node(hash: string): Node {
    const node = this.#nodes.get(hash);
    if (node === undefined) throw new RangeError(`graph: there is no node ${hash}`);
    return node;
  }

  /** The names of all nodes. */
  names(): string[] {
    return [...this.#nodes.keys()];
  }

  /** All nodes that a node rests on, and itself. */
  lineage(hash: string): Lineage {
    const found = new Map<string, Node>();
    const visit = (name: string) => {
      if (found.has(name)) return;
      const node = this.node(name);
      found.set(name, node);
      for (const input of Object.values(node.inputs)) visit(input);
    };
    visit(hash);
    return found;
  }

  /** The first weights that a node rests on. @throws {RangeError} if it rests on none. */
  initOf(hash: string): string {
    for (const [name, { op }] of this.lineage(hash)) if (op === "init") return name;
    throw new RangeError(`graph: node ${hash} rests on no "init"`);
  }

  /** States of a training whose weights other nodes ask for, besides the best. */
  statesAskedOf(trained: string): State[] {
    return [...this.#nodes.values()].flatMap(({ op, params, inputs: { trained: of } }) =>
      op === "at" && of === trained && params.state !== "best" ? [params.state as State] : [],
    );
  }
}
