import type { Criterion } from "../criterion.ts";

/** `u ~ U[0, 1)`, drawn anew at each cut: any weight is as likely to go as another. “Random” of Zhou et al. 2019, table 1. */
export const random: Criterion = {
  name: "random",
  version: 1,
  score: async ({ mask, rng }) =>
    new Map(Array.from(mask, ([name, { length }]) => [name, rng.split(name).uniforms(length)])),
};
