// The share that our matmul of 512×512×512, one thread, reaches of what this machine's 128-bit arithmetic can do at most, measured in turn.
//
//     npm run bench:peak -- --peak "./peak --threads 1 --ms 10 --reps 30"
//
// The program after --peak is described at `peakOf`. Both sides give their best of many windows of about 10 ms: whatever else runs on the host
// makes a window slower, never faster.
import { createBackend } from "@ltt/cli";
import { Command } from "commander";
import { kernelBench } from "./kernels.ts";
import { machine } from "./machine.ts";
import { peakOf } from "./peak.ts";

const MATMUL = "512×512×512";
/** Calls in a turn, about 10 ms each. */
const CALLS = 60;

const flags: { peak: string; rounds: string } = new Command("against-peak")
  .requiredOption("--peak <command>", "the program that measures the machine")
  .option("--rounds <n>", "turns of each side", "9")
  .parse()
  .opts();

console.log(JSON.stringify(machine()));
for (const name of ["wasm-fma", "wasm"] as const) {
  const { candidates, toMeasurement } = kernelBench([await createBackend(name, { threads: 1 })], MATMUL);
  const [candidate] = candidates;
  const { step } = await candidate!.prepare();
  const shares: number[] = [];
  let [ours, peak] = [0, 0];
  for (let round = 0; round < Number(flags.rounds); round++) {
    let best = Number.POSITIVE_INFINITY;
    for (let call = 0; call < CALLS; call++) {
      const start = performance.now();
      await step();
      best = Math.min(best, (performance.now() - start) / 1000);
    }
    const of = { name: candidate!.name, median: best, best, quartiles: [best, best] as const };
    const timing = { ...of, cpu: 0, times: [best] };
    const turn = { ours: toMeasurement(timing).best, peak: peakOf(flags.peak, name) };
    shares.push((100 * turn.ours) / turn.peak);
    [ours, peak] = [Math.max(ours, turn.ours), Math.max(peak, turn.peak)];
  }
  shares.sort((a, b) => a - b);
  console.log(
    `${candidate!.name}: best ${ours.toFixed(1)} of ${peak.toFixed(1)} GFLOP/s, ${((100 * ours) / peak).toFixed(0)} %; ` +
      `turn by turn ${shares[Math.floor(shares.length / 2)]!.toFixed(0)} % (${shares[0]!.toFixed(0)}–${shares.at(-1)!.toFixed(0)} %, ${shares.length} turns)`,
  );
}
