import { stream } from "@ltt/core";
import { encodeCheckpoint, parametersOf, predict } from "@ltt/layers";
import { sparseWeights } from "@ltt/lottery/browser";
import { type Arm, type LotteryEvent, lottery, type Network, networksOf, stepsOf } from "./lottery.ts";
import type { Mask, NetworkName, News, Order } from "./messages.ts";
import type { Subject } from "./subject.ts";

/** ms of computing until messages are heard again. */
const TURN = 25;
/** ms between losses that are told. */
const TELLING = 80;

/** A lottery that tells how it goes, pauses, and answers questions once networks are trained. */
export class Game<Input, Question> {
  readonly #subject: Subject<Input, Question>;
  readonly #seed: number;
  readonly #tell: (news: News) => void;
  readonly #trained = new Map<string, Network<Input>>();
  #examples = 0;
  #resume: (() => void) | undefined;
  #paused: Promise<void> = Promise.resolve();

  constructor(subject: Subject<Input, Question>, seed: number, tell: (news: News) => void) {
    this.#subject = subject;
    this.#seed = seed;
    this.#tell = tell;
  }

  plan(): { classes: readonly string[]; rounds: number; networks: number; steps: number; heldOut: number } {
    const { classes, rounds, examples: heldOut } = this.#subject;
    return { classes, rounds, networks: networksOf(this.#subject), steps: stepsOf(this.#subject), heldOut };
  }

  async play(): Promise<void> {
    let [turned, told] = [performance.now(), 0];
    for await (const event of lottery(this.#subject, this.#seed)) {
      const now = performance.now();
      if (event.kind !== "step" || now - told > TELLING) {
        this.#report(event);
        told = now;
      }
      if (this.#resume !== undefined) this.#tell({ kind: "paused" });
      await this.#paused;
      if (now - turned < TURN) continue;
      await messagesHeard();
      turned = performance.now();
    }
    const file = await this.#ticketFile(this.#subject.rounds);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", file as BufferSource));
    this.#tell({ kind: "done", digest: Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("") });
  }

  async follow(order: Exclude<Order, { kind: "begin" }>): Promise<void> {
    if (order.kind === "pause") {
      const { promise, resolve } = deferred();
      this.#resume?.();
      [this.#paused, this.#resume] = [promise, resolve];
    } else if (order.kind === "resume") {
      this.#resume?.();
      this.#resume = undefined;
    } else if (order.kind === "example") {
      const index = stream(this.#seed, "example", this.#examples++).below(this.#subject.examples);
      this.#tell({ kind: "example", ...this.#subject.example(index) } as News);
    } else if (order.kind === "download")
      this.#tell({ kind: "file", round: order.round, bytes: await this.#ticketFile(order.round) });
    else {
      const batch = this.#subject.ask(order.question as Question);
      const [dense, ticket, control] = await Promise.all([
        this.#answer("dense", 0, batch),
        this.#answer("ticket", order.round, batch),
        this.#answer("control", order.round, batch),
      ]);
      this.#tell({ kind: "answer", id: order.id, answer: { dense, ticket, control } });
    }
  }

  #report(event: LotteryEvent<Input>): void {
    if (event.kind === "step" || event.kind === "measured") {
      this.#tell(event);
      return;
    }
    const { network } = event;
    const name: NetworkName = { arm: network.arm, round: network.round, left: network.left };
    if (event.kind === "network") this.#tell({ kind: "network", network: name, masks: this.#masksOf(network) });
    else {
      this.#trained.set(`${network.arm} ${network.round}`, network);
      this.#tell({ kind: "trained", network: name, accuracy: event.accuracy });
    }
  }

  #masksOf({ model, pattern }: Network<Input>): Mask[] {
    const weights = parametersOf(model);
    return this.#subject.pictured.map((name) => {
      const { shape, size } = weights.get(name)!;
      return { name, rows: shape[0]!, columns: size / shape[0]!, positions: pattern.get(name)! };
    });
  }

  #network(arm: Arm, round: number): Network<Input> {
    const network = this.#trained.get(`${arm} ${round}`);
    if (network === undefined) throw new Error(`playground: ${arm} of round ${round} is not trained yet`);
    return network;
  }

  async #answer(arm: Arm, round: number, batch: ReturnType<Subject<Input, Question>["ask"]>): Promise<number[]> {
    const { logits, outputs } = await predict(this.#network(arm, round).model, [batch]);
    if (outputs === 1) {
      const positive = 1 / (1 + Math.exp(-logits[0]!));
      return [1 - positive, positive];
    }
    const powers = Array.from(logits, (logit) => Math.exp(logit - Math.max(...logits)));
    const sum = powers.reduce((total, power) => total + power, 0);
    return powers.map((power) => power / sum);
  }

  /** Mask and initial weights, as `ltt` keeps them in ticket.safetensors. */
  #ticketFile(round: number): Promise<Uint8Array> {
    const { model, pattern, start } = this.#network("ticket", round);
    return encodeCheckpoint({ weights: sparseWeights(parametersOf(model), pattern, start) });
  }
}

/** Lets the worker hear what was said meanwhile; a timer would wait for milliseconds. */
function messagesHeard(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
