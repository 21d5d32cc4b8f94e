/** Bytes of one ballast: larger than what C libraries take from their heap, so it is fresh pages that nobody touches. */
const BALLAST = 2 ** 26;
/** Smaller memory than this the collector sees well enough, by the objects that hold it. */
const LIGHT = 4096;

const carried = new WeakMap<object, ArrayBuffer>();
let ballast: ArrayBuffer | undefined;
/** Bytes that this ballast may still stand for. */
let room = 0;

/**
 * Lets the garbage collector know of `bytes` that `values` hold on a backend. What is made outside of scopes comes back
 * once it is garbage, but engines go by the arrays that they know of when they look for garbage: a loop that uploads a
 * batch a step would fill the backend's memory first. So as long as `values` live, they hold a share of an array as
 * large as 64 MiB of them. It takes addresses, no memory.
 */
export function weigh(values: object, bytes: number): void {
  if (bytes < LIGHT) return;
  if (room <= 0) {
    room = BALLAST;
    try {
      ballast = new ArrayBuffer(BALLAST);
    } catch {
      ballast = undefined; // no addresses left: the collector has reasons enough
    }
  }
  room -= bytes;
  if (ballast !== undefined) carried.set(values, ballast);
}
