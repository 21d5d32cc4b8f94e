import type { Progress } from "@ltt/lottery";
import { Presets, SingleBar } from "cli-progress";

/** Shows how far a run is, on standard error. */
export interface ProgressDisplay {
  readonly update: (progress: Progress) => void;
  /** A line that stays. */
  readonly say: (line: string) => void;
  readonly stop: () => void;
}

/** Milliseconds between lines where there is no terminal. */
const LINE_EVERY = 10_000;

/** A bar on a terminal; elsewhere a plain line every ten seconds. */
export function createProgress(stream: NodeJS.WriteStream): ProgressDisplay {
  const rate = new Rate();
  const line = (text: string) => stream.write(`${text}\n`);
  if (!stream.isTTY) {
    let last = Number.NEGATIVE_INFINITY;
    return {
      update: (progress) => {
        const left = rate.note(progress);
        if (performance.now() - last < LINE_EVERY) return;
        last = performance.now();
        line(describe(progress, left));
      },
      say: line,
      stop: () => {},
    };
  }

  const bar = new SingleBar(
    { format: "{bar} {percentage} % · {text}", stream, hideCursor: true, clearOnComplete: true, fps: 4 },
    Presets.shades_classic,
  );
  let running = false;
  const stop = () => {
    if (running) bar.stop();
    running = false;
  };
  return {
    update: (progress) => {
      const done = progress.networks + progress.step / progress.stepsAtMost;
      const text = describe(progress, rate.note(progress));
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

  note({ step, stepsAtMost, networks, networksInAll }: Progress): Left {
    const now = performance.now() / 1000;
    if (this.#began === undefined) {
      this.#began = now; // the first step is not timed: it warms up
      return { stepsPerSecond: 0, seconds: undefined };
    }
    this.#steps++;
    const stepsPerSecond = this.#steps / (now - this.#began);
    const left = (networksInAll - networks) * stepsAtMost - step;
    return { stepsPerSecond, seconds: this.#steps < 3 ? undefined : left / stepsPerSecond };
  }
}

function describe(progress: Progress, { stepsPerSecond, seconds }: Left): string {
  const { arm, seed, round, step, stepsAtMost, loss, networks, networksInAll } = progress;
  const rest =
    seconds === undefined ? "" : ` · ${stepsPerSecond.toPrecision(2)} steps/s · at most ${duration(seconds)} left`;
  return `network ${networks + 1}/${networksInAll} · ${arm}, seed ${seed}, round ${round} · step ${step}/${stepsAtMost} · loss ${loss.toFixed(3)}${rest}`;
}

/** `45 s`, `12 min`, `3 h 20 min`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
