import { stream } from "@ltt/core";
import type { JudgedResult } from "../src/index.ts";

/**
 * Spreads of accuracies in percentage points: of a level's runs, the same for all or one for each, and of the dense network's around their true
 * values, and of measuring any of them on a test set.
 */
export interface Noise {
  readonly level: number | readonly number[];
  readonly dense: number;
  readonly evaluation: number;
}

/** True accuracies in percentage points above the dense network's: of the winning tickets' levels and of their controls. */
export interface Truth {
  readonly levels: readonly number[];
  readonly control: number;
}

/**
 * The results of an experiment whose truth is known: normal noise around it. What a seed does to all networks alike is drawn too, with a spread of half a point,
 * which pairing has to cancel.
 */
export function simulateRuns(
  experiment: number,
  seeds: number,
  { levels, control }: Truth,
  noise: Noise,
): JudgedResult[] {
  const rng = stream(20_261_129, "verdict simulation", experiment);
  const draws = rng.normals(seeds * (3 + 6 * levels.length));
  let drawn = 0;
  const normal = (spread: number) => spread * draws[drawn++]!;
  return Array.from({ length: seeds }, (_, s) => s + 1).flatMap((seed) => {
    const shared = 87 + normal(0.5);
    const run = (arm: string, round: number, difference: number, spread: number): JudgedResult => ({
      arm,
      round,
      seed,
      sparsity: 1 - 0.8 ** round,
      testAccuracy: (shared + difference + normal(spread) + normal(noise.evaluation)) / 100,
      earlyStopStep: 100,
      censored: false,
      collapsed: null,
    });
    const spreadAt = (i: number) => (typeof noise.level === "number" ? noise.level : noise.level[i]!);
    return [
      run("dense", 0, 0, noise.dense),
      ...levels.flatMap((difference, i) => [
        run("winning-ticket", i + 1, difference, spreadAt(i)),
        run("random-reinit", i + 1, control, spreadAt(i)),
        run("shuffled-init", i + 1, control, spreadAt(i)),
      ]),
    ];
  });
}
