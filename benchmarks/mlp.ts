import { type Backend, gradients, type Matrix, relu, scope, stream, tensor, tokens, useBackend } from "@ltt/core";
import {
  Adam,
  classificationLoss,
  LeNet300,
  Linear,
  type Module,
  parametersOf,
  Sequential,
  trainable,
} from "@ltt/layers";
import { idOf, ranOn } from "./backends.ts";
import type { Candidate } from "./interleave.ts";
import type { Bench } from "./kernels.ts";
import { measurement, ratesOf } from "./results.ts";

/** A network, and how many batches of how many inputs it is trained on. */
interface Network {
  readonly name: string;
  readonly batch: number;
  readonly inputs: number;
  readonly classes: number;
  readonly create: () => Module & { forward(x: Matrix): Matrix };
}

const rng = () => stream(1, "init");

const MLPS: readonly Network[] = [
  { name: "lenet-300", batch: 60, inputs: 784, classes: 10, create: () => new LeNet300({}, rng()) },
  {
    name: "mlp 16×32-32-4",
    batch: 16,
    inputs: 32,
    classes: 4,
    create: () =>
      new Sequential([
        new Linear({ inputs: 32, outputs: 32 }, rng().split("0")),
        relu,
        new Linear({ inputs: 32, outputs: 4 }, rng().split("1")),
      ]),
  },
];

/** Whole steps of training of networks without texts: forward, loss, backward, Adam. The small one's is all calls, the other's is products. */
export function mlpBench(backends: readonly Backend[], only: string | undefined): Bench {
  const cases = MLPS.filter(({ name }) => only === undefined || name.includes(only)).flatMap((network) =>
    backends.map((backend) => ({ network, backend, id: `${network.name} on ${idOf(backend)}` })),
  );
  return {
    candidates: cases.map(
      ({ network, backend, id }): Candidate => ({
        name: id,
        prepare: async () => {
          const step = prepareStep(network, backend);
          return { step: async () => step() };
        },
      }),
    ),
    toMeasurement: (timing) => {
      const { network, backend } = cases.find((found) => found.id === timing.name)!;
      return measurement({
        ...{ bench: "training", name: network.name, ...ranOn(backend) },
        ...{ unit: "samples/s", values: ratesOf(timing, network.batch) },
      });
    },
  };
}

/** A step, which gives its loss; steps wait for nothing, so that calls alone are timed. */
function prepareStep({ batch, inputs, classes, create }: Network, backend: Backend): () => Promise<number> {
  const before = useBackend(backend);
  const model = create();
  const optimiser = new Adam(trainable(parametersOf(model).values()));
  const x = tensor(stream(1, "x").normals(batch * inputs), [batch, inputs]);
  const targets = tokens(
    Int32Array.from({ length: batch }, (_, i) => i % classes),
    [batch],
  );
  useBackend(before);
  return () => {
    const outer = useBackend(backend);
    try {
      return scope(() => {
        const loss = classificationLoss(model.forward(x), targets);
        optimiser.step(gradients(loss, optimiser.parameters));
        return { reading: loss.item() };
      }).reading;
    } finally {
      useBackend(outer);
    }
  };
}
