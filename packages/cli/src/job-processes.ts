import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Backend } from "@ltt/core";
import type { Job, JobListener, Network, TicketFor } from "@ltt/lottery";
import { nameOf } from "./backends.ts";
import type { FromJob, ToJob } from "./job-messages.ts";
import type { ChosenJobs } from "./jobs.ts";
import type { RunOptions } from "./run-options.ts";
import type { TaskData } from "./task-of.ts";

/** As this file: TypeScript in the sources, JavaScript in what is published. */
const MAIN = fileURLToPath(new URL(`./job-main${extname(import.meta.url)}`, import.meta.url));

/** Characters kept of what a process says on standard error: of what it died of. */
const LAST_WORDS = 4000;

/** Processes that train networks for this one. They start while the data is read, and end with this process, whatever ends it. */
export class JobProcesses {
  readonly jobs: readonly Job[];
  readonly #processes: readonly JobProcess[];
  readonly #threads: number;
  #lending = false;

  /** @param backend - As this process has it. */
  constructor(
    { jobs, threads, threadsAtMost }: ChosenJobs,
    backend: Backend,
    say: ((line: string) => void) | undefined,
  ) {
    this.#threads = jobs * threads;
    const onBusy = () => this.#lendSoon();
    const [name, width] = nameOf(backend);
    const told = [name, String(threadsAtMost), ...(width === undefined ? [] : [String(width)])];
    this.#processes = Array.from({ length: jobs }, (_, i) => new JobProcess(i + 1, told, { say, onBusy }));
    this.jobs = this.#processes;
  }

  /** Hands over what was read, and says where to work. */
  begin(data: TaskData, options: RunOptions, folder: string, tickets: readonly TicketFor[]): void {
    for (const process of this.#processes) process.tell({ kind: "begin", data, options, folder, tickets });
  }

  /** Resolves when all have ended. */
  async close(): Promise<void> {
    await Promise.all(this.#processes.map((process) => process.close()));
  }

  /** Once for all that changes in a turn of the event loop: who ends mostly begins another network at once. */
  #lendSoon(): void {
    if (this.#lending) return;
    this.#lending = true;
    setImmediate(() => {
      this.#lending = false;
      const busy = this.#processes.filter(({ isBusy }) => isBusy);
      for (const process of busy) process.limit(Math.max(1, Math.floor(this.#threads / busy.length)));
    });
  }
}

interface Hears {
  readonly say: ((line: string) => void) | undefined;
  /** It has begun a network, or ended one. */
  readonly onBusy: () => void;
}

/** The network that a process is at. */
interface Task {
  readonly network: Network;
  readonly listener: JobListener;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

class JobProcess implements Job {
  readonly #child: ChildProcess;
  readonly #number: number;
  readonly #hears: Hears;
  #task: Task | undefined;
  #ended: string | undefined;
  #lastWords = "";
  #threads: number | undefined;

  constructor(number: number, args: readonly string[], hears: Hears) {
    this.#number = number;
    this.#hears = hears;
    // "advanced" copies typed arrays as they are
    this.#child = fork(MAIN, args, { serialization: "advanced", stdio: ["ignore", "ignore", "pipe", "ipc"] });
    this.#child.on("message", (message: FromJob) => this.#hear(message));
    this.#child.on("error", ({ message }) => this.#end(message));
    this.#child.on("exit", (code, signal) =>
      this.#end(signal === null ? `ended with code ${code}` : `was killed by ${signal}`),
    );
    this.#child.stderr!.on("data", (chunk) => {
      this.#lastWords = `${this.#lastWords}${chunk}`.slice(-LAST_WORDS);
    });
  }

  get isBusy(): boolean {
    return this.#task !== undefined;
  }

  make(network: Network, listener: JobListener): Promise<void> {
    const { signal } = listener;
    const stop = () => this.tell({ kind: "stop" });
    const made = new Promise<void>((resolve, reject) => {
      this.#task = { network, listener, resolve, reject };
      if (this.#ended !== undefined) return this.#lose(this.#ended);
      this.#hears.onBusy();
      this.tell({ kind: "make", network });
      signal.addEventListener("abort", stop);
    });
    return made.finally(() => {
      this.#task = undefined;
      signal.removeEventListener("abort", stop);
      this.#hears.onBusy();
    });
  }

  limit(threads: number): void {
    if (this.#threads !== threads) this.tell({ kind: "threads", threads });
    this.#threads = threads;
  }

  tell(message: ToJob): void {
    if (this.#child.connected) this.#child.send(message, () => {}); // that it has ended is heard as such
  }

  async close(): Promise<void> {
    if (this.#ended !== undefined) return;
    const ended = once(this.#child, "exit");
    if (this.#child.connected) this.#child.disconnect();
    await ended;
  }

  #hear(message: FromJob): void {
    if (message.kind === "say") this.#hears.say?.(message.line);
    if (this.#task === undefined) return;
    const { listener, resolve, reject } = this.#task;
    if (message.kind === "step") listener.onStep(message.hash, message.step, message.loss);
    else if (message.kind === "made") resolve();
    else if (message.kind === "stopped") reject(listener.signal.reason);
    else if (message.kind === "failed") reject(Object.assign(new Error(message.message), { stack: message.stack }));
  }

  #end(how: string): void {
    this.#ended ??= how;
    if (this.#task !== undefined) this.#lose(this.#ended);
  }

  #lose(how: string): void {
    const { network, reject } = this.#task!;
    const words = this.#lastWords.trim().split("\n").at(-1)!;
    const why = words === "" ? "" : `: ${words}`;
    reject(
      new Error(
        `job ${this.#number} (process ${this.#child.pid}) ${how} while it trained ${network.label}${why}; what was kept of the ` +
          "network, every two minutes, stays, and the same command goes on from there",
      ),
    );
  }
}
