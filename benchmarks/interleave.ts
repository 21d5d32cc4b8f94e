import { noteLoad } from "./machine.ts";
import { median, quartiles } from "./quantile.ts";

/** Something to time: `step` does one unit of work and waits until it is done. */
export interface Candidate {
  readonly name: string;
  /** Called once, before anything is timed. Returns the step and what gives its memory back. */
  readonly prepare: () => Promise<Prepared>;
}

export interface Prepared {
  /** Returns a number made of its result, so that no engine may leave the work out. */
  readonly step: () => Promise<number>;
  readonly end?: () => Promise<void>;
}

/** Another program, which times a block of its own: seconds that a step took it. */
export interface Peer {
  readonly name: string;
  readonly block: () => Promise<number>;
  /** Known once a block was timed. */
  version?: string;
}

export function sideOf({ name, version }: Peer): string {
  return version === undefined ? name : `${name} ${version}`;
}

/** Seconds a step took, block by block. */
export interface Timing {
  readonly name: string;
  readonly median: number;
  readonly best: number;
  readonly quartiles: readonly [number, number];
  /** Seconds of user time that a step took this process, with all its threads: the median over blocks. Of another program 0. */
  readonly cpu: number;
  /** Block by block, in the order of the rounds. */
  readonly times: readonly number[];
}

/** Seconds a candidate runs untimed: V8 compiles hot WebAssembly a second time while it runs. */
const WARM = 1;
/** Seconds a block lasts at least: long beside the clock's grain, short beside the drift of the machine. */
const BLOCK = 0.25;

/**
 * Times candidates in turn, a block of each, round after round: what the machine does to one it does to the others, so ratios hold even
 * where the times themselves drift.
 *
 * @param seconds - For all candidates together; every one gets three blocks at least.
 * @param peer - Another program, that takes its turn after the candidates.
 */
export async function interleave(candidates: readonly Candidate[], seconds: number, peer?: Peer): Promise<Timing[]> {
  const prepared: {
    name: string;
    step: Prepared["step"];
    end: Prepared["end"];
    times: number[];
    cpu: number[];
    steps: number;
  }[] = [];
  let consumed = 0;
  for (const { name, prepare } of candidates) {
    const { step, end } = await prepare();
    for (const start = performance.now(); performance.now() - start < WARM * 1000; ) consumed += await step();
    prepared.push({ name, step, end, times: [], cpu: [], steps: 1 });
  }

  const peerTimes: number[] = [];
  const began = performance.now();
  for (let round = 0; round < 3 || (performance.now() - began) / 1000 < seconds; round++) {
    noteLoad();
    for (const candidate of prepared) {
      let [elapsed, used] = [0, 0];
      for (;;) {
        const [start, user] = [performance.now(), process.cpuUsage()];
        for (let i = 0; i < candidate.steps; i++) consumed += await candidate.step();
        elapsed = (performance.now() - start) / 1000;
        used = process.cpuUsage(user).user / 1e6;
        if (elapsed >= BLOCK) break;
        candidate.steps = Math.ceil(candidate.steps * Math.min(10, (1.2 * BLOCK) / Math.max(elapsed, 1e-6)));
      }
      candidate.times.push(elapsed / candidate.steps);
      candidate.cpu.push(used / candidate.steps);
    }
    if (peer !== undefined) peerTimes.push(await peer.block());
  }
  for (const { end } of prepared) await end?.();
  if (Number.isNaN(consumed)) throw new Error("a result is NaN: what was timed is not what was meant");

  const all = [...prepared, ...(peer === undefined ? [] : [{ name: peer.name, times: peerTimes, cpu: [0] }])];
  return all.map(({ name, times, cpu }) => ({
    ...{ name, median: median(times), best: Math.min(...times), quartiles: quartiles(times), times, cpu: median(cpu) },
  }));
}
