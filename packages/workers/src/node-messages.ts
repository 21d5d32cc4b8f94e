import type { Network } from "@ltt/lottery";
import type { StoreAddress } from "./address.ts";

/** What a worker tells the process that trains for it. */
export type ToNode =
  | {
      readonly kind: "open";
      /** With credentials: no command line and no environment of the process holds them. */
      readonly store: StoreAddress;
      /** The bytes of the plan. */
      readonly plan: Uint8Array;
      readonly threads: number;
      readonly keepEvery: number;
      /** Files that the worker was started with. */
      readonly plugins: readonly string[];
    }
  /** Train a network; answered by `made`, `stopped`, `refused` or `failed`. */
  | { readonly kind: "make"; readonly network: Network }
  /** Keep the network in the making. */
  | { readonly kind: "stop" };

/** What that process tells. */
export type FromNode =
  /** Every few seconds. */
  | { readonly kind: "alive" }
  | { readonly kind: "step"; readonly hash: string; readonly step: number; readonly loss: number }
  | { readonly kind: "made" }
  | { readonly kind: "stopped" }
  /** This process cannot make it; another may. */
  | { readonly kind: "refused"; readonly message: string }
  | {
      readonly kind: "failed";
      readonly message: string;
      /** `passing`: of the store, which may be there again; `lasting`: it would fail so again. */
      readonly how: "passing" | "lasting" | "unknown";
    }
  /** A line for people: what was damaged in the store. */
  | { readonly kind: "say"; readonly line: string };
