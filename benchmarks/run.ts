// npm run bench -- kernels|training|inference|sparse|growing|lottery|jobs|mlp|images|break-evens|recompute [--backend wasm,reference] [--threads N] [--only NAME] [--seconds N] [--peak COMMAND] [--json] [--save [NAME]]
//
//     npm run bench -- sparse --only ag-news-cnn --exchange trixie/perf/real --pytorch "chroot trixie /usr/bin/python3 /perf/torch_bench.py --data /perf/real"
import { availableParallelism } from "node:os";
import { type BackendName, PAIRS, WIDTHS, type Width } from "@ltt/cli";
import type { Backend } from "@ltt/core";
import { Argument, Command, Option } from "commander";
import { NAMES, openBackend } from "./backends.ts";
import { breakEvens } from "./break-evens.ts";
import { GROWING, growingBench } from "./growing.ts";
import { IMAGE_NETWORKS, imageBench } from "./images.ts";
import { loadInput } from "./inputs.ts";
import { interleave } from "./interleave.ts";
import { jobsBench } from "./jobs.ts";
import { type Bench, kernelBench } from "./kernels.ts";
import { lotteryBench } from "./lottery.ts";
import { machine, noteLoad } from "./machine.ts";
import { mlpBench } from "./mlp.ts";
import { peakOf } from "./peak.ts";
import { pytorchOfImages } from "./peer.ts";
import { prunedNetworkBench, sentencesOf } from "./pruned-networks.ts";
import { recomputeBench } from "./recompute.ts";
import { type Measurement, saveResults } from "./results.ts";
import { productBench, ROUNDS } from "./sparse.ts";
import { type Form, inputOf, NETWORKS, networkBench } from "./training.ts";

const BENCHES = [
  "kernels",
  "training",
  "inference",
  "sparse",
  "growing",
  "lottery",
  "jobs",
  "mlp",
  "images",
  "break-evens",
  "recompute",
] as const;

/** What an LSTM's products are compared with. */
const MATMUL = "matmul 512×512×512";

interface Flags {
  readonly backend: string;
  readonly threads?: string;
  readonly width?: string;
  readonly only?: string;
  readonly seconds: string;
  readonly densities?: string;
  readonly steps?: string;
  readonly pytorch?: string;
  readonly exchange?: string;
  readonly peak?: string;
  readonly form?: Form;
  readonly data?: string;
  readonly json?: true;
  readonly save?: string | true;
}

const program = new Command("bench")
  .description(
    "times kernels, training steps of texts and images, inference, whole lotteries, and jobs beside threads, candidates in turn",
  )
  .addArgument(new Argument("<bench>", "what to time").choices(BENCHES))
  .option("--backend <names>", `of ${NAMES.join(",")}`, NAMES[0])
  .option("--threads <list>", "threads of the backends, several in turn as 1,2 (default: one for each core)")
  .addOption(
    new Option("--width <bits>", "of the wasm backends' vectors (default: the most that run)").choices(
      WIDTHS.map(String),
    ),
  )
  .option("--only <name>", "kernels whose name holds this, or the network")
  .option("--seconds <n>", "for all together", "20")
  .option("--densities <list>", "of sparse: which (default: the 21 of a whole run for a network, a few for products)")
  .option("--steps <n>", "of growing: steps of each training", "2000")
  .option(
    "--pytorch <command>",
    "the program that times PyTorch's step, in turn with ours: of sparse, for a network, with masks; of images",
  )
  .option("--exchange <dir>", "where to write the batches for it")
  .option("--peak <command>", "of training and inference of LSTMs: the program that measures the machine, see peakOf")
  .addOption(
    new Option("--form <form>", "of batches, of training and inference; default both").choices(["padded", "bucketed"]),
  )
  .addOption(new Option("--data <dir>", "folder with the data sets").env("LTT_DATA"))
  .option("--json", "one JSON object a line")
  .option(
    "--save [name]",
    "write benchmarks/results/NAME.json, or a file where NAME is a path; the name is made of the options if not given",
  )
  .action(bench);
await program.parseAsync();

