import type { AdamStep, RmspropStep, SgdStep } from "../../kernels.ts";
import { flush } from "./elementary.ts";

const f = Math.fround;

export function sgd(
  gradient: Float32Array,
  velocity: Float32Array | undefined,
  weights: Float32Array,
  step: SgdStep,
): void {
  const { nesterov, first } = step;
  const [eta, mu, lambda] = [f(step.learningRate), f(step.momentum), f(step.weightDecay)];
  const share = f(1 - step.dampening);
  for (let i = 0; i < weights.length; i++) {
    const g = f(gradient[i]! + f(lambda * weights[i]!));
    let u = g;
    if (velocity !== undefined) {
      const v = first ? g : flush(f(f(mu * velocity[i]!) + f(share * g)));
      velocity[i] = v;
      u = nesterov ? f(g + f(mu * v)) : v;
    }
    weights[i]! -= f(eta * u);
  }
}

export function adam(
  gradient: Float32Array,
  m: Float32Array,
  v: Float32Array,
  weights: Float32Array,
  step: AdamStep,
): void {
  const [beta1, beta2, epsilon, lambda] = [f(step.beta1), f(step.beta2), f(step.epsilon), f(step.weightDecay)];
  const [share1, share2] = [f(1 - step.beta1), f(1 - step.beta2)];
  const kept = f(1 - step.learningRate * step.decoupledDecay);
  const eta = f(step.learningRate / (1 - power(step.beta1, step.step)));
  const scale = f(Math.sqrt(1 - power(step.beta2, step.step)));
  for (let i = 0; i < weights.length; i++) {
    const w = f(weights[i]! * kept);
    const g = f(gradient[i]! + f(lambda * weights[i]!));
    const mi = flush(f(f(beta1 * m[i]!) + f(share1 * g)));
    const vi = flush(f(f(beta2 * v[i]!) + f(share2 * f(g * g))));
    m[i] = mi;
    v[i] = vi;
    weights[i] = w - f(f(eta * mi) / f(f(f(Math.sqrt(vi)) / scale) + epsilon));
  }
}

export function rmsprop(
  gradient: Float32Array,
  v: Float32Array,
  velocity: Float32Array | undefined,
  weights: Float32Array,
  step: RmspropStep,
): void {
  const [eta, alpha, epsilon] = [f(step.learningRate), f(step.alpha), f(step.epsilon)];
  const [lambda, mu, share] = [f(step.weightDecay), f(step.momentum), f(1 - step.alpha)];
  for (let i = 0; i < weights.length; i++) {
    const g = f(gradient[i]! + f(lambda * weights[i]!));
    const vi = flush(f(f(alpha * v[i]!) + f(share * f(g * g))));
    v[i] = vi;
    let u = f(g / f(f(Math.sqrt(vi)) + epsilon));
    if (velocity !== undefined) velocity[i] = u = flush(f(f(mu * velocity[i]!) + u));
    weights[i]! -= f(eta * u);
  }
}

/** βᵗ in float64 by squaring: the same bits everywhere, which `Math.pow` does not promise. */
export function power(base: number, exponent: number): number {
  let [result, square] = [1, base];
  for (let left = exponent; left > 0; left = Math.floor(left / 2), square *= square)
    if (left % 2 === 1) result *= square;
  return result;
}
