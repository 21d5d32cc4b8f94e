// The share that our matmul of 512×512×512, one thread, reaches of what this machine's 128-bit arithmetic can do at most, measured in turn.
//
//     npm run bench:peak -- --peak "./peak --threads 1"
//
// The program after --peak takes `--what sse_fma|sse_muladd` and prints one JSON line with `best`, in GFLOP/s: fused multiplications and
// additions, or separate ones, on registers alone.
import { execFileSync } from "node:child_process";
import { createBackend } from "@ltt/cli";
import { Command } from "commander";
import { interleave } from "./interleave.ts";
import { kernelBench } from "./kernels.ts";
import { machine } from "./machine.ts";

const flags: { peak: string; rounds: string } = new Command("against-peak")
  .requiredOption("--peak <command>", "the program that measures the machine")
  .option("--rounds <n>", "turns of each side", "9")
  .parse()
  .opts();

console.log(JSON.stringify(machine()));
for (const [name, what] of [
  ["wasm-fma", "sse_fma"],
  ["wasm", "sse_muladd"],
] as const) {
  const { candidates, toMeasurement } = kernelBench([await createBackend(name, 1)], "512×512×512");
  const turns: { ours: number; peak: number }[] = [];
  for (let round = 0; round < Number(flags.rounds); round++) {
    const [timing] = await interleave(candidates, 1);
    turns.push({ ours: toMeasurement(timing!).best, peak: peakOf(what) });
  }
  const middle = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
  const shares = turns.map(({ ours, peak }) => (100 * ours) / peak);
  console.log(
    `${candidates[0]!.name}: ${middle(turns.map(({ ours }) => ours)).toFixed(1)} of ${middle(turns.map(({ peak }) => peak)).toFixed(1)} GFLOP/s ` +
      `(medians of the best of ${flags.rounds} turns), ${middle(shares).toFixed(0)} % (${Math.min(...shares).toFixed(0)}–${Math.max(...shares).toFixed(0)} %)`,
  );
}

function peakOf(what: string): number {
  const [program, ...args] = flags.peak.split(" ");
  const output = execFileSync(program!, [...args, "--what", what], { encoding: "utf8" });
  return JSON.parse(output.trim().split("\n").at(-1)!).best;
}
