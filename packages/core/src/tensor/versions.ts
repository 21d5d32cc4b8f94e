import type { Storage } from "../kernels/kernels.ts";

// Values change in place: by `write`, by optimisers. A rule that reads a tensor must find what the forward pass read.
// One clock counts what is recorded and what is written, so that a rule keeps no versions of what it saved: whatever
// was written after it was recorded is stale, and only what it really reads matters.

/** What is recorded: `Node`, of which this must not know. */
interface Recorded {
  readonly name: string;
  readonly order: number;
}

let time = 0;
/** When something was written last, whatever it was. */
let latest = 0;
const writes = new WeakMap<Storage, { at: number; by: string }>();

/** A time later than all before. */
export function tick(): number {
  return ++time;
}

/** For whoever changes values in place, after it: `by` is the operation's name in messages. Flushing pending writes is no write. */
export function wrote(storage: Storage, by: string): void {
  latest = tick();
  const found = writes.get(storage);
  if (found === undefined) {
    writes.set(storage, { at: latest, by });
    return;
  }
  found.at = latest;
  found.by = by;
}

/** When the storage was last written to, 0 if never: its version. */
export function versionOf(storage: Storage): number {
  return writes.get(storage)?.at ?? 0;
}

/** Who has written to the storage since then, if anybody has. */
export function writerSince(storage: Storage, since: number, until: number = time): string | undefined {
  const found = writes.get(storage);
  return found !== undefined && found.at > since && found.at <= until ? found.by : undefined;
}

/**
 * The rule that is running, if anything at all was written since it was recorded, and when `gradients` began: what the
 * rules themselves write is later.
 */
export let replayed: { readonly rule: Recorded; readonly began: number } | undefined;

/** Calls `body(argument)`, which runs a rule; the rule must not read what was overwritten since it was recorded: see `Tensor.storage`. */
export function replay<T>(rule: Recorded, began: number, body: (argument: T) => void, argument: T): void {
  if (latest <= rule.order && replayed === undefined) {
    body(argument);
    return;
  }
  const before = replayed;
  replayed = { rule, began };
  try {
    body(argument);
  } finally {
    replayed = before;
  }
}
