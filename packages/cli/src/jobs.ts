import { availableParallelism } from "node:os";
import { armsNeeded, type ExperimentSettings } from "@ltt/lottery";
import type { BackendName } from "./backends.ts";

/** Processes that train networks of one run, and the threads that each computes with; `auto`: as many jobs as are of use. */
export type JobCount = number | "auto";

/** What a run does unless told. */
const DEFAULT_JOBS: JobCount = 1;

/** MB of a process that trains: its weights, its batches, and Node. */
const PROCESS_MB = 800;

/** Threads that one network can use: more hardly help. */
const MOST_THREADS = 8;

export interface ChosenJobs {
  readonly jobs: number;
  /** Of each job while all are at work. */
  readonly threads: number;
  /** Of a job that works while others wait: it has theirs too. */
  readonly threadsAtMost: number;
  /** As `2 jobs of 1 thread`, and why. */
  readonly words: string;
}

export interface Resources {
  readonly cores: number;
  readonly memoryMb: number;
}

/**
 * How many jobs a run has, and threads for each: as told, else by the default. `auto` is a job for each core, but no more than networks
 * that can be trained at once and than the memory holds. Threads: the cores divided among the jobs.
 */
export function chooseJobs(
  asked: {
    readonly jobs?: JobCount | undefined;
    readonly threads?: number | undefined;
    readonly backend?: BackendName | undefined;
  },
  experiment: ExperimentSettings,
  { cores, memoryMb }: Resources = resources(),
): ChosenJobs {
  const { jobs: told = DEFAULT_JOBS, backend } = asked;
  const networks = networksAtOnce(experiment);
  const processes = Math.max(1, Math.floor(memoryMb / PROCESS_MB));
  const jobs = told === "auto" ? Math.min(cores, networks, processes) : Math.min(told, networks);
  const hasThreads = backend !== "reference" && backend !== "gpu";
  const threads = hasThreads ? (asked.threads ?? Math.max(1, Math.floor(cores / jobs))) : 1;
  const threadsAtMost = hasThreads ? Math.max(threads, Math.min(jobs * threads, MOST_THREADS)) : 1;
  const why =
    told === "auto"
      ? ` (${counted(cores, "core")}, ${counted(networks, "network")} at once, memory for ${counted(processes, "job")})`
      : told > networks
        ? ` (no more than ${counted(networks, "network")} can be trained at once)`
        : "";
  return { jobs, threads, threadsAtMost, words: `${counted(jobs, "job")} of ${counted(threads, "thread")}${why}` };
}

/** The most networks of an experiment that can be trained at the same time: those of a round, of every seed. */
function networksAtOnce(experiment: ExperimentSettings): number {
  return experiment.seeds.length * (experiment.rounds === 0 ? 1 : armsNeeded(experiment).length);
}

function resources(): Resources {
  return { cores: availableParallelism(), memoryMb: process.availableMemory() / 2 ** 20 };
}

export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
