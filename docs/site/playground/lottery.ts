import { storedValues, stream } from "@ltt/core";
import {
  Adam,
  evaluate,
  type Model,
  type Module,
  parametersOf,
  snapshot,
  train,
  trainable,
  withParameters,
} from "@ltt/layers";
import { cut, elementwise, type Pattern, patternOf, sparseWeights, type Values, valuesAt } from "@ltt/lottery/browser";
import type { Lesson } from "./subject.ts";

/** `dense` is round 0; `ticket` has the initial weights of what is left, `control` fresh weights at the same places. */
export type Arm = "dense" | "ticket" | "control";

export interface Network<Input> {
  readonly arm: Arm;
  readonly round: number;
  /** Weights left, as a fraction of the dense network's. */
  readonly left: number;
  readonly model: Module & Model<Input>;
  readonly pattern: Pattern;
  /** The values that it started from, at the pattern: with it, what a ticket is. */
  readonly start: Values;
}

/** What happens, in its order. */
export type LotteryEvent<Input> =
  | { readonly kind: "network"; readonly network: Network<Input> }
  | { readonly kind: "step"; readonly step: number; readonly loss: number }
  | { readonly kind: "measured"; readonly step: number; readonly accuracy: number }
  | { readonly kind: "trained"; readonly network: Network<Input>; readonly accuracy: number };

/** Times that a network in training is measured. */
const MEASURED = 12;

/** Networks that a lottery trains. */
export function networksOf({ rounds }: { readonly rounds: number }): number {
  return 1 + 2 * rounds;
}

/** Steps of each network. */
export function stepsOf({
  epochs,
  stepsPerEpoch,
}: {
  readonly epochs: number;
  readonly stepsPerEpoch: number;
}): number {
  return epochs * stepsPerEpoch;
}

/**
 * Iterative magnitude pruning with rewinding (Frankle & Carbin, ICLR 2019, §2): train the dense network; then, round by round, remove the weights of the
 * last ticket that training left smallest, set the others back to their initial values and train again; beside each ticket a control with its mask and
 * fresh weights. A function of lesson and seed: the bits are the same wherever it runs.
 */
export async function* lottery<Input>(
  lesson: Lesson<Input>,
  seed: number,
): AsyncGenerator<LotteryEvent<Input>, void, undefined> {
  const dense = lesson.model(stream(seed, "init"));
  const initial = await snapshot(parametersOf(dense));
  const size = sizeOf(dense);
  let pattern = patternOf(parametersOf(dense));
  yield* trained(lesson, seed, { arm: "dense", round: 0, left: 1, model: dense, pattern, start: initial });

  let before: Module = dense;
  for (let round = 1; round <= lesson.rounds; round++) {
    const scores = elementwise(Math.abs, await snapshot(parametersOf(before)));
    pattern = cut(pattern, scores, { rate: lesson.rate, rng: stream(seed, "ties", round) });
    const fresh = await snapshot(parametersOf(lesson.model(stream(seed, "fresh", round))));
    const ticket = pruned(dense, "ticket", initial);
    yield* trained(lesson, seed, ticket);
    yield* trained(lesson, seed, pruned(dense, "control", fresh));
    before = ticket.model;

    function pruned(like: Module & Model<Input>, arm: Arm, values: Values): Network<Input> {
      const start = valuesAt(values, pattern);
      const model = withParameters(like, sparseWeights(parametersOf(like), pattern, start));
      return { arm, round, left: sizeOf(model) / size, model, pattern, start };
    }
  }
}

async function* trained<Input>(
  lesson: Lesson<Input>,
  seed: number,
  network: Network<Input>,
): AsyncGenerator<LotteryEvent<Input>, void, undefined> {
  const { model } = network;
  const accuracyNow = async () => (await evaluate(model, lesson.heldOut())).accuracy;
  const { epochs, learningRate, training } = lesson;
  const steps = stepsOf(lesson);
  const every = Math.ceil(steps / MEASURED);
  const optimiser = new Adam(trainable(model), { learningRate });
  yield { kind: "network", network };
  let accuracy = await accuracyNow();
  yield { kind: "measured", step: 0, accuracy };
  for await (const { step, loss } of train(model, { batches: training, epochs, optimiser, seed })) {
    yield { kind: "step", step, loss };
    if (step % every !== 0 && step < steps) continue;
    accuracy = await accuracyNow();
    yield { kind: "measured", step, accuracy };
  }
  yield { kind: "trained", network, accuracy };
}

function sizeOf(model: Module): number {
  return [...parametersOf(model).values()].reduce((sum, weight) => sum + storedValues(weight).size, 0);
}
