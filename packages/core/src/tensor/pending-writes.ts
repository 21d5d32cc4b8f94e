import type { Storage } from "../kernels/kernels.ts";

// An optimiser may leave rows of a table behind and compute their steps when somebody looks at them. Here storages are
// known to have such writes pending; what they are, only whoever registers them knows.

/** Writes to several storages that are computed when one of them is looked at. */
export interface PendingWrites {
  /** Computes those of these rows, or all. */
  flush(rows?: Int32Array): void;
  /** Computes all, while every storage that they need is still there, and defers none from then on. */
  dissolve(): void;
}

const pending = new WeakMap<Storage, PendingWrites>();
/** Whether any ever were: a model without tables is asked for storage a hundred times a step. */
let areAny = false;

/** From now on, whoever asks for the storage has these writes flushed. */
export function defer(storage: Storage, writes: PendingWrites): void {
  areAny = true;
  pending.set(storage, writes);
}

/** No longer, if these are what is pending. */
export function undefer(storage: Storage, writes: PendingWrites): void {
  if (pending.get(storage) === writes) pending.delete(storage);
}

export function pendingOn(storage: Storage): PendingWrites | undefined {
  return pending.get(storage);
}

/** The storage with all its values, or these rows of it, up to date. */
export function flush(storage: Storage, rows?: Int32Array): Storage {
  if (areAny) pending.get(storage)?.flush(rows);
  return storage;
}

/**
 * For scopes, before any storage is given back: that of weights and moments may end in unlike scopes, and each is
 * needed to bring the others up to date.
 */
export function dissolve(storage: Storage): void {
  if (areAny) pending.get(storage)?.dissolve();
}
