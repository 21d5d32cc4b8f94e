import { gradients } from "../autograd/gradients.ts";
import { mul } from "../ops/mul.ts";
import { sum } from "../ops/sum.ts";
import { type Rng, stream } from "../random/rng.ts";
import { type Tensor, tensor } from "../tensor/tensor.ts";
import type { Values } from "./arbitraries.ts";

/** The step of the differences, a power of two so that x ± h is exact. Values must be farther than 4h from any kink. */
const STEP = 2 ** -6;
/** What float32 rounding of the values at four points may add up to, for values of about 1. */
const TOLERANCE = 2e-3;

/**
 * Compares the gradients of `run` at `inputs` with differences of fourth order,
 * `(8·(f(h) − f(−h)) − (f(2h) − f(−2h))) / 12h`, along random directions of ±1 in every input.
 *
 * The output is contracted with fixed, non-uniform weights: a plain sum would hide errors that cancel.
 *
 * @throws {Error} naming the input, the direction's derivative and what the gradient says it is.
 */
export async function checkGradient(
  run: (inputs: readonly Tensor[]) => Tensor,
  inputs: readonly Values[],
  { directions = 3, seed = 1 }: { directions?: number; seed?: number } = {},
): Promise<void> {
  const leaves = inputs.map(({ data, shape }) => tensor(data, shape, { requiresGrad: true }));
  const output = run(leaves);
  if (output.size === 0) return;
  const weights = weightsOf(output.size);
  const loss = sum(mul(output, tensor(weights, output.shape)));
  const analytic = output.requiresGrad
    ? await Promise.all(gradients(loss, leaves).map((gradient) => gradient.read()))
    : inputs.map(({ data }) => new Float32Array(data.length)); // constant, says the operation

  const rng = stream(seed, "directions");
  for (let i = 0; i < inputs.length; i++) {
    for (let count = 0; count < directions; count++) {
      const direction = signs(inputs[i]!.data.length, rng);
      const along = async (h: number) => {
        const moved = inputs.map(({ data, shape }, j) =>
          tensor(j === i ? data.map((x, k) => x + h * direction[k]!) : data, shape, { requiresGrad: true }),
        );
        const y = await run(moved).read();
        return y.reduce((total, value, k) => total + value * weights[k]!, 0);
      };
      const [near, back] = [await along(STEP), await along(-STEP)];
      const [far, farBack] = [await along(2 * STEP), await along(-2 * STEP)];
      const numeric = (8 * (near - back) - (far - farBack)) / (12 * STEP);
      const claimed = analytic[i]!.reduce((total, value, k) => total + value * direction[k]!, 0);
      const scale = analytic[i]!.reduce((total, value) => total + Math.abs(value), 1);
      if (!(Math.abs(numeric - claimed) <= TOLERANCE * scale)) {
        throw new Error(
          `gradient of input ${i}, [${inputs[i]!.shape}]: the differences give ${numeric}, ` +
            `the gradient ${claimed} along ${direction.join(" ")}`,
        );
      }
    }
  }
}

/** Fixed weights that repeat with no period a shape could hide: ±(1…2) in steps of 1/8. */
export function weightsOf(size: number): number[] {
  return Array.from({ length: size }, (_, i) => (i % 3 === 1 ? -1 : 1) * (1 + ((i * 5) % 9) / 8));
}

function signs(length: number, rng: Rng): number[] {
  return Array.from({ length }, () => (rng.below(2) === 0 ? -1 : 1));
}
