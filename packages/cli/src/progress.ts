import type { Progress } from "@ltt/lottery";
import { Presets, SingleBar } from "cli-progress";
import { type Output, widthOf, writeLines } from "./terminal.ts";

/** Shows how far a run is, on standard error. */
export interface ProgressDisplay {
  readonly update: (progress: Progress) => void;
  /** A line that stays. */
  readonly say: (line: string) => void;
  readonly stop: () => void;
}

/** Milliseconds between lines where there is no terminal. */
const LINE_EVERY = 10_000;
/** Characters of the bar, and of a line that has room for one beside its text. */
const [BAR, ROOM_FOR_BAR] = [30, 120];

/** A bar on a terminal; elsewhere a plain line every ten seconds. */
export function createProgress(stream: Output): ProgressDisplay {
  const rate = new Rate();
  const line = (text: string) => writeLines(stream, text);
  if (stream.isTTY !== true) {
    let last = Number.NEGATIVE_INFINITY;
    return {
      update: (progress) => {
        const left = rate.note(progress);
        if (performance.now() - last < LINE_EVERY) return;
        last = performance.now();
        line(describe(progress, left, Infinity));
      },
      say: line,
      stop: () => {},
    };
  }

  const format = widthOf(stream) < ROOM_FOR_BAR ? "{percentage} % · {text}" : "{bar} {percentage} % · {text}";
  const bar = new SingleBar(
    { format, barsize: BAR, stream, hideCursor: true, clearOnComplete: true, fps: 4 },
    Presets.shades_classic,
  );
  let running = false;
  const stop = () => {
    if (running) bar.stop();
    running = false;
  };
  return {
    update: (progress) => {
      const done = progress.networks + progress.steps / progress.stepsAtMost;
      const room = widthOf(stream) - (widthOf(stream) < ROOM_FOR_BAR ? 0 : BAR + 1) - "100 % · ".length;
      const text = describe(progress, rate.note(progress), room);
      if (running) bar.update(done, { text });
      else bar.start(progress.networksInAll, done, { text });
      running = true;
    },
    say: (text) => {
      stop();
      line(text);
    },
    stop,
  };
}

interface Left {
  /** Validations between the steps count too. */
  readonly stepsPerSecond: number;
  /** Seconds until the end, if no network stops early; undefined while that cannot be told. */
  readonly seconds: number | undefined;
}

/** Measures steps against the clock. Networks that were taken from the folder cost nothing and are not counted. */
class Rate {
  #began: number | undefined;
  #steps = 0;
  #last = 0;

  note({ steps, stepsAtMost, networks, networksInAll }: Progress): Left {
    const now = performance.now() / 1000;
    if (this.#began === undefined) {
      this.#began = now; // the first step is not timed: it warms up
      this.#last = steps;
      return { stepsPerSecond: 0, seconds: undefined };
    }
    this.#steps += Math.max(1, steps - this.#last); // workers elsewhere do not tell every step
    this.#last = steps;
    const stepsPerSecond = this.#steps / (now - this.#began);
    const left = (networksInAll - networks) * stepsAtMost - steps;
    return { stepsPerSecond, seconds: this.#steps < 3 ? undefined : left / stepsPerSecond };
  }
}

/** Where a run is, in at most `room` characters if it can: the loss goes first, then the rate, the step and the network's name. */
function describe(progress: Progress, { stepsPerSecond, seconds }: Left, room: number): string {
  const parts = [
    { goes: Infinity, text: `${numbers(progress)}/${progress.networksInAll}` },
    ...whichOf(progress),
    ...(seconds === undefined
      ? []
      : [
          { goes: 2, text: `${stepsPerSecond.toPrecision(2)} steps/s` },
          { goes: 5, text: `≤ ${duration(seconds)} left` },
        ]),
  ];
  const line = (gone: number) =>
    parts
      .filter(({ goes }) => goes > gone)
      .map(({ text }) => text)
      .join(" · ");
  let gone = 0;
  while (line(gone).length > room && gone < 5) gone++;
  return line(gone);
}

/** Of the networks in the making. */
function numbers({ networks, inTheMaking }: Progress): string {
  return inTheMaking === 1 ? `network ${networks + 1}` : `networks ${networks + 1}–${networks + inTheMaking}`;
}

/** Of one network all; of several, which would alternate, how far they are together. */
function whichOf({ arm, seed, round, step, stepsAtMost, loss, inTheMaking, steps }: Progress) {
  if (inTheMaking > 1) return [{ goes: 3, text: `step ${steps}/${inTheMaking * stepsAtMost}` }];
  return [
    { goes: 4, text: `${arm}, seed ${seed}, round ${round}` },
    { goes: 3, text: `step ${step}/${stepsAtMost}` },
    { goes: 1, text: `loss ${loss.toFixed(3)}` },
  ];
}

/** `45 s`, `12 min`, `3 h 20 min`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
