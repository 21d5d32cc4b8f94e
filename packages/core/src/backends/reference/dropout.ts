import type { RngKey } from "../../kernels/kernels.ts";
import { threefry } from "../../random/threefry.ts";

/** The upper word of the counters that `Rng` draws from. */
const DRAWS = 0x80000000;

/** out[i] = 0 where word i of the stream is below p·2³², else 1/(1−p). */
export function dropoutMask([key0, key1]: RngKey, out: Float32Array, { p }: { p: number }): void {
  const words = new Uint32Array(2);
  const limit = p * 2 ** 32;
  const kept = 1 / (1 - p);
  for (let i = 0; i < out.length; i += 2) {
    threefry(key0, key1, i >>> 1, DRAWS, words);
    out[i] = words[0]! < limit ? 0 : kept;
    if (i + 1 < out.length) out[i + 1] = words[1]! < limit ? 0 : kept;
  }
}
