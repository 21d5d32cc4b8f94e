import type { Context, WasmKernels } from "./context.ts";

/** The upper word of the counters that `Rng` draws from. */
const DRAWS = 0x80000000;
/** Multiplications that take as long as one number of the mask. */
const DRAW = 16;

export function dropout({ exports, parallelFor }: Context): WasmKernels<"dropoutMask"> {
  return {
    dropoutMask: ([key0, key1], out, { p }) => {
      const last = Math.min(Math.ceil(p * 2 ** 32), 2 ** 32) - 1; // the largest word below p·2³²
      const kept = 1 / (1 - p);
      if (last < 0) return exports.fill(kept, out.pointer, out.bytes);
      parallelFor("dropoutMask", { n: out.length, work: out.length * DRAW, grain: 16 }, (begin, end) => {
        const to = out.pointer + begin * 4;
        return [key0, key1, begin / 2, DRAWS, to, end - begin, last, kept];
      });
    },
  };
}
