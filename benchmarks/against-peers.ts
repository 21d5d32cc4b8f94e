// Our steps and other frameworks', alternating, on the same batches of real token ids.
//
//     npm run bench:peers -- --exchange trixie/perf/real --pytorch "chroot trixie /usr/bin/python3 /perf/torch_bench.py --data /perf/real"
//     npm run bench:peers -- --exchange real --tfjs "node tfjs_bench.mjs" --jax-js "node --experimental-wasm-relaxed-simd jaxjs_bench.mjs"
//     npm run bench:peers -- --exchange real --onnxruntime "node ort_bench.mjs --onnx models"
//
// A peer is a program that takes `train|infer --pair … --threads 2 --data DIR` and the options below, reads the batches that are written to --exchange, and prints
// one JSON line with `ms_median`, of a step, and `ms_quiet`, of the steps that had the machine to themselves.
import { execFileSync } from "node:child_process";
import { createBackend } from "@ltt/cli";
import type { Backend } from "@ltt/core";
import { Command, Option } from "commander";
import { type BenchmarkInput, exportInput, loadInput } from "./inputs.ts";
import { interleave } from "./interleave.ts";
import { machine } from "./machine.ts";
import { inputOf, type Network, networkBench } from "./training.ts";

/** The same networks under the names of the peers: data set, then model. */
const PAIRS = {
  "imdb-cnn": "imdb-cnn",
  "ag-news-cnn": "agnews-cnn",
  "imdb-lstm": "imdb-lstm",
  "ag-news-lstm": "agnews-lstm",
  "imdb-bilstm": "imdb-bilstm2",
} as const satisfies Partial<Record<Network, string>>;
type PairName = keyof typeof PAIRS;

type Form = "as it is" | "bucketed";

interface Contest {
  readonly title: string;
  readonly bench: "training" | "inference";
  /** Which of our two forms of the batches it is compared with. */
  readonly form: Form;
  readonly options: string;
}

/** Each peer in the fastest setting that is known for it. */
const PEERS = {
  pytorch: [
    {
      title: "PyTorch",
      bench: "training",
      form: "as it is",
      options: "train --threads 2 --adam fused --flush-denormal 1",
    },
    {
      title: "PyTorch",
      bench: "training",
      form: "bucketed",
      options: "train --threads 2 --adam fused --flush-denormal 1 --bucket 1",
    },
  ],
  tfjs: [{ title: "TensorFlow.js", bench: "training", form: "as it is", options: "train --backend wasm" }],
  jaxJs: [{ title: "jax-js", bench: "training", form: "as it is", options: "train --style workaround --workers 2" }],
  onnxruntime: [{ title: "onnxruntime", bench: "inference", form: "as it is", options: "--threads 2" }],
} as const satisfies Record<string, readonly Contest[]>;

interface Flags extends Partial<Record<keyof typeof PEERS, string>> {
  readonly exchange: string;
  readonly rounds: string;
  readonly seconds: string;
  readonly data?: string;
  readonly only?: string;
}

const flags: Flags = new Command("against-peers")
  .option("--pytorch <command>", "the program that times PyTorch")
  .option("--tfjs <command>", "TensorFlow.js")
  .option("--jax-js <command>", "jax-js")
  .option("--onnxruntime <command>", "onnxruntime-node")
  .requiredOption("--exchange <dir>", "where to write the batches")
  .option("--rounds <n>", "turns of each side", "5")
  .option("--seconds <n>", "the most that a peer takes for its turn, loading and warming not counted", "20")
  .option("--only <pair>", Object.keys(PAIRS).join(", "))
  .addOption(new Option("--data <dir>", "folder with the data sets").env("LTT_DATA"))
  .parse()
  .opts();

console.log(JSON.stringify(machine()));
const backend = await createBackend();
for (const name of Object.keys(PAIRS) as PairName[]) {
  if (flags.only !== undefined && flags.only !== name) continue;
  const input = await loadInput(inputOf(name), flags.data);
  exportInput(flags.exchange, PAIRS[name].split("-")[0]!, input);
  for (const [peer, contests] of Object.entries(PEERS) as [keyof typeof PEERS, readonly Contest[]][]) {
    const command = flags[peer];
    if (command !== undefined) for (const contest of contests) await compete(name, contest, command, backend, input);
  }
}

async function compete(
  name: PairName,
  { title, bench, form, options }: Contest,
  command: string,
  backend: Backend,
  input: BenchmarkInput,
): Promise<void> {
  const { candidates, toMeasurement } = networkBench(bench, [backend], new Map([[name, input]]));
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < Number(flags.rounds); round++) {
    const timings = await interleave([candidates[form === "as it is" ? 0 : 1]!], 3);
    ours.push(toMeasurement(timings[0]!).samplesPerSecond!);
    theirs.push(64_000 / millisecondsOf(command, `${options} --pair ${PAIRS[name]}`));
  }
  const ratios = ours.map((value, turn) => value / theirs[turn]!);
  const middle = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
  console.log(
    `${bench}, ${name}, ${form}: ours ${middle(ours).toFixed(0)}, ${title} ${middle(theirs).toFixed(1)} samples/s ` +
      `(medians of ${flags.rounds} turns), ${middle(ratios).toFixed(2)} × (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`,
  );
}

/** What a step took a peer. */
function millisecondsOf(command: string, options: string): number {
  const [program, ...first] = command.split(" ");
  const data = command.includes("--data ") ? [] : ["--data", flags.exchange];
  const limits = ["--blocks", "3", "--budget", flags.seconds];
  const script = first.findIndex((part) => /\.(py|mjs)$/.test(part)) + 1;
  const args = [...first.slice(0, script), ...options.split(" "), ...first.slice(script), ...data, ...limits];
  const line = execFileSync(program!, args, { encoding: "utf8" }).trim().split("\n").at(-1)!;
  const { ms_quiet, ms_median, error } = JSON.parse(line);
  if (ms_median === undefined) throw new Error(`${command} ${options}: ${error ?? line}`);
  return ms_quiet ?? ms_median;
}
