import { type ComputedRef, computed, onUnmounted, reactive, shallowReactive } from "vue";
import type { Answer, Mask, NetworkName, News, Order, SampleName } from "./messages.ts";

export interface Point {
  readonly step: number;
  readonly accuracy: number;
}

/** A network that is trained, or being trained. */
export interface Trainee extends NetworkName {
  readonly curve: Point[];
  accuracy?: number;
}

type Ready = Extract<News, { kind: "ready" }>;

/** All that the page shows of a lottery. */
export interface State {
  phase: "idle" | "loading" | "training" | "paused" | "done" | "failed";
  sample: SampleName;
  ready: Ready | undefined;
  trainees: Trainee[];
  /** Steps and loss of the network that is being trained. */
  step: number;
  loss: number | undefined;
  /** Of the last ticket. */
  masks: readonly Mask[];
  seconds: number;
  digest: string;
  message: string;
  /** The round whose networks are asked. */
  round: number;
  question: Float32Array | string | undefined;
  /** What the question is, where it is one of the held-out examples. */
  label: number | undefined;
  answer: Answer | undefined;
}

/** The worker, and what the page knows of it. */
export interface Session {
  readonly state: State;
  /** From 0 to 1. */
  readonly progress: ComputedRef<number>;
  /** The last round whose ticket and control are trained; 0 where there is none. */
  readonly lastRound: ComputedRef<number>;
  begin(url: string): void;
  pause(): void;
  resume(): void;
  stop(): void;
  ask(question: Float32Array | string): void;
  askAgain(): void;
  example(): void;
  download(): void;
}

const EMPTY = {
  ready: undefined,
  trainees: [],
  step: 0,
  loss: undefined,
  masks: [],
  seconds: 0,
  digest: "",
  message: "",
  round: 0,
  question: undefined,
  label: undefined,
  answer: undefined,
} satisfies Partial<State>;

export function useSession(sample: SampleName): Session {
  const state: State = reactive({ phase: "idle", sample, ...EMPTY, trainees: shallowReactive([]) });
  let worker: Worker | undefined;
  let clock: ReturnType<typeof setInterval> | undefined;
  let asked = 0;
  let since = 0;

  const order = (order: Order): void => worker?.postMessage(order);
  const stopClock = (): void => clearInterval(clock);
  const startClock = (): void => {
    since = performance.now() - 1000 * state.seconds;
    clock = setInterval(() => {
      state.seconds = (performance.now() - since) / 1000;
    }, 250);
  };

  const progress = computed(() => {
    if (state.ready === undefined) return 0;
    const { networks, steps } = state.ready;
    const trained = state.trainees.filter(({ accuracy }) => accuracy !== undefined).length;
    const inTheMaking = trained < state.trainees.length ? state.step / steps : 0;
    return (trained + inTheMaking) / networks;
  });
  const lastRound = computed(() =>
    Math.max(
      0,
      ...state.trainees
        .filter(({ arm, accuracy }) => arm === "control" && accuracy !== undefined)
        .map(({ round }) => round),
    ),
  );

  function hear(news: News): void {
    const last = state.trainees.at(-1);
    if (news.kind === "ready") {
      state.ready = news;
      state.phase = "training";
      startClock();
    } else if (news.kind === "network") {
      state.trainees.push(reactive({ ...news.network, curve: [] }));
      if (news.network.arm !== "control") state.masks = news.masks;
      state.step = 0;
    } else if (news.kind === "step") Object.assign(state, { step: news.step, loss: news.loss });
    else if (news.kind === "measured") last?.curve.push({ step: news.step, accuracy: news.accuracy });
    else if (news.kind === "trained") {
      if (last !== undefined) last.accuracy = news.accuracy;
      if (news.network.arm === "control") {
        const following = state.round === news.network.round - 1;
        if (following) state.round = news.network.round;
      }
    } else if (news.kind === "paused") {
      stopClock();
      state.phase = "paused";
    } else if (news.kind === "done") {
      stopClock();
      Object.assign(state, { phase: "done", digest: news.digest });
    } else if (news.kind === "answer") {
      if (news.id === asked) state.answer = news.answer;
    } else if (news.kind === "example") {
      ask(news.question);
      state.label = news.label;
    } else if (news.kind === "file") save(`ticket-${state.sample}-round-${news.round}.safetensors`, news.bytes);
    else fail(news.message);
  }

  function fail(message: string): void {
    stopClock();
    worker?.terminate();
    Object.assign(state, { phase: "failed", message });
  }

  function begin(url: string): void {
    stop();
    state.phase = "loading";
    worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<News>) => hear(data);
    worker.onerror = (event) => fail(event.message ?? "the worker did not start");
    order({ kind: "begin", sample: state.sample, url, seed: 1 });
  }

  function stop(): void {
    stopClock();
    worker?.terminate();
    worker = undefined;
    Object.assign(state, { phase: "idle", ...EMPTY, trainees: shallowReactive([]) });
  }

  function ask(question: Float32Array | string): void {
    Object.assign(state, { question, label: undefined });
    askAgain();
  }

  function askAgain(): void {
    if (state.question === undefined || lastRound.value === 0) return;
    order({ kind: "ask", id: ++asked, round: state.round, question: state.question });
  }

  onUnmounted(stop);
  return {
    state,
    progress,
    lastRound,
    begin,
    stop,
    ask,
    askAgain,
    pause: () => {
      if (state.phase === "training") order({ kind: "pause" });
    },
    resume: () => {
      if (state.phase !== "paused") return;
      order({ kind: "resume" });
      startClock();
      state.phase = "training";
    },
    example: () => order({ kind: "example" }),
    download: () => order({ kind: "download", round: state.round }),
  };
}

function save(name: string, bytes: Uint8Array): void {
  const url = URL.createObjectURL(new Blob([bytes as BlobPart], { type: "application/octet-stream" }));
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000); // some browsers begin to read it after the click has returned
}
