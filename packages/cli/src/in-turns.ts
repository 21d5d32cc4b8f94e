import { setImmediate } from "node:timers/promises";

/** Milliseconds of work after which Node may hear a signal. */
const TURN = 50;

/**
 * `items.map(each)`, with a turn of Node's event loop every 50 ms: a long loop without one hears no Ctrl-C.
 *
 * @throws the signal's reason, once it is aborted.
 */
export async function inTurns<T, U>(
  items: readonly T[],
  each: (item: T) => U,
  signal: AbortSignal | undefined,
): Promise<U[]> {
  const results: U[] = [];
  let began = performance.now();
  for (const item of items) {
    results.push(each(item));
    if (performance.now() - began < TURN) continue;
    await setImmediate();
    signal?.throwIfAborted();
    began = performance.now();
  }
  return results;
}
