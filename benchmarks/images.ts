import { cacheFolder } from "@ltt/cli";
import {
  type Backend,
  gradients,
  type Matrix,
  reshape,
  scope,
  stream,
  type Tensor,
  type TokenVector,
  useBackend,
} from "@ltt/core";
import {
  imageBatches,
  imagesAt,
  type LabelledImages,
  locateCifar10,
  locateMnist,
  readCifar10,
  readMnist,
} from "@ltt/data";
import {
  Adam,
  ConvNet,
  classificationLoss,
  LeNet300,
  type Model,
  type Optimiser,
  parametersOf,
  ResNet,
  Sgd,
  snapshot,
  trainable,
  withParameters,
} from "@ltt/layers";
import { cut, elementwise, patternOf, sparseWeights, valuesAt } from "@ltt/lottery";
import { idOf, ranOn, threadsOf } from "./backends.ts";
import { interleave, type Peer, sideOf } from "./interleave.ts";
import { type Measurement, measurement, ratesOf } from "./results.ts";

/** Networks whose steps are timed, by the names that the peer has for them. */
export const IMAGE_NETWORKS = ["lenet-300-100", "conv2", "conv4", "resnet20"] as const;
export type ImageNetwork = (typeof IMAGE_NETWORKS)[number];

const BATCH: Readonly<Record<ImageNetwork, number>> = { "lenet-300-100": 60, conv2: 60, conv4: 60, resnet20: 128 };

/** Batches that steps go round. */
const BATCHES = 16;

export interface ImageBenchOptions {
  readonly network: ImageNetwork;
  readonly backends: readonly Backend[];
  readonly densities: readonly number[];
  readonly seconds: number;
  readonly data: string | undefined;
  /** In turn with ours. */
  readonly peer?: Peer | undefined;
}

/** Whole steps of training on real images, dense and pruned, in turn, and what they take of the processor: user time, that others' load does not change as it does the clock's. */
export async function imageBench(
  options: ImageBenchOptions,
): Promise<{ measurements: Measurement[]; sentences: string[] }> {
  const { network, backends, densities, seconds, data, peer } = options;
  const images = await someImages(network, data);
  const cases = backends.flatMap((backend) =>
    densities.map((density) => ({ backend, density, name: `${network} ${idOf(backend)} ${density}` })),
  );
  const candidates = cases.map(({ backend, density, name }) => ({
    name,
    prepare: async () => ({ step: await stepOf(network, images, backend, density) }),
  }));
  const timings = await interleave(candidates, seconds, peer);
  const theirs = peer === undefined ? undefined : timings.pop();
  const of = { bench: "training", name: network, unit: "samples/s" } as const;
  const measurements = timings.map((timing, i): Measurement => {
    const { backend, density } = cases[i]!;
    return measurement({ ...of, ...ranOn(backend), density, values: ratesOf(timing, BATCH[network]) });
  });
  const threads = Math.max(...backends.map(threadsOf));
  if (theirs !== undefined)
    measurements.push(
      measurement({
        ...of,
        side: sideOf(peer!),
        backend: peer!.name,
        threads,
        values: ratesOf(theirs, BATCH[network]),
      }),
    );
  const ms = (time: number) => `${(1000 * time).toPrecision(3)} ms`;
  const sentences = timings.map(({ name, median, cpu }) => `${name}: ${ms(median)}, ${ms(cpu)} of user time`);
  for (const [i, { cpu }] of timings.entries()) {
    const dense = cases.findIndex((one) => one.backend === cases[i]!.backend && one.density === 1);
    if (dense < 0 || dense === i) continue;
    sentences.push(`${cases[i]!.name}: ${(timings[dense]!.cpu / cpu).toFixed(2)} × dense, by user time`);
  }
  if (theirs !== undefined) {
    sentences.push(`${peer!.name}: ${ms(theirs.median)}`);
    for (const { name, times } of timings) {
      const ratios = times.map((time, turn) => theirs.times[turn]! / time).sort((a, b) => a - b);
      const [least, middle, most] = [0, 0.5, 1].map((at) => ratios[Math.round(at * (ratios.length - 1))]!.toFixed(2));
      sentences.push(`${name}: ${middle} × ${peer!.name} (${least}–${most})`);
    }
  }
  return { measurements, sentences };
}

/** As many real images as there are in the batches. */
async function someImages(network: ImageNetwork, data: string | undefined): Promise<LabelledImages> {
  const places = { cache: cacheFolder(), ...(data === undefined ? {} : { data }) };
  const isDigits = network === "lenet-300-100";
  const { train } = isDigits
    ? await readMnist(await locateMnist(places))
    : await readCifar10(await locateCifar10(places));
  return imagesAt(
    train,
    Int32Array.from({ length: BATCH[network] * BATCHES }, (_, i) => i),
  );
}

function modelOf(network: ImageNetwork): Model<Tensor> {
  const rng = stream(1, "init");
  const model =
    network === "lenet-300-100"
      ? new LeNet300({}, rng)
      : network === "resnet20"
        ? new ResNet({}, rng)
        : new ConvNet({ depth: network === "conv2" ? 2 : 4 }, rng);
  return model as Model<never>;
}

/** A step: forward, loss, backward, the optimiser of the paper. The weights of a density are the largest of each tensor, biases and batch normalisation whole. */
async function stepOf(
  network: ImageNetwork,
  images: LabelledImages,
  backend: Backend,
  density: number,
): Promise<() => Promise<number>> {
  const before = useBackend(backend);
  const dense = modelOf(network);
  const model = density === 1 ? dense : await prunedTo(density, dense);
  const tensors = trainable(parametersOf(model).values());
  const optimiser: Optimiser =
    network === "resnet20"
      ? new Sgd(tensors, { learningRate: 0.01, momentum: 0.9, weightDecay: 1e-4 })
      : new Adam(tensors, { learningRate: 3e-4 });
  const [, ...sizes] = images.shape;
  const batches = [...imageBatches(images, { batchSize: BATCH[network] })].map(({ input, targets }) => ({
    input:
      network === "lenet-300-100" ? input : (reshape<readonly number[]>(input, [input.shape[0], ...sizes]) as Tensor),
    targets,
  }));
  useBackend(before);
  let step = 0;
  return () => {
    const outer = useBackend(backend);
    try {
      return trainStep(model, optimiser, batches[step++ % BATCHES]!, step).reading;
    } finally {
      useBackend(outer);
    }
  };
}

function trainStep(
  model: Model<Tensor>,
  optimiser: Optimiser,
  { input, targets }: { readonly input: Matrix | Tensor; readonly targets: TokenVector },
  step: number,
) {
  return scope(() => {
    const loss = classificationLoss(model.forward(input, { training: { rng: stream(1, "step", step) } }), targets);
    optimiser.step(gradients(loss, optimiser.parameters));
    return { reading: loss.item() };
  });
}

async function prunedTo(density: number, dense: Model<Tensor>): Promise<Model<Tensor>> {
  const parameters = parametersOf(dense);
  const weights = await snapshot(parameters);
  const isWhole = (name: string) => parameters.get(name)!.shape.length === 1;
  const rng = stream(1, "ties");
  const pattern = cut(patternOf(parameters), elementwise(Math.abs, weights), {
    rate: 1 - density,
    exclude: isWhole,
    rng,
  });
  const sparse = sparseWeights(parameters, pattern, valuesAt(weights, pattern));
  return withParameters(dense, new Map([...parameters, ...[...sparse].filter(([name]) => !isWhole(name))]));
}
