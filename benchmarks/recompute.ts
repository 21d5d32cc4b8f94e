import type { BackendName } from "@ltt/cli";
import type { Backend } from "@ltt/core";
import { labelOf, threadsOf } from "./backends.ts";
import { loadInput } from "./inputs.ts";
import { interleave } from "./interleave.ts";
import { memoryOf } from "./memory.ts";
import { median } from "./quantile.ts";
import type { Measurement } from "./results.ts";
import { inputOf, type Network, networkBench } from "./training.ts";

const MB = 1e6;

/** Steps of an LSTM that keeps its gates and of one that computes them again, in turn; and memory, each in a process of its own. */
export async function recomputeBench({
  network,
  backends,
  densities,
  seconds,
  data,
}: {
  network: Network;
  backends: readonly Backend[];
  densities: readonly number[];
  /** For all steps together. */
  seconds: number;
  data: string | undefined;
}): Promise<{ measurements: Measurement[]; sentences: string[] }> {
  const input = await loadInput(inputOf(network), data);
  const recompute = [false, true];
  const options = { forms: ["padded"], densities, recompute } as const;
  const { candidates, toMeasurement } = networkBench("training", backends, new Map([[network, input]]), options);
  const timings = await interleave(candidates, seconds);
  const measurements: Measurement[] = [];
  const sentences: string[] = [];
  let next = 0;
  for (const backend of backends) {
    const [name, threads] = [labelOf(backend), threadsOf(backend)];
    const kind = (name.startsWith("native") ? "native" : name) as BackendName;
    let dense: number | undefined;
    for (const density of densities) {
      const [kept, again] = [timings[next++]!, timings[next++]!];
      const slower = median(again.times.map((time, round) => time / kept.times[round]!));
      const told: string[] = [`time ${slower.toFixed(2)} ×`];
      for (const [isAgain, timing] of [kept, again].entries()) {
        const { linear, peak, resident } = await memoryOf(network, kind, threads, density, input, {
          recompute: isAgain === 1,
        });
        dense ??= peak;
        told.push(
          `${isAgain === 1 ? "recomputed" : "kept"} ${(peak / MB).toFixed(1)} MB at the peak (${(peak / dense).toFixed(2)} ×)`,
        );
        const peakMemoryMb = Math.round(resident / MB);
        measurements.push({ ...toMeasurement(timing), peakMemoryMb, tensorsMb: linear / MB });
      }
      sentences.push(`${network}, ${name}, ${(100 * density).toPrecision(3)} %: ${told.join("; ")}`);
    }
  }
  return { measurements, sentences };
}
