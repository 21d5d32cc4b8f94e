// Our steps and other frameworks', alternating, on the same batches of real token ids.
//
//     npm run bench:peers -- --exchange trixie/perf/real --pytorch "chroot trixie /usr/bin/python3 /perf/torch_bench.py --data /perf/real"
//     npm run bench:peers -- --exchange real --tfjs "node tfjs_bench.mjs" --jax-js "node --experimental-wasm-relaxed-simd jaxjs_bench.mjs"
//     npm run bench:peers -- --exchange real --onnxruntime "node ort_bench.mjs --onnx models"
//
// A peer is a program that takes the options below and `--data DIR`, reads the batches that are written to --exchange, and prints
// one JSON line with `ms_median`, of a step, and `ms_quiet`, of the steps that had the machine to themselves.
import { availableParallelism } from "node:os";
import { WIDTHS, type Width } from "@ltt/cli";
import type { Backend } from "@ltt/core";
import { Command, Option } from "commander";
import { labelOf, NAMES, openBackend, ranOn } from "./backends.ts";
import { type BenchmarkInput, exportInput, loadInput } from "./inputs.ts";
import { interleave } from "./interleave.ts";
import { machine, noteLoad } from "./machine.ts";
import { dataSetOf, PAIRS, stepOfPeer } from "./peer.ts";
import { median } from "./quantile.ts";
import { type Group, measurement, saveResults } from "./results.ts";
import { inputOf, type Network, networkBench } from "./training.ts";

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
      options: "train --threads 2 --adam fused --flush-denormal 1 --pair PAIR",
    },
    {
      title: "PyTorch",
      bench: "training",
      form: "bucketed",
      options: "matrix --threads 2 --flush-denormal 1 --configs train:PAIR:adam=fused,bucket=1", // in passes over all batches
    },
  ],
  tfjs: [{ title: "TensorFlow.js", bench: "training", form: "as it is", options: "train --backend wasm --pair PAIR" }],
  jaxJs: [
    {
      title: "jax-js",
      bench: "training",
      form: "as it is",
      options: "train --style workaround --workers 2 --pair PAIR",
    },
  ],
  onnxruntime: [{ title: "onnxruntime", bench: "inference", form: "as it is", options: "--threads 2 --pair PAIR" }],
} as const satisfies Record<string, readonly Contest[]>;

interface Flags extends Partial<Record<keyof typeof PEERS, string>> {
  readonly exchange: string;
  readonly rounds: string;
  readonly seconds: string;
  readonly data?: string;
  readonly only?: string;
  readonly form?: Form;
  readonly backend: string;
  readonly width?: string;
  readonly save?: string | true;
}

const flags: Flags = new Command("against-peers")
  .option("--pytorch <command>", "the program that times PyTorch")
  .option("--tfjs <command>", "TensorFlow.js")
  .option("--jax-js <command>", "jax-js")
  .option("--onnxruntime <command>", "onnxruntime-node")
  .requiredOption("--exchange <dir>", "where to write the batches")
  .option("--rounds <n>", "turns of each side", "5")
  .option("--seconds <n>", "the most that a peer takes for its turn, loading and warming not counted", "20")
  .option("--only <pair>", [...PAIRS.keys()].join(", "))
  .addOption(new Option("--form <form>", "of the batches; default both").choices(["as it is", "bucketed"]))
  .option("--backend <names>", `ours, all in each turn: of ${NAMES.join(",")}`, NAMES[0])
  .addOption(
    new Option("--width <bits>", "of the wasm backends' vectors (default: the most that run)").choices(
      WIDTHS.map(String),
    ),
  )
  .addOption(new Option("--data <dir>", "folder with the data sets").env("LTT_DATA"))
  .option("--save [name]", "write benchmarks/results/NAME.json, or a file where NAME is a path")
  .parse()
  .opts();

console.log(JSON.stringify(machine()));
const width = flags.width === undefined ? undefined : (Number(flags.width) as Width);
const backends: Backend[] = [];
for (const name of flags.backend.split(",")) backends.push(await openBackend(name, availableParallelism(), width));
const groups: Group[] = [];
for (const [name, pair] of PAIRS) {
  if (flags.only !== undefined && flags.only !== name) continue;
  const input = await loadInput(inputOf(name), flags.data);
  exportInput(flags.exchange, dataSetOf(pair), input);
  for (const [peer, contests] of Object.entries(PEERS) as [keyof typeof PEERS, readonly Contest[]][]) {
    const command = flags[peer];
    for (const contest of contests) {
      const isMeant = flags.form === undefined || flags.form === contest.form;
      if (command !== undefined && isMeant) groups.push(await compete(name, pair, contest, command, input));
    }
  }
}
if (flags.save !== undefined) {
  const asked = (Object.keys(PEERS) as (keyof typeof PEERS)[]).filter((peer) => flags[peer] !== undefined);
  const parts = [
    "peers",
    ...asked,
    flags.only,
    flags.form?.replaceAll(" ", "-"),
    flags.backend === NAMES[0] ? undefined : flags.backend.replaceAll(",", "-"),
  ];
  const name = [...parts, `node-${process.versions.node.split(".")[0]}`].filter((part) => part !== undefined).join("-");
  saveResults(flags.save === true ? name : flags.save, groups);
}

async function compete(
  name: Network,
  pair: string,
  { title, bench, form, options }: Contest,
  command: string,
  input: BenchmarkInput,
): Promise<Group> {
  const forms = [form === "as it is" ? ("padded" as const) : form];
  const { candidates, toMeasurement } = networkBench(bench, backends, new Map([[name, input]]), { forms });
  const ours = backends.map((): number[] => []);
  const theirs: number[] = [];
  let side = title;
  for (let round = 0; round < Number(flags.rounds); round++) {
    noteLoad();
    const timings = await interleave(candidates, 3 * candidates.length);
    for (const [i, timing] of timings.entries()) ours[i]!.push(toMeasurement(timing).median);
    const asked = options.replace("PAIR", pair);
    const { milliseconds, version } = stepOfPeer(command, asked, flags.exchange, Number(flags.seconds));
    theirs.push(64_000 / milliseconds);
    if (version !== undefined) side = `${title} ${version}`;
  }
  for (const [i, backend] of backends.entries()) {
    const ratios = ours[i]!.map((value, turn) => value / theirs[turn]!);
    console.log(
      `${bench}, ${name}, ${form}, ${labelOf(backend)}: ours ${median(ours[i]!).toPrecision(4)}, ${title} ${median(theirs).toPrecision(4)} samples/s ` +
        `(medians of ${flags.rounds} turns), ${median(ratios).toFixed(2)} × (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`,
    );
  }
  const of = { bench, name: `${name}, ${form}`, unit: "samples/s" } as const;
  const { threads } = ranOn(backends[0]!);
  return {
    title: `${of.name}, ${bench}: ${side}`,
    measurements: [
      ...backends.map((backend, i) => measurement({ ...of, ...ranOn(backend), values: ours[i]! })),
      measurement({ ...of, threads, side, backend: title, values: theirs }),
    ],
  };
}
