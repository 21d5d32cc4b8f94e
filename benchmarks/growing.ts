import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { BackendName } from "@ltt/cli";
import { noteLoad } from "./machine.ts";
import { median } from "./quantile.ts";
import { type Measurement, measurement } from "./results.ts";

/** Networks that are trained sparse from the first step to the last. */
export const GROWING = ["mnist-lenet", "ag-news-cnn"] as const;

/** Dense; with a mask that stays; with one whose weights are exchanged. */
const KINDS = ["dense", "mask", "set", "rigl"] as const;

/** What a process of its own is told. */
export interface GrowingJob {
  readonly network: (typeof GROWING)[number];
  readonly kind: (typeof KINDS)[number];
  readonly backend: BackendName;
  readonly threads: number;
  readonly steps: number;
  readonly density: number;
  readonly data: string | undefined;
}

/** What it took to train and to validate: seconds of the processor, which other programs do not lengthen, and by the clock; bytes. */
export interface GrowingUse {
  readonly user: number;
  readonly wall: number;
  /** What the memory that all tensors lie in has grown to. */
  readonly linear: number;
  /** What the process grew by. */
  readonly growth: number;
  readonly accuracy: number;
}

/** What of dense training is asked for at 90 % sparsity. */
const GOAL = 0.45;

/**
 * Trains a network dense, with a fixed mask of Erdős–Rényi densities, by SET and by RigL, in turn, each in a process of its own, and compares whole trainings: steps, growth, rebuilt
 * index structures and validations.
 *
 * @param seconds - Turns begin until these are over; there is one at least.
 */
export async function growingBench(
  job: Omit<GrowingJob, "kind">,
  seconds: number,
): Promise<{ measurements: Measurement[]; sentences: string[] }> {
  const uses = new Map(KINDS.map((kind) => [kind, [] as GrowingUse[]]));
  const began = performance.now();
  do {
    noteLoad();
    for (const kind of KINDS) uses.get(kind)!.push(await use({ ...job, kind }));
  } while (performance.now() - began < 1000 * seconds);
  const dense = uses.get("dense")!;
  const measurements = Array.from(uses, ([kind, own]) =>
    measurement({
      ...{
        bench: "growing",
        name: `${job.network}, ${job.steps} steps, ${kind}`,
        backend: job.backend,
        threads: job.threads,
      },
      ...{ density: kind === "dense" ? 1 : job.density },
      ...{ unit: "s", values: own.map(({ user }) => user) },
    }),
  );
  const sentences = Array.from(uses, ([kind, own]) => {
    const ratios = own.map(({ user }, turn) => user / dense[turn]!.user).sort((a, b) => a - b);
    const ratio = median(ratios);
    const [{ linear, growth, accuracy }] = own as [GrowingUse];
    const asked =
      kind === "set" || kind === "rigl" ? `; asked for ${GOAL}: ${ratio <= GOAL ? "reached" : "MISSED"}` : "";
    return (
      `${job.network}, ${kind}: ${ratio.toFixed(3)} of dense training's processor time (${ratios[0]!.toFixed(3)}–${ratios.at(-1)!.toFixed(3)}, ${own.length} turns)${asked}; ` +
      `tensors in ${(linear / 1e6).toFixed(1)} MB, process grown by ${(growth / 1e6).toFixed(0)} MB; test accuracy ${(100 * accuracy).toFixed(2)} %`
    );
  });
  return { measurements, sentences };
}

async function use(job: GrowingJob): Promise<GrowingUse> {
  const child = fork(fileURLToPath(new URL("growing-training.ts", import.meta.url)), {
    serialization: "advanced",
    execArgv: [...process.execArgv, "--expose-gc"],
  });
  child.send(job);
  const [answer] = (await Promise.race([
    once(child, "message"),
    once(child, "exit").then(([code]) => {
      throw new Error(`the process that trains ${job.kind} ended with ${code}`);
    }),
  ])) as [GrowingUse];
  return answer;
}
