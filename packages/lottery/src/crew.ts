import type { Job, JobListener, Network } from "./job.ts";
import type { Schedule } from "./schedule.ts";

export interface CrewOptions {
  readonly schedule: Schedule;
  readonly jobs: readonly Job[];
  readonly networkOf: (hash: string) => Network;
  readonly onStep: JobListener["onStep"];
  readonly onTrained: (hash: string) => void;
  readonly signal: AbortSignal | undefined;
}

/**
 * Jobs that work through a schedule. One job trains only while somebody waits for a network, as a loop would; several
 * go on by themselves, since none should wait while a result is written down.
 */
export class Crew {
  readonly #options: CrewOptions;
  readonly #idle: Job[];
  readonly #running = new Set<Promise<void>>();
  readonly #finished = new Set<string>();
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  #failure: { readonly error: unknown } | undefined;

  constructor(options: CrewOptions) {
    this.#options = options;
    this.#idle = [...options.jobs];
    const { signal } = options;
    this.#signal = signal === undefined ? this.#stop.signal : AbortSignal.any([signal, this.#stop.signal]);
  }

  /**
   * Resolves when a network has been trained.
   *
   * @throws what the first job threw that failed, once all others have kept what they were at.
   */
  async trained(hash: string): Promise<void> {
    while (!this.#finished.has(hash)) {
      if (this.#failure === undefined) this.#assign();
      if (this.#running.size === 0) break;
      await Promise.race(this.#running);
      if (this.#failure !== undefined) await Promise.all(this.#running);
    }
    if (!this.#finished.has(hash)) {
      this.#options.signal?.throwIfAborted();
      throw this.#failure?.error ?? new Error(`runExperiment: no job can train ${hash}`);
    }
  }

  /** Ends what is being trained; resolves when it is kept. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error("runExperiment: stopped"));
    await Promise.all(this.#running);
  }

  #assign(): void {
    const { schedule, jobs, networkOf } = this.#options;
    for (;;) {
      const job = this.#idle[0];
      const hash = job && schedule.take(jobs.length);
      if (job === undefined || hash === undefined) return;
      this.#idle.shift();
      const run = this.#run(job, networkOf(hash)).finally(() => this.#running.delete(run));
      this.#running.add(run);
    }
  }

  async #run(job: Job, network: Network): Promise<void> {
    const { schedule, jobs, onStep, onTrained } = this.#options;
    try {
      this.#signal.throwIfAborted();
      await job.make(network, { onStep, signal: this.#signal });
    } catch (error) {
      this.#failure ??= { error };
      this.#stop.abort(error);
      return;
    }
    this.#idle.push(job);
    this.#finished.add(network.hash);
    schedule.finish(network.hash);
    onTrained(network.hash);
    if (jobs.length > 1 && !this.#signal.aborted) this.#assign();
  }
}
