// Our training steps and PyTorch's, alternating, on the same batches of real token ids.
//
//     npm run bench:pytorch -- --pytorch "chroot trixie /usr/bin/python3 /perf/torch_bench.py" --exchange trixie/perf/real --inside /perf/real
//
// The program after --pytorch takes `train --pair … --threads 2 --adam fused --flush-denormal 1 --bucket 0|1 --data DIR` and prints one JSON line with
// `ms_best` and `ms_median` for a step; it reads the batches that are written to --exchange, which it sees as --inside.
import { execFileSync } from "node:child_process";
import { createBackend } from "@ltt/cli";
import { Command, Option } from "commander";
import { exportInput, loadInput } from "./inputs.ts";
import { interleave } from "./interleave.ts";
import { machine } from "./machine.ts";
import { inputOf, networkBench } from "./training.ts";

const PAIRS = { "imdb-cnn": ["imdb", "imdb-cnn"], "ag-news-cnn": ["agnews", "agnews-cnn"] } as const;

const flags: { pytorch: string; exchange: string; inside: string; rounds: string; data?: string; only?: string } =
  new Command("against-pytorch")
    .requiredOption("--pytorch <command>", "the program that times PyTorch")
    .requiredOption("--exchange <dir>", "where to write the batches")
    .requiredOption("--inside <dir>", "the same folder as that program sees it")
    .option("--rounds <n>", "turns of each side", "5")
    .option("--only <pair>", Object.keys(PAIRS).join(" or "))
    .addOption(new Option("--data <dir>", "folder with the data sets").env("LTT_DATA"))
    .parse()
    .opts();

console.log(JSON.stringify(machine()));
const backend = await createBackend();
for (const [network, [set, pair]] of Object.entries(PAIRS)) {
  if (flags.only !== undefined && flags.only !== network) continue;
  const name = network as keyof typeof PAIRS;
  const input = await loadInput(inputOf(name), flags.data);
  exportInput(flags.exchange, set, input);
  const bench = networkBench("training", [backend], new Map([[name, input]]));

  const turns: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
  for (let round = 0; round < Number(flags.rounds); round++) {
    const timings = await interleave(bench.candidates, 4);
    turns.ours.push(...timings.map((timing) => bench.toMeasurement(timing).samplesPerSecond!));
    for (const bucket of ["0", "1"]) turns.theirs.push(64_000 / torch(pair, bucket));
  }
  ["as it is", "bucketed by length"].forEach((form, i) => {
    const [ours, theirs] = [turns.ours, turns.theirs].map((all) =>
      all.filter((_, at) => at % 2 === i).sort((a, b) => a - b),
    );
    const ratios = ours!.map((value, at) => value / theirs![at]!);
    const middle = (values: readonly number[]) => values[Math.floor(values.length / 2)]!;
    console.log(
      `${network}, ${form}: ours ${middle(ours!).toFixed(0)}, PyTorch ${middle(theirs!).toFixed(0)} samples/s (medians of ${flags.rounds} turns), ` +
        `${(middle(ours!) / middle(theirs!)).toFixed(2)} × (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`,
    );
  });
}

/** ms a step. */
function torch(pair: string, bucket: string): number {
  const [program, ...first] = flags.pytorch.split(" ");
  const options = ["--adam", "fused", "--flush-denormal", "1", "--threads", "2", "--blocks", "3", "--budget", "20"];
  const args = [...first, "train", "--pair", pair, "--bucket", bucket, "--data", flags.inside, ...options];
  const line = execFileSync(program!, args, { encoding: "utf8" }).trim().split("\n").at(-1)!;
  const { ms_quiet, ms_median } = JSON.parse(line);
  return ms_quiet ?? ms_median;
}
