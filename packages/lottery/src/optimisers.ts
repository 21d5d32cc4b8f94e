import type { Weight } from "@ltt/core";
import { Adam, AdamW, type Optimiser, Rmsprop, Sgd, trainable } from "@ltt/layers";
import { L1Penalty } from "./l1-penalty.ts";

/** What trains a network, with the defaults of PyTorch. */
export const OPTIMISERS = ["adam", "adamw", "sgd", "rmsprop"] as const;
export type OptimiserName = (typeof OPTIMISERS)[number];

export interface OptimiserSettings {
  /** Default `adam`. */
  readonly optimiser?: OptimiserName | undefined;
  /** Constant, unless a schedule or a warm-up changes it. */
  readonly learningRate: number;
  /** Of `sgd` and `rmsprop`. Default 0. */
  readonly momentum?: number | undefined;
  /** Default 0; of `adamw` 0.01. */
  readonly weightDecay?: number | undefined;
  /**
   * λ of a penalty `λ · Σ|w|` on all that is trained, whose gradient is `λ · sign(w)`: the other one of Han et al. 2015, §3.1. Default 0.
   */
  readonly l1?: number | undefined;
}

/** A new optimiser of what is trained. */
export function optimiserOf(weights: ReadonlyMap<string, Weight>, settings: OptimiserSettings): Optimiser {
  const { l1 = 0 } = settings;
  const unpenalised = optimiserWithoutL1(weights, settings);
  return l1 === 0 ? unpenalised : new L1Penalty(unpenalised, l1);
}

function optimiserWithoutL1(weights: ReadonlyMap<string, Weight>, settings: OptimiserSettings): Optimiser {
  const { optimiser = "adam", learningRate, momentum, weightDecay } = settings;
  const tensors = trainable(weights.values());
  const decayed = { learningRate, ...(weightDecay === undefined ? {} : { weightDecay }) };
  const moved = { ...decayed, ...(momentum === undefined ? {} : { momentum }) };
  switch (optimiser) {
    case "adam":
      return new Adam(tensors, decayed);
    case "adamw":
      return new AdamW(tensors, decayed);
    case "sgd":
      return new Sgd(tensors, moved);
    case "rmsprop":
      return new Rmsprop(tensors, moved);
  }
}

/** What stands in a node for an optimiser: what differs from its defaults. */
export function optimiserParams({ optimiser = "adam", momentum = 0, weightDecay, l1 = 0 }: OptimiserSettings): {
  optimiser: OptimiserName;
  momentum: number;
  weightDecay: number | null;
  l1: number;
} {
  const usual = optimiser === "adamw" ? 0.01 : 0;
  return { optimiser, momentum, weightDecay: weightDecay === usual ? null : (weightDecay ?? null), l1 };
}

/** @throws {RangeError} if there is a momentum and the optimiser has none. */
export function checkOptimiser(where: string, { optimiser = "adam", momentum }: OptimiserSettings): void {
  if (momentum !== undefined && optimiser.startsWith("adam")) {
    throw new RangeError(`${where}: momentum is ${momentum}; ${optimiser} has none, sgd and rmsprop do`);
  }
}
