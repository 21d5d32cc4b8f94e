import { setMaxListeners } from "node:events";
import type { Job, JobListener, Network } from "@ltt/lottery";
import { QueueEvents } from "bullmq";
import type { Redis } from "ioredis";
import type { QueueAddress } from "./address.ts";
import { Board } from "./board.ts";
import { clientFor, connect } from "./connection.ts";
import { NetworkQueue, networkOf, QUEUE_NAME } from "./network-queue.ts";
import { encodePlan, type WorkPlan } from "./work-plan.ts";
import type { WorkStore } from "./work-store.ts";

export interface QueueRunOptions {
  readonly queue: QueueAddress;
  readonly store: WorkStore;
  readonly plan: WorkPlan;
  /** The packed data that the plan names. */
  readonly data: Uint8Array;
  /** A line for people: who refuses a network, and why; that the queue is lost, and back. */
  readonly say?: ((line: string) => void) | undefined;
}

/** What a worker tells of a network while it has it. */
export type NetworkNews =
  | { readonly worker: string; readonly step: number; readonly loss: number; readonly hash: string }
  | { readonly worker: string; readonly refused: string };

/** Milliseconds between looks at what is finished, beside what workers tell. */
const LOOK_EVERY = 2000;

/** Networks of which the store is asked one by one; where there are more, it lists all that it has. */
const ONE_BY_ONE = 10;

interface Waiting {
  readonly network: Network;
  readonly listener: JobListener;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * An experiment whose networks are trained by workers elsewhere. It puts plan and data into the store and the networks that can begin into
 * the queue; workers add the others as their inputs are finished, also when this process has left. Who comes back begins a run of the same
 * plan: what is there is not added again.
 */
export class QueueRun {
  /** One for each network of the plan that is not finished: all that can begin are with workers. */
  readonly jobs: readonly Job[];
  readonly #options: QueueRunOptions;
  readonly #id: string;
  readonly #redis: Redis;
  readonly #board: Board;
  readonly #queue: NetworkQueue;
  readonly #events: QueueEvents;
  readonly #eventsRedis: Redis;
  readonly #waiting = new Map<string, Waiting>();
  readonly #failed = new Map<string, string>();
  /** Lines that were said. */
  readonly #said = new Set<string>();
  /** What somebody waits for is in it only if the store has been seen to have it since. */
  #finished = new Set<string>();
  #look: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  /** Milliseconds from the end of a look to the next. */
  #pause = LOOK_EVERY;
  #isClosed = false;

  private constructor(options: QueueRunOptions, id: string, redis: Redis) {
    const { queue, plan } = options;
    this.#options = options;
    this.#id = id;
    this.#redis = redis;
    this.#board = new Board(redis, queue);
    this.#queue = new NetworkQueue(queue);
    this.#eventsRedis = clientFor(queue);
    this.#events = new QueueEvents(QUEUE_NAME, { connection: this.#eventsRedis, prefix: queue.prefix });
    const job: Job = { make: (network, listener) => this.#make(network, listener) };
    this.jobs = plan.networks.map(() => job);
  }

  /** @throws {Error} if the queue cannot be reached, or the store refuses. */
  static async begin(options: QueueRunOptions): Promise<QueueRun> {
    const { queue, store, plan, data, say } = options;
    const redis = await connect(queue, say);
    try {
      const id = await store.blobs.put("plans", encodePlan(plan));
      const named = await store.blobs.put("data", data);
      if (named !== plan.data)
        throw new RangeError(`QueueRun: the plan names the data ${plan.data}; these are ${named}`);
      const run = new QueueRun(options, id, redis);
      await run.#begin();
      return run;
    } catch (error) {
      redis.disconnect();
      throw error;
    }
  }

  /** Leaves; workers go on. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#look);
    const isThere = this.#redis.status === "ready";
    await this.#looking?.catch(() => {});
    if (isThere) await Promise.all([this.#events.close(), this.#queue.close()]);
    else void Promise.all([this.#events.close(), this.#queue.close()]).catch(() => {}); // nobody answers
    this.#eventsRedis.disconnect();
    this.#redis.disconnect();
  }

  async #begin(): Promise<void> {
    const { networks } = this.#options.plan;
    await this.#announce();
    const open = networks.filter(({ hash }) => !this.#finished.has(hash));
    await this.#forgetFailed(open.map(({ hash }) => hash));
    await this.#addReady();
    this.#events.on("error", () => {}); // it connects again by itself
    this.#events.on("progress", ({ jobId, data }) => this.#hear(networkOf(jobId), data as NetworkNews));
    this.#events.on("completed", () => this.#lookSoon(0));
    this.#events.on("failed", () => this.#lookSoon(0));
    this.#lookSoon(LOOK_EVERY);
  }

  /** Those that failed before are tried again. */
  async #forgetFailed(networks: readonly string[]): Promise<void> {
    const { attempts } = this.#options.store;
    const tried = await attempts.networks();
    for (const network of networks) {
      if (tried.has(network) && (await attempts.verdict(network)) !== undefined) await attempts.forget(network);
    }
    await this.#queue.forgetFailed(networks);
  }

  /** Tells Redis of the plan, and what of it the store has. */
  async #announce(): Promise<void> {
    const { store, plan } = this.#options;
    const named = await this.#board.finished(this.#id); // before the list: what workers finish meanwhile is not taken back
    const there = new Set(await store.nodes.list());
    const finished = plan.networks.map(({ hash }) => hash).filter((hash) => there.has(hash));
    const gone = [...named].filter((hash) => !there.has(hash));
    this.#finished = new Set(finished);
    await this.#board.announce(this.#id, plan, store.shown, finished);
    await this.#board.forget(this.#id, gone);
  }

