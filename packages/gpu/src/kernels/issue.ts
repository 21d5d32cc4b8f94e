import type { Grid, Kernel } from "../kernel.ts";
import type { Several } from "./several.ts";

/** float32 values that will be on the device when their turn comes. */
export interface Values {
  readonly length: number;
}

/** How kernels of the contract are made of launches: everything here returns at once and takes effect in order. */
export interface Issue {
  /**
   * The variant of a kernel that computes a row of so many values fastest: four together, if the row divides by four, and read by fours
   * too, where that helps, if they are `aligned`: if every row of every operand begins with a group of four. Default: they are not.
   */
  variant<K>(
    variants: { readonly one: K; readonly four: K; readonly packed?: K },
    row: number,
    aligned?: boolean,
  ): { readonly kernel: K; readonly groups: number };
  /** Overwrites `out`, which may be one of the arrays too: it is replaced after the kernel has run. */
  launch<Arrays extends string, Scalars extends string>(
    kernel: Kernel<Arrays, Scalars>,
    arrays: Readonly<Record<Arrays, Values>>,
    scalars: Readonly<Record<Scalars, number>>,
    out: Values,
    grid: Grid,
  ): void;
  /** Overwrites several arrays, of one length, which may be read too: they are replaced when all have been computed. */
  launchSeveral<Arrays extends string, Scalars extends string, Results extends string>(
    kernels: Several<Arrays, Scalars, Results>,
    arrays: Readonly<Record<Arrays, Values>>,
    scalars: Readonly<Record<Scalars, number>>,
    out: Readonly<Record<Results, Values>>,
    grid: Grid,
  ): void;
  allocate(length: number): Values;
  upload(values: Float32Array): Values;
  /** Gives back what was allocated or uploaded, once everything issued so far has run. */
  release(values: Values): void;
}
