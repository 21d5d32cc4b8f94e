import type { BackendName } from "@ltt/cli";
import type { Backend } from "@ltt/core";
import { idOf, labelOf, threadsOf } from "./backends.ts";
import { type BenchmarkInput, exportInput, loadInput } from "./inputs.ts";
import { interleave, type Peer, sideOf, type Timing } from "./interleave.ts";
import { memoryOf } from "./memory.ts";
import { dataSetOf, PAIRS, stepOfPeer } from "./peer.ts";
import { type Measurement, measurement, ratesOf } from "./results.ts";
import { ROUNDS, wholeRun } from "./sparse.ts";
import { inputOf, type Network, networkBench } from "./training.ts";

export interface PrunedNetworkOptions {
  readonly network: Network;
  readonly backends: readonly Backend[];
  readonly threads: number;
  readonly densities: readonly number[];
  /** For all steps together. */
  readonly seconds: number;
  readonly data: string | undefined;
  /** The program that times PyTorch's step with masks, in turn with ours, and where it finds the batches. */
  readonly pytorch?: { readonly command: string; readonly exchange: string } | undefined;
}

/** What training a network costs at the densities of a lottery. */
export interface PrunedNetworkResult {
  readonly measurements: readonly Measurement[];
  /** Of each backend: samples/s against dense, by density. */
  readonly costs: readonly {
    readonly name: string;
    readonly ratios: readonly { readonly density: number; readonly ratio: number }[];
    /** The steps of a whole run, in dense ones; where all its densities were timed. */
    readonly denseTrainings: number | undefined;
    readonly memory: readonly MemoryRatio[];
    readonly pytorch: PytorchRatio | undefined;
  }[];
}

interface MemoryRatio {
  readonly density: number;
  /** Against dense: of the memory that tensors lie in, and of what the process grew by while it trained. */
  readonly linear: number;
  readonly growth: number;
  readonly linearMb: number;
  readonly growthMb: number;
  readonly peakMemoryMb: number;
}

/** PyTorch's step with masks takes the same time at every density. */
interface PytorchRatio {
  readonly samplesPerSecond: number;
  /** PyTorch's time for a step of each of 21 rounds, in our time for them: the median over the turns, the least and the most. */
  readonly wholeRun: number | undefined;
  readonly range: readonly [number, number] | undefined;
}

const MB = 1e6;

/** Times steps at all densities in turn, and takes memory of the dense network and of the one with about a tenth left, each in a process of its own. */
export async function prunedNetworkBench(options: PrunedNetworkOptions): Promise<PrunedNetworkResult> {
  const { network, backends, threads, densities, seconds, data, pytorch } = options;
  const input = await loadInput(inputOf(network), data);
  const { candidates, toMeasurement } = networkBench("training", backends, new Map([[network, input]]), {
    forms: ["padded"],
    densities,
  });
  const peer = pytorch && maskedPytorch(network, input, threads, pytorch);
  const timings = await interleave(candidates, seconds, peer);
  const theirs = peer === undefined ? undefined : timings.pop();

  const ours = timings.map((timing) => ({ timing, measurement: toMeasurement(timing) }));
  const costs: PrunedNetworkResult["costs"][number][] = [];
  for (const backend of backends) {
    const [name, team] = [labelOf(backend), threadsOf(backend)];
    const mine = ours.filter(({ measurement }) => measurement.backend === name && measurement.threads === team);
    const rates = new Map(mine.map(({ measurement }) => [measurement.density, measurement.median]));
    const dense = rates.get(1);
    if (dense === undefined) continue;
    costs.push({
      name: idOf(backend),
      ratios: Array.from(rates, ([density, rate]) => ({ density, ratio: rate / dense })),
      denseTrainings: wholeRun(rates),
      memory: name.startsWith("wasm") ? await memoryAgainstDense(name as BackendName, team, [...rates.keys()]) : [],
      pytorch:
        theirs && againstPytorch(theirs, new Map(mine.map(({ timing, measurement }) => [measurement.density, timing]))),
    });
  }
  const measurements = ours.map(({ measurement }) => {
    const cost = costs.find(({ name }) => name === `${measurement.backend} of ${measurement.threads} threads`);
    const own = cost?.memory.find(({ density }) => density === measurement.density);
    return own === undefined
      ? measurement
      : { ...measurement, peakMemoryMb: Math.round(own.peakMemoryMb), tensorsMb: own.linearMb };
  });
  if (theirs !== undefined)
    measurements.push(
      measurement({
        ...{ bench: "training", name: network, side: sideOf(peer!), backend: peer!.name, threads },
        ...{ unit: "samples/s", values: ratesOf(theirs, 64) },
      }),
    );
  return { measurements, costs };

  async function memoryAgainstDense(
    backend: BackendName,
    team: number,
    measured: readonly number[],
  ): Promise<MemoryRatio[]> {
    const tenth = measured.toSorted((a, b) => Math.abs(a - 0.1) - Math.abs(b - 0.1))[0]!;
    const found = [];
    for (const density of new Set([1, tenth])) {
      const { linear, resident, idle } = await memoryOf(network, backend, team, density, input);
      found.push({ density, linearMb: linear / MB, growthMb: (resident - idle) / MB, peakMemoryMb: resident / MB });
    }
    const dense = found[0]!;
    return found.map((one) => ({
      ...one,
      linear: one.linearMb / dense.linearMb,
      growth: one.growthMb / dense.growthMb,
    }));
  }
}

