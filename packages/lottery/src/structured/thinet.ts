import type { UnitCriterion } from "./unit-criterion.ts";

/** As many as in the paper: ten sums of the next layer of each example. */
const [EXAMPLES, EACH] = [200, 10];

/**
 * The place of a unit in the order in which a greedy search removes them, whose removal changes the sums of the next
 * layer least: at each step the unit u with the least `Σ_s (Σ_{j ∈ T ∪ {u}} x̂[j, s])²`, T being those that went
 * before, x̂ their parts in these sums. ThiNet (Luo et al., ICCV 2017, arXiv 1707.06342), §3.2, algorithm 1.
 *
 * Departures: all layers are scored at once, from the whole network, and what is left is not rescaled by least squares
 * (§3.3), since it is trained on. Of the lower layers of an LSTM the sums are those of the gates above; recurrent sums
 * do not count.
 */
export const thinet: UnitCriterion = {
  name: "thinet",
  score: async ({ groups, contributions, rng }) => {
    const found = await contributions({ examples: EXAMPLES, each: EACH, rng });
    return new Map(
      groups.map(({ group: { name }, left }) => {
        const { samples, values } = found.get(name)!;
        return [name, Float64Array.from(greedyOrder(values, left.length, samples))];
      }),
    );
  },
};

/**
 * The step, from 0, at which the greedy search removes each unit; of equal ones the first goes first.
 *
 * @param values - Parts in sums, `[units, samples]`.
 */
export function greedyOrder(values: Float64Array, units: number, samples: number): Int32Array {
  const row = (unit: number) => values.subarray(unit * samples, (unit + 1) * samples);
  // Σ_s (r + x)² = Σ r² + 2 Σ r·x + Σ x²: the first is the same for all that are left
  const squares = Float64Array.from({ length: units }, (_, unit) => dot(row(unit), row(unit)));
  const removed = new Float64Array(samples);
  const order = new Int32Array(units).fill(-1);
  for (let step = 0; step < units; step++) {
    let [best, least] = [-1, Infinity];
    for (let unit = 0; unit < units; unit++) {
      if (order[unit] !== -1) continue;
      const change = 2 * dot(removed, row(unit)) + squares[unit]!;
      if (change < least) [best, least] = [unit, change];
    }
    order[best] = step;
    for (const [s, value] of row(best).entries()) removed[s]! += value;
  }
  return order;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
