import type { Indices, Storage } from "./storage.ts";
import type { TableRows, WeightStorage } from "./weight-storage.ts";

export interface SgdStep {
  readonly learningRate: number;
  readonly momentum: number;
  readonly dampening: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;
  /** The velocity is not decayed but set at the first step. */
  readonly first: boolean;
}

export interface AdamStep {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Added to the gradient, λ·θ (Adam's L2). */
  readonly weightDecay: number;
  /** Taken from the weights, η·λ·θ (AdamW). */
  readonly decoupledDecay: number;
  /** 1 at the first step. */
  readonly step: number;
}

/** What the replayed steps have in common. The betas are at least ½, and each |η| / (1 − β₁ᵗ) is 0 or at least 2⁻⁴⁰. */
interface AdamReplaySize extends TableRows {
  readonly steps: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

export interface RmspropStep {
  readonly learningRate: number;
  readonly alpha: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  readonly momentum: number;
}

/** Optimiser steps θ, which overwrite weights and moments in place. */
export interface UpdateKernels {
  /** g = gradient + λ·θ; v = first ? g : μ·v + (1 − dampening)·g, flushed; θ −= η·(nesterov ? g + μ·v : μ ? v : g) */
  sgd(gradient: Storage, velocity: Storage | undefined, weights: Storage, step: SgdStep): void;
  /**
   * θ −= η·λ′·θ; g = gradient + λ·θ; m = β₁·m + (1 − β₁)·g, v = β₂·v + (1 − β₂)·g², both flushed;
   * θ −= (η / (1 − β₁ᵗ)) · m / (√v / √(1 − β₂ᵗ) + ε)
   */
  adam(gradient: Storage, m: Storage, v: Storage, weights: Storage, step: AdamStep): void;
  /**
   * `adam` with a gradient that is 0 but for its rows ids[i], ascending and distinct, which are rows[i,:]; row `except`
   * is 0 too. m and v are as long as the stored part of the weights.
   */
  adamRows(
    rows: Storage,
    ids: Indices,
    m: Storage,
    v: Storage,
    weights: WeightStorage,
    step: AdamStep & { dim: number; except?: number | undefined },
  ): void;
  /**
   * `adam` on the rows ids[i] alone, with the gradients rows[i,:], or rows[i, indices[e]] where a part of the table is
   * stored. The row `except` and all others stay as they are until `adamReplay` is called with them. A backend has both
   * kernels or neither: without them every step is `adamRows`, which gives what the two together give.
   */
  adamPresent?(
    rows: Storage,
    ids: Indices,
    m: Storage,
    v: Storage,
    weights: Storage,
    step: AdamStep & TableRows & { except?: number | undefined },
  ): void;
  /**
   * `adam` on every row ids[i], distinct, with a gradient of 0 and without weight decay, at the steps since[i],
   * since[i] + 1, … `steps` − 1. Step t has η / (1 − β₁ᵗ) = rates[2t] and √(1 − β₂ᵗ) = rates[2t + 1]. The bits are those
   * of the single steps, however they are computed.
   */
  adamReplay?(
    ids: Indices,
    since: Indices,
    rates: Storage,
    m: Storage,
    v: Storage,
    weights: Storage,
    size: AdamReplaySize,
  ): void;
  /** g = gradient + λ·θ; v = α·v + (1 − α)·g², flushed; u = g / (√v + ε); b = μ·b + u; θ −= η·(μ ? b : u) */
  rmsprop(gradient: Storage, v: Storage, b: Storage | undefined, weights: Storage, step: RmspropStep): void;
}
