import { type Backend, gradients, noGrad, scope, stream, useBackend } from "@ltt/core";
import { PADDING } from "@ltt/data";
import {
  Adam,
  type Batch,
  classificationLoss,
  parametersOf,
  type TextClassifier,
  TextCnn,
  TextLstm,
  trainable,
} from "@ltt/layers";
import type { BenchmarkInput, Input } from "./inputs.ts";
import type { Prepared } from "./interleave.ts";
import type { Bench } from "./kernels.ts";
import { measurement } from "./results.ts";

/** Networks whose steps are timed; the LSTM is one layer, one direction, hidden 128. */
export const NETWORKS = ["imdb-cnn", "ag-news-cnn", "spam-cnn", "imdb-lstm", "ag-news-lstm"] as const;
export type Network = (typeof NETWORKS)[number];

export function inputOf(network: Network): Input {
  return network.startsWith("imdb") ? "imdb" : network.startsWith("ag-news") ? "ag-news" : "spam";
}

/** A whole step of training (forward, loss, backward, Adam on every weight), or a forward pass, on batches as they are or bucketed by length. */
export function networkBench(
  kind: "training" | "inference",
  backends: readonly Backend[],
  inputs: ReadonlyMap<Network, BenchmarkInput>,
): Bench {
  const cases = [...inputs].flatMap(([network, input]) =>
    (["padded", "bucketed"] as const).flatMap((form) =>
      backends.map((backend) => ({
        name: form === "padded" ? network : `${network}, bucketed`,
        id: `${network} ${form} ${backend.name}`,
        backend,
        texts: input[form][0]!.targets.size,
        prepare: () => prepareSteps(kind, network, backend, input, form),
      })),
    ),
  );
  return {
    candidates: cases.map(({ id, prepare }) => ({ name: id, prepare })),
    toMeasurement: ({ name: id, median, best, quartiles }) => {
      const { name, backend, texts } = cases.find((found) => found.id === id)!;
      return measurement({
        bench: kind,
        name,
        backend: backend.name,
        samplesPerSecond: texts / median,
        best: texts / best,
        quartiles: [texts / quartiles[1], texts / quartiles[0]],
      });
    },
  };
}

async function prepareSteps(
  kind: "training" | "inference",
  network: Network,
  backend: Backend,
  { rows, outputs, padded, bucketed }: BenchmarkInput,
  form: "padded" | "bucketed",
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
  const rng = stream(1, "init");
  const model: TextClassifier = on(() =>
    network.endsWith("cnn")
      ? new TextCnn({ rows, outputs, paddingId: PADDING }, rng)
      : new TextLstm({ rows, outputs, paddingId: PADDING, hidden: 128, layers: 1, bidirectional: false }, rng),
  );
  const optimiser = on(
    () => new Adam(trainable(parametersOf(model as TextCnn | TextLstm).values()), { learningRate: 1e-3 }),
  );
  let step = 0;
  const next = (): Batch => batches[step++ % batches.length]!;
  const work = kind === "training" ? trainStep : inferStep;
  return { step: () => on(() => work(model, optimiser, next(), step)).reading };
}

function trainStep(model: TextClassifier, optimiser: Adam, { tokens, lengths, targets }: Batch, step: number) {
  return scope(() => {
    const training = { rng: stream(1, "dropout", step) };
    const loss = classificationLoss(model.forward(tokens, { lengths, training }), targets);
    optimiser.step(gradients(loss, optimiser.parameters));
    return { reading: loss.item() };
  });
}

function inferStep(model: TextClassifier, _: Adam, { tokens, lengths }: Batch) {
  return scope(() =>
    noGrad(() => ({
      reading: model
        .forward(tokens, { lengths })
        .read()
        .then((logits) => logits[0]!),
    })),
  );
}