  async #addReady(): Promise<void> {
    const isOpen = (hash: string) => !this.#finished.has(hash) && !this.#failed.has(hash);
    const ready = this.#options.plan.networks.filter(
      ({ hash, after }) => isOpen(hash) && after.every((one) => this.#finished.has(one)),
    );
    await this.#queue.add(this.#id, ready);
  }

  /** Whoever asks for a network has not found it in the store: that it is finished must be seen again. */
  #make(network: Network, listener: JobListener): Promise<void> {
    const { signal } = listener;
    const leave = () => this.#waiting.get(network.hash)?.reject(signal.reason);
    return new Promise<void>((resolve, reject) => {
      this.#waiting.set(network.hash, { network, listener, resolve, reject });
      setMaxListeners(0, signal); // as many as there are networks
      signal.addEventListener("abort", leave);
      if (this.#finished.delete(network.hash)) this.#lookSoon(0);
    }).finally(() => {
      this.#waiting.delete(network.hash);
      signal.removeEventListener("abort", leave);
    });
  }

  #hear(hash: string, news: NetworkNews): void {
    if ("refused" in news) {
      if (this.#options.plan.networks.some((network) => network.hash === hash))
        this.#say(`worker ${news.worker}: ${news.refused}`);
      return;
    }
    this.#waiting.get(hash)?.listener.onStep(news.hash, news.step, news.loss);
  }

  #say(line: string): void {
    if (this.#said.has(line)) return;
    this.#said.add(line);
    this.#options.say?.(line);
  }

  /** @param after - Milliseconds: from now, or from the end of the look that goes on. */
  #lookSoon(after: number): void {
    if (this.#isClosed) return;
    if (this.#looking !== undefined) {
      this.#pause = Math.min(this.#pause, after);
      return;
    }
    clearTimeout(this.#look);
    this.#look = setTimeout(() => {
      this.#pause = LOOK_EVERY;
      this.#looking = this.#lookAround()
        .catch((error: unknown) => {
          for (const { reject } of this.#waiting.values()) reject(error);
        })
        .finally(() => {
          this.#looking = undefined;
          this.#lookSoon(this.#pause);
        });
    }, after);
  }

  async #lookAround(): Promise<void> {
    const { store, data, plan } = this.#options;
    if (!(await this.#board.knows(this.#id))) await this.#announce(); // Redis has lost its memory
    if (!(await this.#hearFinished())) await this.#addReady(); // a worker may have ended between a network and those after it
    for (const [hash, why] of await this.#queue.failed()) this.#failed.set(hash, why);
    if (this.#said.size > 0) {
      await store.blobs.put("plans", encodePlan(plan)); // they may be gone with the nodes, or put aside as damaged
      await store.blobs.put("data", data);
    }
    this.#settle();
  }

  /**
   * Takes over which networks Redis names as finished. What somebody waits for must be in the store too; what is not there is taken back,
   * and so added again by the next look that hears nothing.
   *
   * @returns whether it has named any that were not known.
   */
  async #hearFinished(): Promise<boolean> {
    const named = [...(await this.#board.finished(this.#id))].filter((hash) => !this.#finished.has(hash));
    const asked = named.filter((hash) => this.#waiting.has(hash));
    const there = await this.#inStore(asked);
    const lost = asked.filter((hash) => !there.has(hash));
    await this.#board.forget(this.#id, lost);
    for (const hash of named) if (there.has(hash) || !this.#waiting.has(hash)) this.#finished.add(hash);
    const { shown } = this.#options.store;
    if (lost.length > 0)
      this.#say(
        `networks that were finished are not in ${shown}: they are made again; a worker of another store needs --store ${shown}`,
      );
    return named.length > 0;
  }

  /** Those of some networks that are in the store, and maybe others. */
  async #inStore(networks: readonly string[]): Promise<ReadonlySet<string>> {
    const { nodes } = this.#options.store;
    if (networks.length > ONE_BY_ONE) return new Set(await nodes.list());
    const has = await Promise.all(networks.map((hash) => nodes.has(hash)));
    return new Set(networks.filter((_, i) => has[i]));
  }

  /** Networks that are finished are told at once; one that failed when nothing else can be trained. */
  #settle(): void {
    for (const [hash, { resolve }] of this.#waiting) if (this.#finished.has(hash)) resolve();
    const { networks } = this.#options.plan;
    const failed = networks.filter(({ hash }) => this.#failed.has(hash) && !this.#finished.has(hash));
    if (failed.length === 0) return;
    const stopped = new Set(failed.map(({ hash }) => hash));
    for (const { hash, after } of networks) if (after.some((one) => stopped.has(one))) stopped.add(hash);
    if (networks.some(({ hash }) => !this.#finished.has(hash) && !stopped.has(hash))) return;
    const [{ hash, label } = { hash: "", label: "" }] = failed;
    const others = failed.length === 1 ? "" : `, and ${failed.length - 1} more`;
    const behind = stopped.size - failed.length;
    const error = new Error(
      `${label}: ${this.#failed.get(hash)}${others}; ${behind} networks that rest on it were not trained, all others are finished and ` +
        "kept; the same command tries those that failed again",
    );
    for (const [name, { reject }] of this.#waiting) if (stopped.has(name)) reject(error);
  }
}
