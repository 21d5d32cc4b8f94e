import { type Backend, gradients, noGrad, scope, stream, useBackend } from "@ltt/core";
import { PADDING } from "@ltt/data";
import {
  Adam,
  type Batch,
  classificationLoss,
  type Model,
  parametersOf,
  snapshot,
  TextCnn,
  TextLstm,
  trainable,
  withParameters,
} from "@ltt/layers";
import { cut, elementwise, type Pattern, patternOf, sparseWeights, type Values, valuesAt } from "@ltt/lottery";
import { idOf, ranOn } from "./backends.ts";
import { type LstmSize, lstmFlops } from "./flops.ts";
import type { BenchmarkInput, Input } from "./inputs.ts";
import type { Prepared } from "./interleave.ts";
import type { Bench } from "./kernels.ts";
import { measurement, RECOMPUTED, ratesOf } from "./results.ts";

/** Networks whose steps are timed. */
export const NETWORKS = [
  "imdb-cnn",
  "ag-news-cnn",
  "spam-cnn",
  "imdb-lstm",
  "ag-news-lstm",
  "imdb-bilstm",
  "ag-news-bilstm",
] as const;
export type Network = (typeof NETWORKS)[number];

export function inputOf(network: Network): Input {
  return network.startsWith("imdb") ? "imdb" : network.startsWith("ag-news") ? "ag-news" : "spam";
}

/** Batches of one length, or of like lengths: then one has many times the tokens of another, and what is timed is a pass over all. */
export type Form = "padded" | "bucketed";

/** "lstm" is one layer, one direction, hidden 128; "bilstm" the published network. No dropout before the first layer, as the peers' networks have none. */
function lstmSize(network: Network): LstmSize {
  return network.endsWith("bilstm")
    ? { hidden: 256, layers: 2, bidirectional: true }
    : { hidden: 128, layers: 1, bidirectional: false };
}

interface StepOptions {
  readonly forms?: readonly Form[];
  readonly densities?: readonly number[];
  /** Of LSTMs: whether gates are computed again, one or both. */
  readonly recompute?: readonly boolean[];
}

/** A whole step of training (forward, loss, backward, Adam on every weight), or a forward pass, on batches as they are or bucketed by length. */
export function networkBench(
  kind: "training" | "inference",
  backends: readonly Backend[],
  inputs: ReadonlyMap<Network, BenchmarkInput>,
  { forms = ["padded", "bucketed"], densities = [1], recompute = [false] }: StepOptions = {},
): Bench {
  const cases = [...inputs].flatMap(([network, input]) =>
    forms.flatMap((form) =>
      backends.flatMap((backend) =>
        densities.flatMap((density) =>
          recompute.map((again) => ({
            name: `${network}${form === "padded" ? "" : ", bucketed"}${again ? RECOMPUTED : ""}`,
            id: `${network} ${form} ${idOf(backend)} ${density} ${again}`,
            backend,
            density,
            texts: input[form]
              .slice(0, form === "padded" ? 1 : undefined)
              .reduce((sum, { targets }) => sum + targets.size, 0),
            flops:
              network.endsWith("cnn") || density < 1
                ? undefined
                : lstmFlops(lstmSize(network), input[form], kind === "training" ? 3 : 1),
            prepare: () => prepareSteps(kind, network, backend, input, { form, density, recompute: again }),
          })),
        ),
      ),
    ),
  );
  return {
    candidates: cases.map(({ id, prepare }) => ({ name: id, prepare })),
    toMeasurement: (timing) => {
      const { name, backend, texts, flops, density } = cases.find((found) => found.id === timing.name)!;
      return measurement({
        ...{ bench: kind, name, ...ranOn(backend), density },
        ...{ unit: "samples/s", values: ratesOf(timing, texts) },
        ...(flops === undefined ? {} : { gflops: (flops * texts) / timing.median / 1e9 }),
      });
    },
  };
}

async function prepareSteps(
  kind: "training" | "inference",
  network: Network,
  backend: Backend,
  { rows, outputs, padded, bucketed }: BenchmarkInput,
  { form, density, recompute }: { form: Form; density: number; recompute: boolean },
): Promise<Prepared> {
  const on = <T>(body: () => T): T => {
    const before = useBackend(backend);
    try {
      return body();
    } finally {
      useBackend(before);
    }
  };
  const batches = form === "padded" ? padded : bucketed;
  const model = await on(() => modelOf(network, { rows, outputs, recompute }, density, on));
  const optimiser = on(() => new Adam(trainable(parametersOf(model).values()), { learningRate: 1e-3 }));
  let step = 0;
  const work = kind === "training" ? trainStep : inferStep;
  const next = () => on(() => work(model, optimiser, batches[step++ % batches.length]!, step)).reading;
  if (form === "padded") return { step: next };
  return {
    step: async () => {
      let last = 0;
      for (const _ of batches) last = await next();
      return last;
    },
  };
}

async function modelOf(
  network: Network,
  sizes: NetworkSizes,
  density: number,
  on: <T>(body: () => T) => T,
): Promise<Model> {
  const dense = networkOf(network, sizes);
  if (density === 1) return dense;
  const { pattern, values } = await ticketOf(dense, density);
  return on(() => withParameters(dense, sparseWeights(parametersOf(dense), pattern, values)));
}

export interface NetworkSizes extends Pick<BenchmarkInput, "rows" | "outputs"> {
  /** Of an LSTM: gates are computed again. Default false. */
  readonly recompute?: boolean;
}

/** A network as the peers have it, with its initial weights. */
export function networkOf(network: Network, { rows, outputs, recompute = false }: NetworkSizes): Model {
  const rng = stream(1, "init");
  return network.endsWith("cnn")
    ? new TextCnn({ rows, outputs, paddingId: PADDING }, rng)
    : new TextLstm({ rows, outputs, paddingId: PADDING, inputDropout: 0, recompute, ...lstmSize(network) }, rng);
}

/** The largest weights of every tensor: as a winning ticket of that density, whose mask a lottery takes from the trained ones. */
export async function ticketOf(model: Model, density: number): Promise<{ pattern: Pattern; values: Values }> {
  const parameters = parametersOf(model);
  const weights = await snapshot(parameters);
  const pattern: Pattern = cut(patternOf(parameters), elementwise(Math.abs, weights), {
    rate: 1 - density,
    rng: stream(1, "ties"),
  });
  return { pattern, values: valuesAt(weights, pattern) };
}

/** One step; `reading` is its loss. */
export function trainStep(
  model: Model,
  optimiser: Adam,
  { input, lengths, targets }: Batch,
  step: number,
): { reading: Promise<number> } {
  return scope(() => {
    const training = { rng: stream(1, "dropout", step) };
    const loss = classificationLoss(model.forward(input, { lengths, training }), targets);
    optimiser.step(gradients(loss, optimiser.parameters));
    return { reading: loss.item() };
  });
}

function inferStep(model: Model, _: Adam, { input, lengths }: Batch) {
  return scope(() =>
    noGrad(() => ({
      reading: model
        .forward(input, { lengths })
        .read()
        .then((logits) => logits[0]!),
    })),
  );
}
