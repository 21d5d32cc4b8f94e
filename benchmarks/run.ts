// npm run bench -- kernels|training|inference|sparse|lottery [--backend wasm,reference] [--threads N] [--only NAME] [--seconds N] [--json] [--out FILE]
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { BACKENDS, type BackendName, createBackend } from "@ltt/cli";
import { Argument, Command, Option } from "commander";
import { densityChart } from "./density-chart.ts";
import { loadInput } from "./inputs.ts";
import { interleave } from "./interleave.ts";
import { type Bench, kernelBench } from "./kernels.ts";
import { lotteryBench } from "./lottery.ts";
import { machine } from "./machine.ts";
import { figure, type Measurement, resultFile } from "./results.ts";
import { productBench, ROUNDS, wholeRun } from "./sparse.ts";
import { inputOf, NETWORKS, networkBench } from "./training.ts";

const BENCHES = ["kernels", "training", "inference", "sparse", "lottery"] as const;

/** Backends that one thread drives. */
const ONE_THREAD: ReadonlySet<string> = new Set(["reference", "gpu"]);

interface Flags {
  readonly backend: string;
  readonly threads?: string;
  readonly only?: string;
  readonly seconds: string;
  readonly densities?: string;
  readonly masked?: string;
  readonly data?: string;
  readonly json?: true;
  readonly out?: string;
}

const program = new Command("bench")
  .description("times kernels, training steps, inference and whole lotteries, candidates in turn")
  .addArgument(new Argument("<bench>", "what to time").choices(BENCHES))
  .option("--backend <names>", `of ${BACKENDS.join(",")}`, BACKENDS[0])
  .option("--threads <n>", "threads of the wasm backends (default: one for each core)")
  .option("--only <name>", "kernels whose name holds this, or the network")
  .option("--seconds <n>", "for all together", "20")
  .option("--densities <list>", "of sparse: which (default: the 21 of a whole run for a network, a few for products)")
  .option("--masked <n>", "of sparse, for the chart: samples/s of a framework with masks, measured beside")
  .addOption(new Option("--data <dir>", "folder with the data sets").env("LTT_DATA"))
  .option("--json", "one JSON object a line")
  .option("--out <file>", "write a result file, for compare.ts")
  .action(bench);
await program.parseAsync();

async function bench(
  kind: (typeof BENCHES)[number],
  { backend, threads, only, seconds, densities, masked, data, json, out }: Flags,
): Promise<void> {
  const names = backend.split(",").filter((name): name is BackendName => BACKENDS.some((known) => known === name));
  if (names.length !== backend.split(",").length)
    throw new RangeError(`--backend ${backend}: there are ${BACKENDS.join(", ")}`);
  const budget = Number(seconds);
  if (!(budget > 0)) throw new RangeError(`--seconds ${seconds}: give a positive number`);
  if (json !== true) console.log(JSON.stringify(machine()));

  const team = threads === undefined ? availableParallelism() : Number(threads);
  if (!Number.isInteger(team) || team < 1) throw new RangeError(`--threads ${threads}: give an integer from 1`);
  const measurements: Measurement[] = [];
  if (kind === "lottery") {
    for (const name of names) measurements.push(...(await lotteryBench(name)));
  } else {
    const chosen = await choose(kind, names, team, only, data, densities?.split(",").map(Number));
    if (chosen.candidates.length === 0) throw new RangeError(`--only ${only}: nothing of that name`);
    measurements.push(...(await interleave(chosen.candidates, budget)).map(chosen.toMeasurement));
  }

  const counted = measurements.map((one) => ({ ...one, threads: ONE_THREAD.has(one.backend) ? 1 : team }));
  for (const measurement of counted) console.log(json === true ? JSON.stringify(measurement) : lineOf(measurement));
  if (kind === "sparse") summarise(counted, json === true, out, masked === undefined ? undefined : Number(masked));
  if (out !== undefined) writeFileSync(out, `${JSON.stringify(resultFile(counted), null, 2)}\n`);
}

async function choose(
  kind: "kernels" | "training" | "inference" | "sparse",
  names: readonly BackendName[],
  threads: number,
  only: string | undefined,
  data: string | undefined,
  densities: readonly number[] | undefined,
): Promise<Bench> {
  const backends = await Promise.all(names.map((name) => createBackend(name, ONE_THREAD.has(name) ? 1 : threads)));
  if (kind === "kernels") return kernelBench(backends, only);
  if (kind === "sparse" && !NETWORKS.some((network) => network === only)) {
    return productBench(backends, densities ?? [1, 0.8, 0.5, 0.3, 0.1, 0.03, 0.012], only);
  }
  const networks = NETWORKS.filter((network) => (only === undefined ? network === "spam-cnn" : network === only));
  const inputs = new Map<(typeof NETWORKS)[number], Awaited<ReturnType<typeof loadInput>>>();
  for (const network of networks) inputs.set(network, await loadInput(inputOf(network), data));
  if (kind === "sparse") {
    return networkBench("training", backends, inputs, { forms: ["padded"], densities: densities ?? ROUNDS });
  }
  return networkBench(kind, backends, inputs);
}

/** Ratios to the dense one, what a whole run costs, and a chart for each network. */
function summarise(
  measurements: readonly Measurement[],
  asJson: boolean,
  out: string | undefined,
  masked: number | undefined,
): void {
  const groupOf = ({ name, backend }: Measurement) => `${name}, ${backend}`;
  for (const group of new Set(measurements.map(groupOf))) {
    const members = measurements.filter((one) => groupOf(one) === group);
    const dense = members.find(({ density }) => density === 1);
    if (dense === undefined) continue;
    const rate = ({ samplesPerSecond, gflops, density }: Measurement) => samplesPerSecond ?? gflops! / density;
    const ratios = members.map((one) => ({ density: one.density, ratio: rate(one) / rate(dense) }));
    const total = wholeRun(new Map(members.map((one) => [one.density, rate(one)])));
    if (asJson) console.log(JSON.stringify({ bench: "sparse ratios", name: group, ratios, denseTrainings: total }));
    else {
      const list = ratios.map(({ density, ratio }) => `${(density * 100).toPrecision(3)} %: ${ratio.toFixed(2)} ×`);
      console.log(`${group}, against dense: ${list.join(", ")}`);
      if (total !== undefined) console.log(`${group}: steps of 21 rounds in dense trainings: ${total.toFixed(2)}`);
    }
    if (out === undefined || dense.samplesPerSecond === undefined) continue;
    const points = ratios.map(({ density, ratio }) => ({ density, cost: 1 / ratio }));
    const flat = masked === undefined ? undefined : dense.samplesPerSecond / masked;
    writeFileSync(
      `${out.replace(/\.json$/, "")}-${dense.name}.svg`,
      densityChart(`${group}: a training step`, points, flat),
    );
  }
}

function lineOf(measurement: Measurement): string {
  const { value, unit } = figure(measurement);
  const { name, backend, density, quartiles, best } = measurement;
  const stored = density === 1 ? "" : ` at ${(100 * density).toPrecision(3)} %`;
  const spread =
    quartiles === undefined
      ? ""
      : `, quartiles ${quartiles.map((q) => q.toPrecision(3)).join("–")}, best ${best.toPrecision(3)}`;
  return `${name}${stored}, ${backend}: ${value.toPrecision(3)} ${unit}${spread}`;
}
