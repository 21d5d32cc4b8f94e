import {
  above0,
  atLeast0,
  callable,
  checkOptions,
  count,
  flag,
  fraction,
  type Kinds,
  list,
  object,
  oneOf,
  positive,
  text,
} from "@ltt/core/arguments";
import { REUTERS_TOPICS } from "@ltt/data";
import { FAULTS, OPTIMISERS, POOLS } from "@ltt/lottery";
import { between0And1, checkEach, limit, nullable, path, signal } from "@ltt/lottery/arguments";
import { BACKENDS, WIDTHS } from "./backends.ts";
import { VECTORS } from "./embedding.ts";
import { AUGMENTS } from "./image-augment.ts";
import { IMAGE_MODELS } from "./image-models.ts";
import { OWN_MODELS } from "./own-models.ts";
import { PAIRS } from "./pairs.ts";
import { PROFILES } from "./profile-names.ts";
import type { RunListener, RunOptions } from "./run-options.ts";
import { TICKET_ARMS } from "./ticket-arms.ts";

const OPTIONS: Kinds<RunOptions> = {
  pair: oneOf(...PAIRS),
  texts: path,
  images: path,
  text,
  label: text,
  labels: text,
  separator: text,
  model: oneOf(...OWN_MODELS, ...IMAGE_MODELS),
  validation: path,
  test: path,
  profile: oneOf(...PROFILES),
  data: text,
  cache: text,
  out: text,
  rounds: count,
  epochs: positive,
  steps: positive,
  trainSize: positive,
  maxLength: positive,
  fold: positive,
  topics: {
    type: "number",
    words: REUTERS_TOPICS.join(" or "),
    accepts: (value) => REUTERS_TOPICS.some((topics) => topics === value),
  },
  measureTraining: flag,
  phrases: flag,
  ticket: path,
  ticketArm: oneOf(...TICKET_ARMS),
  ticketRounds: list,
  hidden: positive,
  dropout: fraction,
  recompute: flag,
  arms: list,
  criterion: text,
  pool: oneOf(...POOLS),
  plugins: list,
  optimiser: oneOf(...OPTIMISERS),
  momentum: atLeast0,
  weightDecay: atLeast0,
  l1: atLeast0,
  faults: list,
  seeds: list,
  rate: between0And1,
  rates: object,
  exclude: list,
  schedule: list,
  scheduleFactor: fraction,
  warmUp: nullable(object),
  augment: oneOf(...AUGMENTS),
  rewind: object,
  patience: {
    ...positive,
    words: "an integer from 1, or null",
    accepts: (value) => value === null || positive.accepts(value),
  },
  validations: positive,
  validateEvery: positive,
  batchSize: positive,
  title: text,
  margin: fraction,
  learningRate: above0,
  clipNorm: above0,
  embedding: oneOf(...VECTORS),
  freezeEmbedding: flag,
  backend: oneOf(...BACKENDS),
  threads: positive,
  width: { type: "number", words: WIDTHS.join(" or "), accepts: (value) => WIDTHS.some((width) => width === value) },
  jobs: {
    ...positive,
    words: 'an integer from 1, or "auto"',
    accepts: (value) => value === "auto" || positive.accepts(value),
  },
  published: text,
  queue: text,
  store: text,
};

const LISTENER: Kinds<RunListener> = { say: callable, onProgress: callable, onLevel: callable, signal, width: limit };

/** @throws {TypeError | RangeError} if an option or a listener is unknown or of the wrong kind, before anything is read. */
export function checkRun(where: string, options: RunOptions, listener: RunListener): void {
  checkOptions(where, options, OPTIONS, options?.texts === undefined && options?.images === undefined ? ["pair"] : []);
  checkEach(where, "arms", options.arms ?? [], text);
  checkEach(where, "exclude", options.exclude ?? [], text);
  checkEach(where, "schedule", options.schedule ?? [], object);
  checkEach(where, "faults", options.faults ?? [], oneOf(...FAULTS));
  checkEach(where, "plugins", options.plugins ?? [], path);
  checkEach(where, "ticketRounds", options.ticketRounds ?? [], positive);
  checkEach(where, "seeds", options.seeds ?? [], count);
  checkOptions(`${where}: listener`, listener, LISTENER);
}
