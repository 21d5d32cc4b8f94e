import type { Rng } from "@ltt/core";
import type { Batch, Model, Module } from "@ltt/layers";

/** What the playground trains on: examples, a model of them, and how long. */
export interface Lesson<Input> {
  readonly classes: readonly string[];
  model(rng: Rng): Module & Model<Input>;
  /** The batches of an epoch, from 1. */
  training(epoch: number): Iterable<Batch<Input>>;
  readonly stepsPerEpoch: number;
  /** Examples that nothing is trained on and nothing chosen by. */
  heldOut(): Iterable<Batch<Input>>;
  readonly epochs: number;
  readonly learningRate: number;
  readonly rounds: number;
  /** The fraction of what is left of a tensor that each round removes. */
  rate(tensor: string): number;
  /** The weights of whose masks pictures are drawn. */
  readonly pictured: readonly string[];
}

/** A lesson that visitors can ask about. `Question` is what they ask: a drawing, a text. */
export interface Subject<Input, Question> extends Lesson<Input> {
  /** One of the held-out examples, as a visitor would ask about it. */
  example(index: number): { readonly question: Question; readonly label: number };
  readonly examples: number;
  /** One question as a batch, its target being of no account. */
  ask(question: Question): Batch<Input>;
}
