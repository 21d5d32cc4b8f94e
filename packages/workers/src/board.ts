import type { Redis } from "ioredis";
import { z } from "zod";
import type { QueueAddress } from "./address.ts";
import type { WorkPlan } from "./work-plan.ts";

/** A plan that was announced, and how far it is. */
export interface PlanOnBoard {
  readonly plan: string;
  readonly title: string;
  readonly store: string;
  readonly networks: number;
  readonly finished: number;
}

/** A worker that told of itself within the last minute. */
export interface WorkerOnBoard {
  readonly name: string;
  readonly jobs: number;
  readonly ltt: string;
}

/** Seconds for which what nobody renews is kept. */
const [PLAN_SECONDS, WORKER_SECONDS] = [30 * 24 * 3600, 60];

/**
 * What planners and workers tell each other in Redis besides jobs: which plans there are, which of their networks are finished, which
 * workers live. All of it can be told anew from a store: where Redis loses its memory, a planner announces its plan again. Where it names
 * what the store has not, the store is right: nodes may be removed, or a worker have another store.
 *
 * Redis answers one after the other: of two workers that finish the last two inputs of a network, one sees both finished.
 */
export class Board {
  readonly #redis: Redis;
  readonly #prefix: string;

  constructor(redis: Redis, { prefix }: QueueAddress) {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  /** @param finished - Networks that are in the store. */
  async announce(
    plan: string,
    { title, networks }: WorkPlan,
    store: string,
    finished: readonly string[],
  ): Promise<void> {
    const [key, done] = [this.#key("plan", plan), this.#key("finished", plan)];
    for (let at = 0; at < finished.length; at += BATCH) await this.#redis.sadd(done, ...finished.slice(at, at + BATCH));
    await this.#redis.set(key, JSON.stringify({ title, store, networks: networks.length }), "EX", PLAN_SECONDS);
    await this.#redis.expire(done, PLAN_SECONDS);
    const now = Date.now(); // for the order of lists that people read; no result depends on it
    await this.#redis.zadd(this.#key("plans"), String(now), plan);
  }

  /** Whether Redis still knows of it. */
  async knows(plan: string): Promise<boolean> {
    return (await this.#redis.exists(this.#key("plan", plan))) === 1;
  }

  /** The plans that were announced, the oldest first. */
  async plans(): Promise<string[]> {
    return this.#redis.zrange(this.#key("plans"), "0", "-1");
  }

  async finish(plan: string, network: string): Promise<void> {
    const done = this.#key("finished", plan);
    await this.#redis.multi().sadd(done, network).expire(done, PLAN_SECONDS).exec();
  }

  /** Takes back that networks are finished. */
  async forget(plan: string, networks: readonly string[]): Promise<void> {
    const done = this.#key("finished", plan);
    for (let at = 0; at < networks.length; at += BATCH) await this.#redis.srem(done, ...networks.slice(at, at + BATCH));
  }

  async finished(plan: string): Promise<ReadonlySet<string>> {
    return new Set(await this.#redis.smembers(this.#key("finished", plan)));
  }

  /** Whether all of these are finished. */
  async areFinished(plan: string, networks: readonly string[]): Promise<boolean> {
    if (networks.length === 0) return true;
    return (await this.#redis.smismember(this.#key("finished", plan), ...networks)).every((one) => one === 1);
  }

  /** Those that Redis knows, the oldest first; what it has forgotten is taken from the list. */
  async planStates(): Promise<PlanOnBoard[]> {
    const states: PlanOnBoard[] = [];
    for (const plan of await this.plans()) {
      const text = await this.#redis.get(this.#key("plan", plan));
      if (text === null) {
        await this.#redis.zrem(this.#key("plans"), plan);
        continue;
      }
      const finished = await this.#redis.scard(this.#key("finished", plan));
      states.push({ plan, ...planSchema.parse(JSON.parse(text)), finished });
    }
    return states;
  }

  /** Tells that a worker lives: to be called again within a minute. */
  async salute({ name, ...worker }: WorkerOnBoard): Promise<void> {
    await this.#redis.set(this.#key("worker", name), JSON.stringify(worker), "EX", WORKER_SECONDS);
  }

  async leave(name: string): Promise<void> {
    await this.#redis.del(this.#key("worker", name));
  }

  async workers(): Promise<WorkerOnBoard[]> {
    const start = this.#key("worker", "");
    const found: WorkerOnBoard[] = [];
    for await (const keys of this.#redis.scanStream({ match: `${start}*`, count: BATCH })) {
      for (const key of keys as string[]) {
        const text = await this.#redis.get(key);
        if (text !== null) found.push({ name: key.slice(start.length), ...workerSchema.parse(JSON.parse(text)) });
      }
    }
    return found.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  #key(...parts: readonly string[]): string {
    return [this.#prefix, "board", ...parts].join(":");
  }
}

const BATCH = 1000;
const planSchema = z.object({ title: z.string(), store: z.string(), networks: z.int() });
const workerSchema = z.object({ jobs: z.int(), ltt: z.string() });