async function bench(
  kind: (typeof BENCHES)[number],
  { backend, threads, width, only, seconds, densities, steps, pytorch, exchange, peak, form, data, json, save }: Flags,
): Promise<void> {
  const names = backend.split(",").filter((name) => NAMES.includes(name));
  if (names.length !== backend.split(",").length)
    throw new RangeError(`--backend ${backend}: there are ${NAMES.join(", ")}`);
  const budget = Number(seconds);
  if (!(budget > 0)) throw new RangeError(`--seconds ${seconds}: give a positive number`);
  if (json !== true) console.log(JSON.stringify(machine()));

  const teams = threads === undefined ? [availableParallelism()] : threads.split(",").map(Number);
  if (!teams.every((team) => Number.isInteger(team) && team > 0))
    throw new RangeError(`--threads ${threads}: give integers from 1`);
  const team = Math.max(...teams);
  const bits = width === undefined ? undefined : (Number(width) as Width);
  const backends = () => Promise.all(names.flatMap((name) => teams.map((threads) => openBackend(name, threads, bits))));
  noteLoad();
  const network = NETWORKS.find((name) => name === only);
  const chosenDensities = densities?.split(",").map(Number);
  const isPeerOfImages = kind === "images";
  if (
    pytorch !== undefined &&
    !isPeerOfImages &&
    (kind !== "sparse" || network === undefined || exchange === undefined)
  ) {
    throw new RangeError("--pytorch: it is for sparse with a network (--only), and --exchange DIR");
  }

  const measurements: Measurement[] = [];
  const sentences: string[] = [];
  const peaks = new Map(peak === undefined ? [] : names.map((name) => [name, peakOf(peak, name)]));
  if (kind === "break-evens") {
    for (const name of names) sentences.push(...(await breakEvens(name, width === "256" ? 256 : 128)));
  } else if (kind === "lottery") {
    for (const name of names) measurements.push(...(await lotteryBench(name as BackendName)));
  } else if (kind === "jobs") {
    const pair = PAIRS.find((name) => name === (only ?? "spam-cnn"));
    if (pair === undefined) throw new RangeError(`--only ${only}: there are ${PAIRS.join(", ")}`);
    for (const name of names) {
      const result = await jobsBench(pair, name as BackendName, budget, data);
      measurements.push(...result.measurements);
      sentences.push(...(json === true ? [] : result.sentences));
    }
  } else if (kind === "growing") {
    const grown = GROWING.find((name) => name === (only ?? GROWING[0]));
    if (grown === undefined) throw new RangeError(`--only ${only}: there are ${GROWING.join(", ")}`);
    for (const name of names) {
      const job = {
        network: grown,
        backend: name as BackendName,
        threads: team,
        steps: Number(steps),
        density: 0.1,
        data,
      };
      const result = await growingBench(job, budget);
      measurements.push(...result.measurements);
      sentences.push(...result.sentences);
    }
  } else if (kind === "recompute") {
    if (network === undefined || network.endsWith("cnn"))
      throw new RangeError(`--only ${only}: name an LSTM of ${NETWORKS.join(", ")}`);
    const shares = chosenDensities ?? [1, 0.1];
    const result = await recomputeBench({
      network,
      backends: await backends(),
      densities: shares,
      seconds: budget,
      data,
    });
    measurements.push(...result.measurements);
    sentences.push(...(json === true ? [] : result.sentences));
  } else if (kind === "images") {
    const images = IMAGE_NETWORKS.find((name) => name === (only ?? "lenet-300-100"));
    if (images === undefined) throw new RangeError(`--only ${only}: there are ${IMAGE_NETWORKS.join(", ")}`);
    const result = await imageBench({
      ...{ network: images, backends: await backends(), densities: chosenDensities ?? [1], seconds: budget, data },
      peer: pytorch === undefined ? undefined : pytorchOfImages(pytorch, images, team),
    });
    measurements.push(...result.measurements);
    sentences.push(...(json === true ? [] : result.sentences));
  } else if (kind === "sparse" && network !== undefined) {
    const result = await prunedNetworkBench({
      ...{
        network,
        backends: await backends(),
        threads: team,
        densities: chosenDensities ?? ROUNDS,
        seconds: budget,
        data,
      },
      pytorch: pytorch === undefined ? undefined : { command: pytorch, exchange: exchange! },
    });
    measurements.push(...result.measurements);
    if (json === true)
      sentences.push(...result.costs.map((cost) => JSON.stringify({ bench: "sparse costs", network, ...cost })));
    else sentences.push(...sentencesOf(network, result));
  } else {
    const chosen = await choose(kind, await backends(), only, data, chosenDensities, form);
    if (chosen.candidates.length === 0) throw new RangeError(`--only ${only}: nothing of that name`);
    measurements.push(...(await interleave(chosen.candidates, budget)).map(chosen.toMeasurement));
    if (kind === "sparse") sentences.push(...ratiosOf(measurements, json === true));
  }

  for (const measurement of measurements)
    console.log(json === true ? JSON.stringify(measurement) : lineOf(measurement, teams.length > 1));
  if (json !== true) sentences.push(...budgets(measurements, peaks));
  for (const sentence of sentences) console.log(sentence);
  if (save === undefined) return;
  if (measurements.length === 0) throw new RangeError(`--save: ${kind} measures nothing that a result file holds`);
  const other = (flag: string | undefined, usual: string) => (flag === usual ? undefined : flag);
  const parts = [
    kind,
    only,
    form,
    other(backend, NAMES[0]!),
    threads && `threads-${threads}`,
    width && `width-${width}`,
  ];
  const name = [...parts, `node-${process.versions.node.split(".")[0]}`].filter((part) => part !== undefined).join("-");
  saveResults(save === true ? name.replaceAll(/[^\w.-]+/g, "-") : save, [{ title: name, measurements }]);
}

