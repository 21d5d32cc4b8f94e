import type { Indices, Kernels, Storage } from "../../../kernels/kernels.ts";
import type { BreakEvens } from "../break-evens.ts";
import type { Exports } from "../exports.generated.ts";
import type { LinearMemory, Region } from "../memory.ts";
import type { ParallelFor } from "../parallel-for.ts";

/** What the kernels of one backend share. */
export interface Context {
  /** The compiled kernels. */
  readonly exports: Exports;
  readonly memory: LinearMemory;
  readonly parallelFor: ParallelFor;
  /** Multiplications from which another thread is used. */
  readonly worth: number;
  readonly threads: number;
  readonly breakEvens: BreakEvens;
}

/**
 * Kernels of the contract with their operands in linear memory: `Storage` and `Indices` are a `Region`, everything else
 * is as in the contract. Which kernels there are, and their operands' order, stands there alone.
 */
export type WasmKernels<Name extends keyof Kernels> = {
  readonly [N in Name]-?: NonNullable<Kernels[N]> extends (...operands: infer Operands) => void
    ? (...operands: InMemory<Operands>) => void
    : never;
};

type InMemory<Operands extends readonly unknown[]> = { [I in keyof Operands]: Operand<Operands[I]> };

type Operand<T> = [Storage | Indices] extends [Exclude<T, undefined>]
  ? Region | Extract<T, undefined>
  : T extends readonly (infer Part)[]
    ? number extends T["length"]
      ? readonly Operand<Part>[]
      : T
    : T;
