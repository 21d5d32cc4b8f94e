import { adamCorrections } from "../../kernels/adam-corrections.ts";
import type { AdamStep, RmspropStep, SgdStep } from "../../kernels/kernels.ts";
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
  adamOn(weights.length, adamRates(step), { gradient, m, v, weights });
}

export function adamRows(
  rows: Float32Array,
  ids: Int32Array,
  m: Float32Array,
  v: Float32Array,
  weights: Float32Array,
  step: AdamStep & { dim: number; except?: number | undefined },
): void {
  const { dim, except } = step;
  const rates = adamRates(step);
  const nothing = new Float32Array(dim);
  let next = 0;
  for (let id = 0, from = 0; from < weights.length; id++, from += dim) {
    const here = ids[next] === id;
    const gradient = here && id !== except ? rows.subarray(next * dim, (next + 1) * dim) : nothing;
    if (here) next++;
    const part = (values: Float32Array) => values.subarray(from, from + dim);
    adamOn(dim, rates, { gradient, m: part(m), v: part(v), weights: part(weights) });
  }
}

/** What of Adam's step is the same for every weight. */
function adamRates(step: AdamStep) {
  const { eta, scale } = adamCorrections(step);
  return {
    beta1: f(step.beta1),
    beta2: f(step.beta2),
    share1: f(1 - step.beta1),
    share2: f(1 - step.beta2),
    epsilon: f(step.epsilon),
    lambda: f(step.weightDecay),
    kept: f(1 - step.learningRate * step.decoupledDecay),
    eta: f(eta),
    scale: f(scale),
  };
}

function adamOn(
  length: number,
  { beta1, beta2, share1, share2, epsilon, lambda, kept, eta, scale }: ReturnType<typeof adamRates>,
  { gradient, m, v, weights }: Record<"gradient" | "m" | "v" | "weights", Float32Array>,
): void {
  for (let i = 0; i < length; i++) {
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
