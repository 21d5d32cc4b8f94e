import type { Rng } from "@ltt/core";
import {
  anything,
  callable,
  check,
  checkOptions,
  flag,
  floats,
  type Kind,
  type Kinds,
  list,
  object,
  positive,
  text,
} from "@ltt/core/arguments";
import { type Batch, type Model, Module, type Predictions } from "@ltt/layers";
import { type Json, writeJson } from "./json.ts";
import { checkEach, checkFields, optional, share } from "./kinds.ts";

/** The batches of an experiment. */
export interface Batches<Input> {
  /** Of a training epoch, from 1: a function of the epoch alone. */
  readonly train: (epoch: number) => Iterable<Batch<Input>>;
  /** How many of these an epoch has. */
  readonly stepsPerEpoch: number;
  /** All examples to validate on, in an order that is always the same. */
  readonly validation: () => Iterable<Batch<Input>>;
  /**
   * The part of these that is looked at while a network trains: always the same one, every class in proportion, and at
   * most some thousand, so that eight validations an epoch cost little. Default: all.
   */
  readonly monitor?: (() => Iterable<Batch<Input>>) | undefined;
  /**
   * A fixed part of the training examples, about as many as are monitored, for settings that ask to measure training
   * too (`measureTraining`).
   */
  readonly trainMonitor?: (() => Iterable<Batch<Input>>) | undefined;
  /** All examples to test on, in an order that is always the same. */
  readonly test: () => Iterable<Batch<Input>>;
}

/** What is trained on what, whatever its inputs are: texts, images, numbers. */
export interface Task<Input = unknown> {
  /** All that determines the data: a digest of what was encoded, the splits, the batch size. A changed tokeniser is another task. */
  readonly data: Json;
  /** All that determines the model: its kind, its sizes, the digest of vectors that it starts from. */
  readonly architecture: Json;
  /** The model with fresh initial weights. */
  readonly model: (rng: Rng) => Model<Input>;
  /**
   * The model with every trained tensor drawn at random, for the control. Default `model`; another where initial
   * weights are not drawn but given, as pre-trained vectors: a control that kept them would not be fresh in every
   * tensor.
   */
  readonly randomModel?: ((rng: Rng) => Model<Input>) | undefined;
  /** Batches whose order depends on the seed. */
  readonly batches: (seed: number) => Batches<Input>;
  /** How good predictions are. Default `classification`. */
  readonly measure?: Measure | undefined;
  /**
   * What the mean of its scores is called: `accuracy` unless told, of several topics `micro-F1`. It stands wherever results say accuracy.
   */
  readonly measureName?: string | undefined;
  /** The accuracy of the best constant answer to the test examples, in `[0,1]`: of two equal classes ½. */
  readonly chance: number;
  /**
   * The group that a tensor counts with, by its name: of texts, `embedding` or `other`. Default: all are `other`. Where
   * weights are pooled by group it decides what is cut: then another grouping is another `architecture`.
   */
  readonly group?: ((tensor: string) => string) | undefined;
  /**
   * The names of the tables that a model looks rows up in by its input, which are ids. What flows through it (SynFlow)
   * begins at their output. Default: none.
   */
  readonly embeddings?: readonly string[] | undefined;
}

/** Predictions to what is reported of them. */
export type Measure = (predictions: Predictions) => Measures;

export interface Measures {
  /** A score in `[0,1]` for every example, 1 where the answer is right: their mean is the accuracy that levels are compared by. */
  readonly scores: Float32Array;
  /**
   * The scores linearise a measure that is no mean, as micro-F1: their mean is the measure, their variance over
   * examples that of its estimate; a single one may lie outside `[0,1]`.
   */
  readonly linearised?: true | undefined;
  /** Whether every example got the same answer. */
  readonly constant: boolean;
  /** What else there is to say, by name, in `[0,1]`. */
  readonly others: Readonly<Record<string, number>>;
}

const TASK: Kinds<Task> = {
  data: anything,
  architecture: anything,
  model: callable,
  randomModel: callable,
  batches: callable,
  measure: callable,
  measureName: text,
  chance: share,
  group: callable,
  embeddings: list,
};

const BATCHES: Kinds<Batches<unknown>> = {
  train: callable,
  stepsPerEpoch: positive,
  validation: callable,
  monitor: callable,
  trainMonitor: callable,
  test: callable,
};

const MEASURES: Kinds<Measures> = {
  scores: floats,
  linearised: optional({ words: "true", accepts: (value) => value === true }),
  constant: flag,
  others: object,
};

const modelKind: Kind = {
  words: "a Module with a method forward(input, context)",
  accepts: (value) => value instanceof Module && "forward" in value && callable.accepts(value.forward),
};

/** @throws {TypeError | RangeError} if a part of a task is missing, unknown or of the wrong kind. */
export function checkTask<Input>(where: string, task: Task<Input>): void {
  checkOptions<Task>(`${where}: task`, task as Task, TASK, ["model", "batches", "chance"]);
  if (task.embeddings !== undefined) checkEach(`${where}: task`, "embeddings", task.embeddings, text);
  for (const name of ["data", "architecture"] as const) writeJson(where, `task.${name}`, task[name]);
}

/** @throws {TypeError | RangeError} if a part of the batches is missing, unknown or of the wrong kind. */
export function checkBatches<Input>(where: string, batches: Batches<Input>): Batches<Input> {
  checkOptions<Batches<unknown>>(where, batches, BATCHES, ["train", "stepsPerEpoch", "validation", "test"]);
  return batches;
}

/** @throws {TypeError} unless it is a model. */
export function checkModel<Input>(where: string, name: string, model: Model<Input>): Model<Input> {
  check(where, name, model, modelKind);
  return model;
}

/** @throws {TypeError | RangeError} unless it is what a task may measure of so many examples. */
export function checkMeasures(where: string, measures: Measures, examples: number): Measures {
  checkFields(where, "what measure gave", measures, MEASURES);
  if (measures.scores.length === examples) return measures;
  throw new RangeError(`${where}: measure gave ${measures.scores.length} scores for ${examples} examples`);
}
