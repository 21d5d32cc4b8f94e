import { stream, tanh, tensor, tokens } from "@ltt/core";
import { Linear, Sequential } from "@ltt/layers";

/** Points of two spirals, in [−1, 1]², with a little noise; which spiral each is of. */
export function spirals(count: number, purpose: string) {
  const noise = stream(1, "spirals", purpose).normals(2 * count);
  const points = Array.from({ length: count }, (_, i) => {
    const [turn, radius] = [((i >> 1) / count) * 4 * Math.PI + (i % 2) * Math.PI, 0.1 + (1.7 * (i >> 1)) / count];
    return [radius * Math.cos(turn) + 0.02 * noise[2 * i]!, radius * Math.sin(turn) + 0.02 * noise[2 * i + 1]!];
  });
  return {
    input: tensor(points),
    targets: tokens(
      points.map((_, i) => i % 2),
      [count],
    ),
  };
}

/** 2 → 64 → 64 → 1. One output is enough for two classes. */
export function model(seed: number) {
  const rng = stream(seed, "init");
  return new Sequential([
    new Linear({ inputs: 2, outputs: 64 }, rng.split(0)),
    tanh,
    new Linear({ inputs: 64, outputs: 64 }, rng.split(2)),
    tanh,
    new Linear({ inputs: 64, outputs: 1 }, rng.split(4)),
  ]);
}
