// One text, or one image, at a time: a ticket beside its dense network, here and in onnxruntime-node, in turn.
//
//     npm run bench:latency -- --ticket RUN/nodes/HASH --dense RUN/nodes/HASH --onnxruntime DIR
//
// DIR is a folder into which onnxruntime-node was installed (CONTRIBUTING.md). Networks are exported into a temporary folder, so exports may be named too.
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createBackend, exportNetwork, openClassifier } from "@ltt/cli";
import { useBackend } from "@ltt/core";
import { Command } from "commander";
import { type Candidate, interleave } from "./interleave.ts";
import { machine } from "./machine.ts";
import { type Measurement, measurement, saveResults } from "./results.ts";

interface Flags {
  readonly ticket: string;
  readonly dense: string;
  readonly onnxruntime?: string;
  readonly threads: string;
  readonly seconds: string;
  readonly save?: string | true;
}

const flags: Flags = new Command("latency")
  .requiredOption("--ticket <node>", "folder of a network, or an export")
  .requiredOption("--dense <node>", "the same")
  .option("--onnxruntime <dir>", "folder with onnxruntime-node in its node_modules")
  .option("--threads <n>", "of both sides", "1")
  .option("--seconds <n>", "for all together", "20")
  .option("--save [name]", "write benchmarks/results/NAME.json, or a file where NAME is a path")
  .parse()
  .opts();

const threads = Number(flags.threads);
if (!Number.isInteger(threads) || threads < 1)
  throw new RangeError(`--threads ${flags.threads}: give an integer from 1`);
console.log(JSON.stringify(machine()));
const backend = await createBackend(undefined, { threads });
useBackend(backend);
const measurements: Measurement[] = [];
const folder = mkdtempSync(join(tmpdir(), "ltt-latency-"));
try {
  const sizes = new Map<string, number>();
  const candidates: Candidate[] = [];
  for (const [name, node] of [
    ["ticket", flags.ticket],
    ["dense", flags.dense],
  ] as const) {
    const [here, there] = [join(folder, `${name}-safetensors`), join(folder, `${name}-onnx`)];
    await exportNetwork(node, "safetensors", here);
    await exportNetwork(node, "onnx", there);
    sizes.set(`${name}, ltt`, statSync(join(here, "weights.safetensors")).size);
    sizes.set(`${name}, onnxruntime`, statSync(join(there, "model.onnx")).size);
    candidates.push(await ours(`${name}, ltt`, here));
    if (flags.onnxruntime !== undefined) candidates.push(onnxruntime(`${name}, onnxruntime`, there, flags.onnxruntime));
  }
  for (const { name, median, quartiles, times } of await interleave(candidates, Number(flags.seconds))) {
    const [low, high] = quartiles.map(microseconds);
    console.log(
      `${name.padEnd(20)} ${microseconds(median)} µs (quartiles ${low}–${high}, ${times.length} blocks), ${sizes.get(name)} bytes`,
    );
    const [network, side] = name.split(", ") as [string, string];
    measurements.push(
      measurement({
        ...{ bench: "latency", name: network, side, backend: side === "ltt" ? backend.name : side, threads },
        ...{ unit: "s", values: times, bytes: sizes.get(name)! },
      }),
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}

if (flags.save !== undefined) {
  const name = `latency-node-${process.versions.node.split(".")[0]}`;
  saveResults(flags.save === true ? name : flags.save, [{ title: "one input, ticket and dense", measurements }]);
}

function microseconds(seconds: number): string {
  return (seconds * 1e6).toFixed(1);
}

/** The whole of `classify`: of a text its words become ids first. */
async function ours(name: string, export_: string): Promise<Candidate> {
  const { classify, imageShape } = await openClassifier(export_);
  const image = imageShape && new Float32Array(imageShape[0] * imageShape[1] * imageShape[2]).fill(0.5);
  const question = image ?? words(export_);
  return { name, prepare: async () => ({ step: async () => (await classify([question]))[0]!.probabilities[0]! }) };
}

/** Forty words that the vocabulary knows: as many as a short review or a long headline has. */
function words(export_: string): string {
  const { words } = JSON.parse(readFileSync(join(export_, "vocabulary.json"), "utf8")) as { words: string[] };
  return words
    .filter((word) => /^[a-z]+$/i.test(word))
    .slice(0, 40)
    .join(" "); // prettier-ignore
}

/** `run` alone, with ids or pixels that are there already. */
function onnxruntime(name: string, export_: string, runtime: string): Candidate {
  const { InferenceSession, Tensor } = createRequire(join(runtime, "package.json"))("onnxruntime-node");
  const { inputs } = JSON.parse(readFileSync(join(export_, "check.json"), "utf8")) as { inputs: number[][] };
  const [longest] = inputs.toSorted((a, b) => b.length - a.length);
  return {
    name,
    prepare: async () => {
      const session = await InferenceSession.create(join(export_, "model.onnx"), { intraOpNumThreads: threads });
      const size = longest!.length;
      const side = Math.sqrt(size / 3);
      const brightness = Float32Array.from(longest!, (byte) => byte / 255);
      const feeds: Record<string, unknown> = session.inputNames.includes("tokens")
        ? {
            tokens: new Tensor("int64", BigInt64Array.from(longest!, BigInt), [1, size]),
            lengths: new Tensor("int64", BigInt64Array.of(BigInt(size)), [1]),
          }
        : session.inputNames.includes("pixels")
          ? { pixels: new Tensor("float32", brightness, [1, size]) }
          : { image: new Tensor("float32", brightness, [1, 3, side, side]) };
      return { step: async () => (await session.run(feeds)).logits.data[0] as number };
    },
  };
}
