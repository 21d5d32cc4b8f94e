// npm run bench -- kernels|training|inference|lottery [--backend wasm,reference] [--threads N] [--only NAME] [--seconds N] [--json] [--out FILE]
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { BACKENDS, type BackendName, createBackend } from "@ltt/cli";
import { Argument, Command, Option } from "commander";
import { loadInput } from "./inputs.ts";
import { interleave } from "./interleave.ts";
import { type Bench, kernelBench } from "./kernels.ts";
import { lotteryBench } from "./lottery.ts";
import { machine } from "./machine.ts";
import { figure, type Measurement, resultFile } from "./results.ts";
import { inputOf, NETWORKS, networkBench } from "./training.ts";

const BENCHES = ["kernels", "training", "inference", "lottery"] as const;

interface Flags {
  readonly backend: string;
  readonly threads?: string;
  readonly only?: string;
  readonly seconds: string;
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
  .addOption(new Option("--data <dir>", "folder with the data sets").env("LTT_DATA"))
  .option("--json", "one JSON object a line")
  .option("--out <file>", "write a result file, for compare.ts")
  .action(bench);
await program.parseAsync();

async function bench(
  kind: (typeof BENCHES)[number],
  { backend, threads, only, seconds, data, json, out }: Flags,
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
    const chosen = await choose(kind, names, team, only, data);
    if (chosen.candidates.length === 0) throw new RangeError(`--only ${only}: nothing of that name`);
    measurements.push(...(await interleave(chosen.candidates, budget)).map(chosen.toMeasurement));
  }

  const counted = measurements.map((one) => ({ ...one, threads: one.backend === "reference" ? 1 : team }));
  for (const measurement of counted) console.log(json === true ? JSON.stringify(measurement) : lineOf(measurement));
  if (out !== undefined) writeFileSync(out, `${JSON.stringify(resultFile(counted), null, 2)}\n`);
}

async function choose(
  kind: "kernels" | "training" | "inference",
  names: readonly BackendName[],
  threads: number,
  only: string | undefined,
  data: string | undefined,
): Promise<Bench> {
  const backends = await Promise.all(names.map((name) => createBackend(name, name === "reference" ? 1 : threads)));
  if (kind === "kernels") return kernelBench(backends, only);
  const networks = NETWORKS.filter((network) => (only === undefined ? network === "spam-cnn" : network === only));
  const inputs = new Map<(typeof NETWORKS)[number], Awaited<ReturnType<typeof loadInput>>>();
  for (const network of networks) inputs.set(network, await loadInput(inputOf(network), data));
  return networkBench(kind, backends, inputs);
}

function lineOf(measurement: Measurement): string {
  const { value, unit } = figure(measurement);
  const { name, backend, quartiles, best } = measurement;
  const spread =
    quartiles === undefined
      ? ""
      : `, quartiles ${quartiles.map((q) => q.toPrecision(3)).join("–")}, best ${best.toPrecision(3)}`;
  return `${name}, ${backend}: ${value.toPrecision(3)} ${unit}${spread}`;
}