/** PyTorch with a mask multiplied after each step, in the fastest setting that is known for it. */
function maskedPytorch(
  network: Network,
  input: BenchmarkInput,
  threads: number,
  { command, exchange }: { readonly command: string; readonly exchange: string },
): Peer {
  const pair = PAIRS.get(network);
  if (pair === undefined) throw new RangeError(`--pytorch: it has no ${network}, but ${[...PAIRS.keys()].join(", ")}`);
  exportInput(exchange, dataSetOf(pair), input);
  const options = `train --pair ${pair} --threads ${threads} --adam fused --flush-denormal 1 --mask mulpost --sparsity 0.9`;
  const peer: Peer = {
    name: "PyTorch",
    block: async () => {
      const { milliseconds, version } = stepOfPeer(command, options, exchange, 8);
      if (version !== undefined) peer.version = version;
      return milliseconds / 1000;
    },
  };
  return peer;
}

function againstPytorch(theirs: Timing, ours: ReadonlyMap<number, Timing>): PytorchRatio {
  const all = ROUNDS.map((density) => ours.get(density));
  const samplesPerSecond = 64 / theirs.median;
  if (all.includes(undefined)) return { samplesPerSecond, wholeRun: undefined, range: undefined };
  const ratios = theirs.times
    .map((step, turn) => (ROUNDS.length * step) / all.reduce((sum, timing) => sum + timing!.times[turn]!, 0))
    .sort((a, b) => a - b);
  return { samplesPerSecond, wholeRun: ratios[Math.floor(ratios.length / 2)]!, range: [ratios[0]!, ratios.at(-1)!] };
}

/** The same in sentences. */
export function sentencesOf(network: Network, { costs }: PrunedNetworkResult): string[] {
  return costs.flatMap(({ name, ratios, denseTrainings, memory, pytorch }) => {
    const of = `${network}, ${name}`;
    const lines = [
      `${of}, against dense: ${ratios.map(({ density, ratio }) => `${percent(density)}: ${ratio.toFixed(2)} ×`).join(", ")}`,
    ];
    if (denseTrainings !== undefined)
      lines.push(`${of}: steps of 21 rounds in dense trainings: ${denseTrainings.toFixed(2)}`);
    for (const { density, linear, growth, linearMb, growthMb, peakMemoryMb } of memory) {
      lines.push(
        `${of}, memory at ${percent(density)}: tensors ${linearMb.toFixed(1)} MB (${linear.toFixed(2)} × dense), ` +
          `process grown by ${growthMb.toFixed(1)} MB (${growth.toFixed(2)} ×) to ${peakMemoryMb.toFixed(0)} MB`,
      );
    }
    if (pytorch !== undefined)
      lines.push(`${of}: PyTorch with masks ${pytorch.samplesPerSecond.toFixed(1)} samples/s at any density`);
    if (pytorch?.range !== undefined) {
      const [least, most] = pytorch.range;
      lines.push(
        `${of}: steps of 21 rounds, PyTorch's time in ours: ${pytorch.wholeRun!.toFixed(2)} × (${least.toFixed(2)}–${most.toFixed(2)})`,
      );
    }
    return lines;
  });
}

function percent(density: number): string {
  return `${(density * 100).toPrecision(3)} %`;
}
