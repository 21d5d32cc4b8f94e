import type { Graph } from "./graph.ts";
import { TRAIN } from "./operations.ts";

/**
 * Networks that wait to be trained, each for those that it rests on: which of them can be trained now, and which of these comes first.
 *
 * The order is that of the plan, so that results come as early as with one job. A network is urgent where the longest
 * chain that begins with it takes as long as all that waits, divided among the jobs: then the longest chain goes first,
 * or it would still be running when there is nothing else left to do. Every network counts 1.
 */
export class Schedule {
  /** Networks that nobody has taken, in the order of the plan, and those that each rests on. */
  readonly #waiting = new Map<string, readonly string[]>();
  readonly #finished = new Set<string>();
  /** How many networks the longest chain has that begins with this one. */
  readonly #chains = new Map<string, number>();

  /** @param networks - Nodes of the graph, each after all that it rests on. */
  constructor(graph: Graph, networks: Iterable<string>) {
    for (const network of networks) {
      const before = [...graph.lineage(network)].flatMap(([name, { op }]) =>
        op === TRAIN.name && name !== network && this.#waiting.has(name) ? [name] : [],
      );
      this.#waiting.set(network, before);
    }
    for (const [network, before] of [...this.#waiting].reverse()) {
      const chain = this.#chains.get(network) ?? 1;
      this.#chains.set(network, chain);
      for (const name of before) this.#chains.set(name, Math.max(this.#chains.get(name) ?? 1, chain + 1));
    }
  }

  /** A network is in the store, whoever made it. */
  finish(network: string): void {
    this.#waiting.delete(network);
    this.#finished.add(network);
  }

  /** Takes a network that can be trained now, for one of so many jobs; `undefined` if there is none. */
  take(jobs: number): string | undefined {
    const ready = [...this.#waiting].flatMap(([network, before]) =>
      before.every((name) => this.#finished.has(name)) ? [network] : [],
    );
    if (ready.length === 0) return undefined;
    const longest = ready.reduce((a, b) => (this.#chains.get(b)! > this.#chains.get(a)! ? b : a));
    const isUrgent = this.#chains.get(longest)! >= this.#waiting.size / jobs;
    const taken = isUrgent ? longest : ready[0]!;
    this.#waiting.delete(taken);
    return taken;
  }
}
