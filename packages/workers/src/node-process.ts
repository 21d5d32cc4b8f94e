import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Network } from "@ltt/lottery";
import type { FromNode, ToNode } from "./node-messages.ts";
import { Refusal } from "./payload.ts";

/** Milliseconds without a sign of life after which a process counts as hung. */
const SILENT_FOR = 600_000;

/** Milliseconds that a process has to keep its network when it is asked to stop: a worker that must go is gone within ten seconds. */
const STOP_WITHIN = 8000;

/** Characters kept of what a process says on standard error: of what it died of. */
const LAST_WORDS = 4000;

/** A network could not be made. */
export class NodeFailure extends Error {
  override readonly name = "NodeFailure";
  readonly how: "passing" | "lasting" | "unknown";

  constructor(message: string, how: NodeFailure["how"]) {
    super(message);
    this.how = how;
  }
}

export interface MakeListener {
  readonly onStep: (hash: string, step: number, loss: number) => void;
  readonly signal: AbortSignal;
}

/** A process that trains networks of one plan, one after the other. */
export class NodeProcess {
  readonly #child: ChildProcess;
  readonly #say: (line: string) => void;
  #hear: ((message: FromNode) => void) | undefined;
  #ended: string | undefined;
  #lastWords = "";
  #lastSign = performance.now();

  /**
   * @param main - The file that it runs: a call of `serveNodes`.
   * @param open - The first thing that it hears.
   */
  constructor(main: string, open: ToNode & { kind: "open" }, say: (line: string) => void) {
    this.#say = say;
    // "advanced" copies typed arrays as they are
    this.#child = fork(main, [], { serialization: "advanced", stdio: ["ignore", "ignore", "pipe", "ipc"] });
    this.#child.on("message", (message: FromNode) => {
      this.#lastSign = performance.now();
      if (message.kind === "say") this.#say(message.line);
      else this.#hear?.(message);
    });
    this.#child.on("error", ({ message }) => this.#end(message));
    this.#child.on("exit", (code, signal) =>
      this.#end(signal === null ? `ended with code ${code}` : `was killed by ${signal}`),
    );
    this.#child.stderr!.on("data", (chunk) => {
      this.#lastWords = `${this.#lastWords}${chunk}`.slice(-LAST_WORDS);
    });
    this.#tell(open);
  }

  get hasEnded(): boolean {
    return this.#ended !== undefined;
  }

  /**
   * Resolves when the network is in the store.
   *
   * @throws {Refusal} if this process cannot make it.
   * @throws {NodeFailure} if it failed, or the process ended.
   * @throws the signal's reason, once the network in the making is kept, or after eight seconds.
   */
  async make(network: Network, { onStep, signal }: MakeListener): Promise<void> {
    let watch: NodeJS.Timeout | undefined;
    let late: NodeJS.Timeout | undefined;
    const kill = (why: string) => {
      this.#ended ??= why;
      this.#child.kill("SIGKILL");
    };
    const stop = () => {
      this.#tell({ kind: "stop" });
      late = setTimeout(() => kill("did not stop in time"), STOP_WITHIN);
    };
    try {
      await new Promise<void>((resolve, reject) => {
        this.#hear = (message) => {
          if (message.kind === "step") onStep(message.hash, message.step, message.loss);
          else if (message.kind === "made") resolve();
          else if (message.kind === "stopped") reject(signal.reason);
          else if (message.kind === "refused") reject(new Refusal(message.message));
          else if (message.kind === "failed") reject(new NodeFailure(message.message, message.how));
        };
        this.#onEnd = (how) => reject(signal.aborted ? signal.reason : this.#loss(network, how));
        if (this.#ended !== undefined) return this.#onEnd(this.#ended);
        this.#lastSign = performance.now();
        watch = setInterval(() => {
          if (performance.now() - this.#lastSign > SILENT_FOR)
            kill("gave no sign of life for ten minutes and was killed");
        }, 1000);
        signal.addEventListener("abort", stop);
        if (signal.aborted) stop();
        this.#tell({ kind: "make", network });
      });
    } finally {
      clearInterval(watch);
      clearTimeout(late);
      signal.removeEventListener("abort", stop);
      this.#hear = undefined;
      this.#onEnd = undefined;
    }
  }

  #onEnd: ((how: string) => void) | undefined;

  /** Resolves when it has ended, once it has kept what it is at. */
  async close(): Promise<void> {
    if (this.#ended !== undefined) return;
    const ended = once(this.#child, "exit");
    if (this.#child.connected) this.#child.disconnect();
    await ended;
  }

  #tell(message: ToNode): void {
    if (this.#child.connected) this.#child.send(message, () => {}); // that it has ended is heard as such
  }

  #end(how: string): void {
    this.#ended ??= how;
    this.#onEnd?.(this.#ended);
  }

  #loss({ label }: Network, how: string): NodeFailure {
    const words = this.#lastWords.trim().split("\n").at(-1)!;
    const why = words === "" ? "" : `: ${words}`;
    return new NodeFailure(`the process ${this.#child.pid} ${how} while it trained ${label}${why}`, "unknown");
  }
}
