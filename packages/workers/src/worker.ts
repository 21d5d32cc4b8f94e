import { setTimeout as sleep } from "node:timers/promises";
import type { Network } from "@ltt/lottery";
import { DelayedError, type Job, UnrecoverableError, WaitingError, Worker } from "bullmq";
import type { QueueAddress } from "./address.ts";
import { Board } from "./board.ts";
import { clientFor, connect } from "./connection.ts";
import { NetworkQueue, NO_LIMIT, QUEUE_NAME, release } from "./network-queue.ts";
import { type MakeListener, NodeFailure } from "./node-process.ts";
import { checkPayload, type Payload, Refusal } from "./payload.ts";
import type { NetworkNews } from "./queue-run.ts";
import { LTT_VERSION } from "./version.ts";
import { decodePlan, type WorkPlan } from "./work-plan.ts";
import type { WorkStore } from "./work-store.ts";

/** A plan as a worker has read it: verified by its digest. */
export interface KnownPlan {
  readonly id: string;
  readonly bytes: Uint8Array;
  readonly plan: WorkPlan;
}

/** What trains networks for a worker, several at a time. */
export interface Performer {
  /** @param slot - Which of those that work at the same time: from 0. */
  make(slot: number, plan: KnownPlan, network: Network, listener: MakeListener): Promise<void>;
  close(): Promise<void>;
}

export interface WorkOptions {
  readonly queue: QueueAddress;
  readonly store: WorkStore;
  readonly performer: Performer;
  /** How others see it: a name that no other worker has. */
  readonly name: string;
  /** Networks at the same time. */
  readonly jobs: number;
  /** End when there is nothing left that this worker can do. Default: wait for more. */
  readonly untilEmpty?: boolean | undefined;
  /** Seconds after which another worker takes a network of one that gives no sign of life. Default 60. */
  readonly lock?: number | undefined;
  /** Ends the work: networks in the making are kept and given back. */
  readonly signal?: AbortSignal | undefined;
  /** A line for people. */
  readonly say?: ((line: string) => void) | undefined;
}

/** Seconds. */
const LOCK = 60;

/** Milliseconds before a network that was given back is offered again: of a lack of this worker's, and of the store's. */
const [AFTER_REFUSAL, AFTER_FAULT] = [5000, 10_000];

/** Milliseconds between signs of life, and between looks whether there is anything left. */
const [SALUTE_EVERY, EMPTY_EVERY] = [20_000, 1000];

/** How a worker has ended. */
export interface Worked {
  /** Networks that it finished. */
  readonly networks: number;
  /** Those that it gave back because it cannot make them, each with why. */
  readonly refused: ReadonlyMap<string, string>;
}

/**
 * Takes networks from a queue until it is told to stop, or there are none left. This process only supervises: it renews its locks while
 * others compute.
 *
 * @throws {Error} if the queue cannot be reached at first; later it is waited for.
 */
export async function work(options: WorkOptions): Promise<Worked> {
  const { queue: address, say = () => {}, signal, untilEmpty = false, performer, name, jobs } = options;
  const redis = await connect(address, say);
  const [board, queue] = [new Board(redis, address), new NetworkQueue(address)];
  const shift = new Shift(options, board, queue);
  const lock = (options.lock ?? LOCK) * 1000;
  const client = clientFor(address);
  const bull = new Worker(QUEUE_NAME, (job, token) => shift.take(job, token!), {
    connection: client,
    prefix: address.prefix,
    name,
    concurrency: jobs,
    lockDuration: lock,
    stalledInterval: Math.max(1000, lock / 2),
    maxStalledCount: NO_LIMIT,
    drainDelay: 1,
    runRetryDelay: 1000,
  });
  bull.on("error", () => {}); // a lost connection is told once, by ours; what is lost with it is done again
  const stopped = signal === undefined ? new Promise<never>(() => {}) : aborted(signal);
  const salute = () => void board.salute({ name, jobs, ltt: LTT_VERSION }).catch(() => {});
  salute();
  const saluting = setInterval(salute, SALUTE_EVERY);
  try {
    await Promise.race([stopped, untilEmpty ? emptied(queue, shift) : new Promise<never>(() => {})]);
  } finally {
    clearInterval(saluting);
    const isThere = redis.status === "ready";
    await bull.pause(true);
    await within(shift.idle(), CLOSE_WITHIN);
    if (isThere) await within(Promise.all([bull.close(), board.leave(name), queue.close()]), CLOSE_WITHIN - 8000);
    else void Promise.all([bull.close(true), queue.close()]).catch(() => {}); // nobody answers
    await performer.close();
    client.disconnect();
    redis.disconnect();
  }
  return { networks: shift.networks, refused: shift.refused };
}

/** Milliseconds: a network is kept within eight seconds, and given back in what is left of ten. */
const CLOSE_WITHIN = 9000;

