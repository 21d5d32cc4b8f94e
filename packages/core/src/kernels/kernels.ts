import type { BatchNormKernels } from "./batch-norm.ts";
import type { CrossEntropyKernels } from "./cross-entropy.ts";
import type { ElementwiseKernels } from "./elementwise.ts";
import type { ImageKernels } from "./images.ts";
import type { LstmKernels } from "./lstm.ts";
import type { MovementKernels } from "./movement.ts";
import type { ProductKernels } from "./product.ts";
import type { ReductionKernels } from "./reduction.ts";
import type { Indices, Storage } from "./storage.ts";
import type { UpdateKernels } from "./updates.ts";
import type { WeightStorage } from "./weight-storage.ts";
import type { WindowKernels } from "./windows.ts";

export type * from "./batch-norm.ts";
export type * from "./cross-entropy.ts";
export type * from "./elementwise.ts";
export type * from "./images.ts";
export type * from "./lstm.ts";
export type * from "./movement.ts";
export type * from "./product.ts";
export type * from "./reduction.ts";
export type * from "./storage.ts";
export type * from "./updates.ts";
export type * from "./weight-storage.ts";
export type * from "./windows.ts";

/**
 * What a backend computes, described in a file for each kind. Sizes have been checked; nothing is checked again here.
 *
 * Every kernel overwrites the arrays that its formula assigns to, which come last, reads nothing but its arguments, and
 * keeps nothing. A kernel may return before it has run, but kernels take effect in the order in which they were issued.
 * Results that would be denormal float32 numbers may be flushed to 0 where the formula says "flushed".
 */
export interface Kernels
  extends MovementKernels,
    ElementwiseKernels,
    ReductionKernels,
    CrossEntropyKernels,
    ProductKernels,
    ImageKernels,
    BatchNormKernels,
    WindowKernels,
    LstmKernels,
    UpdateKernels {}

/** The kernels of a backend that takes whole weights only. */
export type WholeWeightKernels = {
  readonly [Name in keyof Kernels]: NonNullable<Kernels[Name]> extends (...operands: infer Operands) => void
    ? (...operands: WholeWeights<Operands>) => void
    : never;
};

type WholeWeights<Operands extends readonly unknown[]> = { [I in keyof Operands]: WholeWeight<Operands[I]> };

type WholeWeight<T> = [WeightStorage] extends [Exclude<T, undefined>]
  ? Storage | Extract<T, undefined>
  : T extends readonly (infer Part)[]
    ? number extends T["length"]
      ? readonly WholeWeight<Part>[]
      : T
    : T;

/**
 * Storage plus kernels. The contract fits a synchronous CPU and an asynchronous GPU alike: everything is *issued* at
 * once, takes effect in the order of issue, and is *read* asynchronously.
 */
export interface Backend {
  readonly name: string;
  readonly kernels: Kernels;
  /**
   * Whether its kernels take weights of which a part is stored. Otherwise operations write such weights out, and every
   * `WeightStorage` is a `Storage`. Default false.
   */
  readonly takesStoredWeights?: boolean;
  /**
   * Room for `length` values, whose content is arbitrary until a kernel overwrites it.
   *
   * @param scoped - Whether the caller promises to call `release` or `keep`. Otherwise it is freed once it is garbage.
   */
  allocate(length: number, scoped?: boolean): Storage;
  allocateIndices(length: number, scoped?: boolean): Indices;
  /** A copy of the values as they are now. */
  upload(values: Float32Array, scoped?: boolean): Storage;
  /** A copy of the values as they are now: the caller may write to `values` right away. */
  uploadIndices(values: Int32Array, scoped?: boolean): Indices;
  /**
   * Turns what was allocated as `scoped` into what is freed once it is garbage. Only on backends that tell the two
   * apart.
   */
  keep?(values: Storage | Indices): void;
  /** Overwrites the storage, in the order of issue. */
  write(storage: Storage, values: Float32Array): void;
  /** A copy of the values after everything issued so far. Rejects with the first error of what was issued. */
  read(storage: Storage): Promise<Float32Array>;
  /**
   * The values themselves, where storage is synchronous; otherwise undefined: use `read`. Not to be kept: after
   * `release` it may show other values, and after memory has grown none.
   */
  view(storage: Storage): Float32Array | undefined;
  /** Frees the storage, once everything issued so far has run. It is not used again. */
  release(storage: Storage): void;
  releaseIndices(indices: Indices): void;
}
