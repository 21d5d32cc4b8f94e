// The share that our matmul of 512×512×512, one thread, reaches of what this machine's 128-bit arithmetic can do at most, measured in turn.
//
//     npm run bench:peak -- --peak "./peak --threads 1 --ms 10 --reps 30"
//
// The program after --peak is described at `peakOf`. Both sides give their best of many windows of about 10 ms: whatever else runs on the host
// makes a window slower, never faster.
import { createBackend } from "@ltt/cli";
import { Command } from "commander";
import { kernelBench } from "./kernels.ts";
import { machine, noteLoad } from "./machine.ts";
import { peakOf } from "./peak.ts";
import { median } from "./quantile.ts";
import { type Group, measurement, saveResults } from "./results.ts";

const MATMUL = "512×512×512";
/** Calls in a turn, about 10 ms each. */
const CALLS = 60;

const flags: { peak: string; rounds: string; save?: string | true } = new Command("against-peak")
  .requiredOption("--peak <command>", "the program that measures the machine")
  .option("--rounds <n>", "turns of each side", "9")
  .option("--save [name]", "write benchmarks/results/NAME.json, or a file where NAME is a path")
  .parse()
  .opts();

console.log(JSON.stringify(machine()));
const groups: Group[] = [];
for (const name of ["wasm-fma", "wasm"] as const) {
  const { candidates, toMeasurement } = kernelBench([await createBackend(name, { threads: 1 })], MATMUL);
  const [candidate] = candidates;
  const { step } = await candidate!.prepare();
  const [ours, peaks]: [number[], number[]] = [[], []];
  for (let round = 0; round < Number(flags.rounds); round++) {
    noteLoad();
    let best = Number.POSITIVE_INFINITY;
    for (let call = 0; call < CALLS; call++) {
      const start = performance.now();
      await step();
      best = Math.min(best, (performance.now() - start) / 1000);
    }
    const of = { name: candidate!.name, median: best, best, quartiles: [best, best] as const };
    const timing = { ...of, cpu: 0, times: [best] };
    ours.push(toMeasurement(timing).best);
    peaks.push(peakOf(flags.peak, name));
  }
  const shares = ours.map((rate, turn) => (100 * rate) / peaks[turn]!);
  const [best, peak] = [Math.max(...ours), Math.max(...peaks)];
  console.log(
    `${candidate!.name}: best ${best.toFixed(1)} of ${peak.toFixed(1)} GFLOP/s, ${((100 * best) / peak).toFixed(0)} %; ` +
      `turn by turn ${median(shares).toFixed(0)} % (${Math.min(...shares).toFixed(0)}–${Math.max(...shares).toFixed(0)} %, ${shares.length} turns)`,
  );
  const of = { bench: "kernel", name: "matmul 512×512×512", backend: name, unit: "GFLOP/s" } as const;
  groups.push({
    title: `${of.name}, ${name}: the machine's peak`,
    measurements: [
      measurement({ ...of, values: ours }),
      measurement({ ...of, side: "128-bit peak of the core", values: peaks }),
    ],
  });
}
if (flags.save !== undefined)
  saveResults(flags.save === true ? `peak-node-${process.versions.node.split(".")[0]}` : flags.save, groups);
