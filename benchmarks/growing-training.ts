// Started by growing.ts: trains one network with trainNetwork, validations and exchanges of its mask included, and answers with what that took.
import { cacheFolder, createBackend } from "@ltt/cli";
import { stream, tensor, useBackend } from "@ltt/core";
import { imageBatches, imagesAt, locateMnist, readMnist } from "@ltt/data";
import { LeNet300, type Model, parametersOf, snapshot, TextCnn, withParameters } from "@ltt/layers";
import {
  type Batches,
  cut,
  erdosRenyi,
  patternOf,
  type Rewiring,
  sparseWeights,
  trainNetwork,
  valuesAt,
} from "@ltt/lottery";
import type { GrowingJob, GrowingUse } from "./growing.ts";
import { loadInput } from "./inputs.ts";

process.once("message", async (job: GrowingJob) => {
  process.send!(await measure(job), () => process.exit());
});

interface Subject {
  readonly model: Model<never>;
  readonly batches: Batches<never>;
  readonly learningRate: number;
  readonly evaluateEvery: number;
  readonly embeddings: readonly string[];
  readonly chance: number;
}

async function measure({
  network,
  kind,
  backend: name,
  threads,
  steps,
  density,
  data,
}: GrowingJob): Promise<GrowingUse> {
  useBackend(await createBackend(name, { threads }));
  const { model: dense, ...subject } = await (network === "mnist-lenet" ? lenet(data) : agNewsCnn(data));
  const model = kind === "dense" ? dense : await sparse(dense, density);
  const { batches, embeddings, chance, learningRate, evaluateEvery } = subject;
  globalThis.gc!();
  const idle = process.memoryUsage.rss();
  let peak = 0;
  const began = { user: process.cpuUsage().user, wall: performance.now() };
  const trained = await trainNetwork(model, {
    batches,
    settings: { steps, evaluateEvery, learningRate, patience: null },
    seed: 1,
    chance,
    embeddings,
    rewiring: kind === "dense" || kind === "mask" ? undefined : rewiringOf(kind, steps, batches.stepsPerEpoch),
    onStep: (step) => {
      if (step % 20 === 0) peak = Math.max(peak, process.memoryUsage.rss());
    },
  });
  return {
    user: (process.cpuUsage().user - began.user) / 1e6,
    wall: (performance.now() - began.wall) / 1000,
    linear: tensor([0]).backend.view(tensor([0]).storage)!.buffer.byteLength,
    growth: peak - idle,
    accuracy: trained.test.accuracy,
  };
}

/** Those of the arms. */
function rewiringOf(kind: "set" | "rigl", steps: number, stepsPerEpoch: number): Rewiring {
  const common = { fraction: 0.3 } as const;
  if (kind === "rigl") return { ...common, grow: "gradient", every: 100, decay: "cosine", until: 0.75 };
  return { ...common, grow: "random", every: Math.min(stepsPerEpoch, steps), decay: "constant", until: 1 };
}

async function sparse(model: Model<never>, density: number): Promise<Model<never>> {
  const weights = parametersOf(model);
  const all = patternOf(weights);
  const shapes = new Map(Array.from(weights, ([name, { shape }]) => [name, shape]));
  const never = () => Promise.reject(new Error("not asked for"));
  const rng = stream(1, "mask");
  const scores = await erdosRenyi.score({
    ...{ mask: all, shapes, pools: [], rng, initial: never, trained: never },
    ...{ gradient: never, fisher: never, flow: never, lossOf: never },
  });
  const mask = cut(all, scores, { rate: 1 - density, pool: "all", rng: stream(1, "ties") });
  const values = valuesAt(await snapshot(weights), mask);
  return withParameters(model, new Map([...weights, ...sparseWeights(weights, mask, values)]));
}

/** As Frankle & Carbin 2019: 55,000 images in batches of 60, 5,000 to validate every 100 steps. */
async function lenet(data: string | undefined): Promise<Subject> {
  const { train, test } = await readMnist(
    await locateMnist({ cache: cacheFolder(), ...(data === undefined ? {} : { data }) }),
  );
  const some = (from: number, to: number) =>
    imagesAt(
      train,
      Int32Array.from({ length: to - from }, (_, i) => from + i),
    );
  const [own, validation] = [some(0, 55_000), some(55_000, 60_000)];
  const validating = [...imageBatches(validation, { batchSize: 500 })] as never;
  const batches: Batches<never> = {
    train: (epoch) => imageBatches(own, { batchSize: 60, seed: 1, epoch }) as never,
    stepsPerEpoch: Math.ceil(55_000 / 60),
    validation: () => validating,
    test: () => imageBatches(test, { batchSize: 500 }) as never,
  };
  const model = new LeNet300({}, stream(1, "init")) as Model<never>;
  return { model, batches, learningRate: 1.2e-3, evaluateEvery: 100, embeddings: [], chance: 0.1135 };
}

/** 1,024 real texts again and again, 4,096 to validate eight times in 1,312 steps, as an epoch of AG News has. */
async function agNewsCnn(data: string | undefined): Promise<Subject> {
  const { rows, outputs, bucketed } = await loadInput("ag-news", data);
  const times = (count: number) => Array.from({ length: count }, () => bucketed).flat() as never;
  const batches: Batches<never> = {
    train: () => times(82),
    stepsPerEpoch: 82 * bucketed.length,
    validation: () => times(4),
    test: () => times(1),
  };
  const model = new TextCnn({ rows, outputs }, stream(1, "init")) as unknown as Model<never>;
  return { model, batches, learningRate: 1e-3, evaluateEvery: 164, embeddings: ["embedding.weight"], chance: 0.25 };
}
