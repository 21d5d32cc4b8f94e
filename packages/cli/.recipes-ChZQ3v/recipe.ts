import { stream } from "@ltt/core";
import { bootstrap, mcnemar, seedsNeeded } from "@ltt/lottery";

// 1 where the network is right: 100 examples, of which only the ticket gets twelve, only the dense network four
const ticket = Float32Array.from({ length: 100 }, (_, i) => (i < 92 ? 1 : 0));
const dense = Float32Array.from({ length: 100 }, (_, i) => (i >= 12 && i < 96 ? 1 : 0));

const { onlyFirst, onlySecond, p } = mcnemar(ticket, dense); // exact, two-sided
const { mean, low, high } = bootstrap(
  ticket.map((score, i) => score - dense[i]!),
  { rng: stream(1) },
);
console.log(onlyFirst, onlySecond, p.toFixed(4), mean, low <= mean && mean <= high);
// to see half a point between arms that differ by 0.4 points from seed to seed, with a probability of 80 %
console.log(seedsNeeded(0.005, 0.004), "seeds");
