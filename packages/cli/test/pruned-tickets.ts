import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Sparse, storedValues, stream, type Tensor, tensor, type Weight } from "@ltt/core";
import { Vocabulary } from "@ltt/data";
import {
  buffer,
  buffersOf,
  ConvNet,
  encodeCheckpoint,
  LeNet5,
  LeNet300,
  type Module,
  parametersOf,
  ResNet,
  TextCnn,
  TextLstm,
  Vgg,
} from "@ltt/layers";
import type { Architecture } from "../src/architecture.ts";

/** A network that was never trained, so pruned that much of it is dead: units without inputs, units that nobody reads, and constants. */
export interface PrunedTicket {
  readonly name: string;
  readonly architecture: Architecture;
  readonly classes: readonly string[];
  readonly several: boolean;
  readonly made: Module;
}

const rng = stream(7, "export");
const [rows, dim, hidden] = [60, 100, 8] as const;

export const TICKETS: readonly PrunedTicket[] = [
  {
    name: "a CNN of two classes",
    architecture: { model: "text-cnn", rows, outputs: 1 },
    classes: ["no", "yes"],
    several: false,
    made: new TextCnn({ rows, outputs: 1, dim }, rng.split("cnn")),
  },
  {
    name: "a CNN of several topics",
    architecture: { model: "text-cnn", rows, outputs: 5 },
    classes: ["grain", "corn", "oil", "gold", "trade"],
    several: true,
    made: new TextCnn({ rows, outputs: 5, dim }, rng.split("topics")),
  },
  {
    name: "an LSTM",
    architecture: { model: "text-lstm", rows, outputs: 4, hidden },
    classes: ["World", "Sports", "Business", "Sci/Tech"],
    several: false,
    made: new TextLstm({ rows, outputs: 4, hidden, dim }, rng.split("lstm")),
  },
  {
    name: "LeNet-300-100",
    architecture: { model: "lenet-300-100", outputs: 10 },
    classes: [..."0123456789"],
    several: false,
    made: new LeNet300({ inputs: 784, outputs: 10 }, rng.split("lenet")),
  },
  {
    name: "LeNet-5",
    architecture: { model: "lenet-5", outputs: 10, shape: [1, 28, 28] },
    classes: [..."0123456789"],
    several: false,
    made: new LeNet5({}, rng.split("lenet-5")),
  },
  ...([2, 4, 6] as const).map((depth) => ({
    name: `Conv-${depth}`,
    architecture: { model: `conv-${depth}`, outputs: 10 } as const,
    classes: [..."abcdefghij"],
    several: false,
    made: new ConvNet({ depth, size: 8, outputs: 10 }, rng.split("conv", depth)),
  })),
  {
    name: "ResNet-8",
    architecture: { model: "resnet-8", outputs: 10, size: 8 },
    classes: [..."abcdefghij"],
    several: false,
    made: new ResNet({ depth: 8 }, rng.split("resnet")),
  },
  {
    name: "VGG-11",
    architecture: { model: "vgg-11", outputs: 10, size: 16 },
    classes: [..."abcdefghij"],
    several: false,
    made: new Vgg({ depth: 11 }, rng.split("vgg")),
  },
];

/** A weight of rank 2 or more loses whole rows, whole columns, and most of what is left; biases become random, every other one 0. */
function pruned(name: string, weight: Weight): Weight {
  const own = rng.split("prune", name);
  const values = storedValues(weight).data;
  if (/(norms\.\d+|bn\d|downsample\.1)\.weight$/.test(name)) {
    const gamma = own.uniforms(weight.size).map((value, i) => (i % 4 === 0 ? 0 : value + 0.5));
    return tensor(gamma, weight.shape, { requiresGrad: true });
  }
  if (weight.shape.length === 1) {
    const bias = own.normals(weight.size, 0, 0.1).map((value, i) => (i % 2 === 0 ? 0 : value));
    return tensor(bias, weight.shape, { requiresGrad: true });
  }
  const [first, second] = name.startsWith("convs.") && weight.shape.length === 3 ? [2, 1] : [0, 1];
  const along = (at: number, axis: number) => {
    const inner = weight.shape.slice(axis + 1).reduce((size, length) => size * length, 1);
    return Math.floor(at / inner) % weight.shape[axis]!;
  };
  const dead = [first, second].map((axis) =>
    Uint8Array.from({ length: weight.shape[axis]! }, () => (own.uniform() < 0.3 ? 1 : 0)),
  );
  const kept: number[] = [];
  for (let at = 0; at < weight.size; at++)
    if (!dead[0]![along(at, first)] && !dead[1]![along(at, second)] && own.uniform() < 0.3) kept.push(at);
  if (kept.length === 0) kept.push(0);
  const positions = Int32Array.from(kept);
  const stored = Float32Array.from(positions, (at) => values[at]!);
  return new Sparse(weight.shape, positions, tensor(stored, [stored.length], { requiresGrad: true }));
}

/** Means about 0, variances about 1. */
function statistics(name: string, shape: Tensor["shape"]): Tensor {
  const own = rng.split("statistics", name);
  const size = shape.reduce((product, length) => product * length, 1);
  const values = name.endsWith("var") ? own.uniforms(size).map((value) => value + 0.5) : own.normals(size, 0, 0.1);
  return buffer(tensor(values, shape));
}

/** Writes a ticket as `ltt export --to safetensors` does. */
export async function writeTicket(
  folder: string,
  { architecture, classes, several, made }: PrunedTicket,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const weights = new Map([...parametersOf(made)].map(([name, weight]) => [name, pruned(name, weight)]));
  const buffers = new Map([...buffersOf(made)].map(([name, { shape }]) => [name, statistics(name, shape)]));
  const files = new Map<string, string | Uint8Array>([
    ["weights.safetensors", await encodeCheckpoint({ weights, buffers })],
  ]);
  const words = Array.from({ length: rows - 2 }, (_, i) => `word${i}`);
  if ("rows" in architecture) files.set("vocabulary.json", new Vocabulary(words).toJson());
  const sums = Array.from(files, ([name, bytes]) => [name, createHash("sha256").update(bytes).digest("hex")]);
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
  const told = { format: "ltt-ticket-1", node: "abc", corpus: "made", architecture, classes, several, maxLength: 30 };
  writeFileSync(join(folder, "ticket.json"), JSON.stringify({ ...told, sha256: Object.fromEntries(sums) }));
}