async function within(promise: Promise<unknown>, milliseconds: number): Promise<void> {
  await Promise.race([promise.catch(() => {}), sleep(milliseconds, undefined, { ref: false })]);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** Resolves when nothing is waiting or with any worker, but what this one cannot make. */
async function emptied(queue: NetworkQueue, shift: Shift): Promise<void> {
  let looks = 0;
  while (looks < 2) {
    await sleep(EMPTY_EVERY);
    const counts = await queue.counts().catch(() => undefined);
    const isEmpty =
      counts !== undefined && counts.active === 0 && counts.waiting === 0 && counts.delayed <= shift.refused.size;
    looks = isEmpty && shift.isIdle ? looks + 1 : 0;
  }
}

/** One worker's networks. */
class Shift {
  networks = 0;
  readonly refused = new Map<string, string>();
  readonly #options: WorkOptions;
  readonly #board: Board;
  readonly #queue: NetworkQueue;
  readonly #plans = new Map<string, Promise<KnownPlan>>();
  readonly #running = new Set<Promise<unknown>>();
  readonly #freeSlots: number[];
  readonly #never = new AbortController();

  constructor(options: WorkOptions, board: Board, queue: NetworkQueue) {
    this.#options = options;
    this.#board = board;
    this.#queue = queue;
    this.#freeSlots = Array.from({ length: options.jobs }, (_, slot) => slot);
  }

  get isIdle(): boolean {
    return this.#running.size === 0;
  }

  async idle(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  async take(job: Job, token: string): Promise<void> {
    const run = this.#take(job, token);
    this.#running.add(run);
    try {
      await run;
    } finally {
      this.#running.delete(run);
    }
  }

  async #take(job: Job, token: string): Promise<void> {
    const { signal } = this.#options;
    let payload: Payload | undefined;
    try {
      payload = checkPayload(job.data);
      await this.#make(payload, job);
      this.refused.delete(payload.node);
      this.networks++;
    } catch (error) {
      if (signal?.aborted === true && error === signal.reason) {
        await job.moveToWait(token);
        throw new WaitingError();
      }
      if (error instanceof Refusal) return this.#giveBack(job, token, error.message, AFTER_REFUSAL);
      if (isPassing(error)) return this.#giveBack(job, token, (error as Error).message, AFTER_FAULT);
      this.#options.say?.(`${payload?.label ?? job.id}: ${(error as Error).message}`);
      const isLasting = !(error instanceof NodeFailure) || error.how === "lasting";
      throw isLasting ? new UnrecoverableError((error as Error).message) : error;
    }
  }

  async #make(payload: Payload, job: Job): Promise<void> {
    const { store, performer, signal = this.#never.signal, name } = this.#options;
    const { node, label } = payload;
    const known = await this.#plan(payload.plan);
    if (!known.plan.networks.some(({ hash }) => hash === node)) {
      throw new RangeError(`payload: node is "${node}", which is no network of its plan`);
    }
    if (!(await store.nodes.has(node))) {
      const slot = this.#freeSlots.pop()!;
      const onStep = (hash: string, step: number, loss: number) => {
        const news: NetworkNews = { worker: name, hash, step, loss };
        void job.updateProgress(news).catch(() => {}); // Redis may be away; the next one will do
      };
      try {
        await this.#try(node, () => performer.make(slot, known, { hash: node, label }, { onStep, signal }));
        this.#options.say?.(`${label}: trained`);
      } finally {
        this.#freeSlots.push(slot);
      }
    }
    await store.attempts.forget(node);
    await this.#release(node, payload.plan);
  }

  /** @throws {NodeFailure} with why it is not tried again, if that is so now or was before. */
  async #try(node: string, train: () => Promise<void>): Promise<void> {
    const { name, signal, store } = this.#options;
    const { attempts } = store;
    const given = await attempts.verdict(node);
    if (given !== undefined) throw new NodeFailure(given, "lasting");
    const attempt = await attempts.begin(node, name);
    try {
      await train();
    } catch (error) {
      const isGivenBack = signal?.aborted === true || error instanceof Refusal || isPassing(error);
      if (isGivenBack) await attempts.withdraw(attempt).catch(() => {}); // where the store is away, it counts as a worker that died
      if (isGivenBack) throw error;
      const { message } = error as Error;
      await attempts.fail(attempt, name, message, !(error instanceof NodeFailure) || error.how === "lasting");
      throw (await attempts.verdict(node)) === undefined ? error : new NodeFailure(message, "lasting");
    }
  }

  /** Of all plans that have the network: those after it may begin. */
  async #release(node: string, own: string): Promise<void> {
    const among = { queue: this.#queue, board: this.#board, nodes: this.#options.store.nodes };
    for (const id of new Set([own, ...(await this.#board.plans())])) {
      const known = await this.#plan(id).catch((error: unknown) => {
        if (id === own) throw error;
        return undefined; // of another store, or version
      });
      if (known?.plan.networks.some(({ hash }) => hash === node)) {
        await release(among, id, known.plan, node);
      }
    }
  }

  #plan(id: string): Promise<KnownPlan> {
    const read = async (): Promise<KnownPlan> => {
      const bytes = await this.#options.store.blobs.get("plans", id);
      return { id, bytes, plan: decodePlan(bytes) };
    };
    const known = this.#plans.get(id) ?? read();
    this.#plans.set(id, known);
    known.catch(() => this.#plans.delete(id)); // to be read again
    return known;
  }

  /** The job goes to whoever asks next, a little later; people hear why. */
  async #giveBack(job: Job, token: string, why: string, after: number): Promise<never> {
    const node = String((job.data as Partial<Payload> | undefined)?.node);
    if (this.refused.get(node) !== why) this.#options.say?.(`gives back: ${why}`);
    this.refused.set(node, why);
    const news: NetworkNews = { worker: this.#options.name, refused: why };
    await job.updateProgress(news);
    await job.moveToDelayed(Date.now() + after, token); // BullMQ's clock; no result depends on it
    throw new DelayedError();
  }
}

/** An error of the store or of the way to it, not of the network. */
function isPassing(error: unknown): boolean {
  if (error instanceof NodeFailure) return error.how === "passing";
  const { name, cause } = error as Error;
  return name === "RunFolderError" && typeof (cause as { readonly code?: unknown } | undefined)?.code === "string";
}