async function choose(
  kind: "kernels" | "training" | "inference" | "sparse" | "mlp",
  backends: readonly Backend[],
  only: string | undefined,
  data: string | undefined,
  densities: readonly number[] = [1, 0.8, 0.5, 0.3, 0.1, 0.03, 0.012],
  form?: Form,
): Promise<Bench> {
  if (kind === "kernels") return kernelBench(backends, only);
  if (kind === "mlp") return mlpBench(backends, only);
  if (kind === "sparse") return productBench(backends, densities, only);
  const networks = NETWORKS.filter((network) => (only === undefined ? network === "spam-cnn" : network === only));
  const inputs = new Map<(typeof NETWORKS)[number], Awaited<ReturnType<typeof loadInput>>>();
  for (const network of networks) inputs.set(network, await loadInput(inputOf(network), data));
  const steps = networkBench(kind, backends, inputs, form === undefined ? {} : { forms: [form] });
  return networks.some((network) => network.endsWith("lstm")) ? beside(steps, kernelBench(backends, MATMUL)) : steps;
}

/** Both, in turn. */
function beside(one: Bench, other: Bench): Bench {
  const first = new Set(one.candidates.map(({ name }) => name));
  return {
    candidates: [...one.candidates, ...other.candidates],
    toMeasurement: (timing) => (first.has(timing.name) ? one : other).toMeasurement(timing),
  };
}

/** What of a matmul's rate, and of the machine's, steps reach in their products: the rest goes to gates, to memory and to waiting. */
function budgets(measurements: readonly Measurement[], peaks: ReadonlyMap<string, number>): string[] {
  return measurements.flatMap(({ bench, name, backend, threads, gflops }) => {
    const matmul = measurements.find(
      (one) => one.bench === "kernel" && one.backend === backend && one.threads === threads,
    )?.median;
    if (bench === "kernel" || gflops === undefined || matmul === undefined) return [];
    const share = (of: number) => `${((100 * gflops) / of).toFixed(0)} % of ${of.toFixed(1)}`;
    const peak = peaks.get(backend);
    const machine = peak === undefined ? "" : `, ${share(peak)} that the machine can`;
    return [
      `${name}, ${backend}: ${gflops.toFixed(1)} GFLOP/s over real tokens, ${share(matmul)} that matmul does beside it${machine}`,
    ];
  });
}

/** Of products: operations on what is stored, against the dense ones. */
function ratiosOf(measurements: readonly Measurement[], asJson: boolean): string[] {
  const groupOf = ({ name, backend, threads }: Measurement) => `${name}, ${backend} of ${threads} threads`;
  return [...new Set(measurements.map(groupOf))].flatMap((group) => {
    const members = measurements.filter((one) => groupOf(one) === group);
    const dense = members.find(({ density }) => density === 1);
    if (dense === undefined) return [];
    const ratios = members.map(({ density, median }) => ({ density, ratio: median / density / dense.median }));
    if (asJson) return [JSON.stringify({ bench: "sparse ratios", name: group, ratios })];
    const list = ratios.map(({ density, ratio }) => `${(density * 100).toPrecision(3)} %: ${ratio.toFixed(2)} ×`);
    return [`${group}, against dense: ${list.join(", ")}`];
  });
}

function lineOf(measurement: Measurement, tellThreads: boolean): string {
  const { name, backend, threads, density, unit, median, quartiles, best, values } = measurement;
  const stored = density === 1 ? "" : ` at ${(100 * density).toPrecision(3)} %`;
  const [low, high] = quartiles.map((quartile) => quartile.toPrecision(3));
  const spread =
    values.length < 2 ? "" : `, quartiles ${low}–${high}, best ${best.toPrecision(3)}, ${values.length} rounds`;
  const on = tellThreads ? `${backend} of ${threads} threads` : backend;
  return `${name}${stored}, ${on}: ${median.toPrecision(3)} ${unit}${spread}`;
}
