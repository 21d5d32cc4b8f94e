import type { Arm } from "./lottery.ts";

/** What there is to train on. */
export type SampleName = "digits" | "spam";

/** Told to the worker. */
export type Order =
  | { readonly kind: "begin"; readonly sample: SampleName; readonly url: string; readonly seed: number }
  | { readonly kind: "pause" }
  | { readonly kind: "resume" }
  /** A drawing or a text, for the networks of a round. */
  | { readonly kind: "ask"; readonly id: number; readonly round: number; readonly question: Float32Array | string }
  | { readonly kind: "example" }
  | { readonly kind: "download"; readonly round: number };

/** Which weights of a matrix are left: ascending row-major positions. */
export interface Mask {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly positions: Int32Array;
}

export interface NetworkName {
  readonly arm: Arm;
  readonly round: number;
  readonly left: number;
}

/** Probabilities of the classes, by arm. */
export type Answer = Readonly<Record<Arm, readonly number[]>>;

/** Told by the worker. */
export type News =
  | {
      readonly kind: "ready";
      readonly backend: string;
      readonly threads: number;
      /** Why there is one thread only. */
      readonly oneThread?: string;
      readonly classes: readonly string[];
      readonly rounds: number;
      readonly networks: number;
      readonly steps: number;
      readonly heldOut: number;
      /** Of texts. */
      readonly words?: readonly string[];
    }
  | { readonly kind: "network"; readonly network: NetworkName; readonly masks: readonly Mask[] }
  | { readonly kind: "step"; readonly step: number; readonly loss: number }
  | { readonly kind: "measured"; readonly step: number; readonly accuracy: number }
  | { readonly kind: "trained"; readonly network: NetworkName; readonly accuracy: number }
  /** `digest` is the SHA-256 of the last ticket's file. */
  | { readonly kind: "done"; readonly digest: string }
  | { readonly kind: "answer"; readonly id: number; readonly answer: Answer }
  | { readonly kind: "example"; readonly question: Float32Array | string; readonly label: number }
  | { readonly kind: "file"; readonly round: number; readonly bytes: Uint8Array }
  /** From now on nothing happens until it is to resume. */
  | { readonly kind: "paused" }
  | { readonly kind: "failed"; readonly message: string };
