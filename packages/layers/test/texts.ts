import { stream, tokens } from "@ltt/core";
import type { Batch } from "../src/index.ts";

/** Texts whose class is the token they hold among the first `classes` after the padding: easy to learn. */
export function makeBatches({
  count,
  size = 6,
  time = 7,
  rows = 20,
  classes = 3,
  seed = 1,
}: {
  count: number;
  size?: number;
  time?: number;
  rows?: number;
  classes?: number;
  seed?: number;
}): (epoch: number) => Batch[] {
  return (epoch) =>
    Array.from({ length: count }, (_, i) => {
      const rng = stream(seed, "texts", epoch, i);
      const ids = new Int32Array(size * time).fill(1);
      const targets = Int32Array.from({ length: size }, () => rng.below(classes));
      const lengths = targets.map((target, text) => {
        const length = 3 + rng.below(time - 2);
        for (let t = 0; t < length; t++) ids[text * time + t] = 2 + classes + rng.below(rows - 2 - classes);
        ids[text * time + rng.below(length)] = 2 + target;
        return length;
      });
      return {
        input: tokens(ids, [size, time]),
        lengths: tokens(lengths, [size]),
        targets: tokens(targets, [size]),
      };
    });
}
