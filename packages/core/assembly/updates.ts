import { flush, multiplyAdd } from "./lanes";

// Whole arrays, `bytes` long: they end on whole vectors, see `elementwise.ts`. `velocity` is 0 where there is none.

export function sgd(
  gradient: usize, velocity: usize, weights: usize, bytes: usize,
  eta: f32, mu: f32, lambda: f32, share: f32, nesterov: bool, first: bool,
): void {
  for (let at: usize = 0; at < bytes; at += 16) {
    const w = v128.load(weights + at);
    const g = multiplyAdd(v128.load(gradient + at), f32x4.splat(lambda), w);
    let u = g;
    if (velocity != 0) {
      const decayed = f32x4.mul(f32x4.splat(mu), v128.load(velocity + at));
      const v = first ? g : flush(multiplyAdd(decayed, f32x4.splat(share), g));
      v128.store(velocity + at, v);
      u = nesterov ? multiplyAdd(g, f32x4.splat(mu), v) : v;
    }
    v128.store(weights + at, f32x4.sub(w, f32x4.mul(f32x4.splat(eta), u)));
  }
}

export function adam(
  gradient: usize, m: usize, v: usize, weights: usize, bytes: usize,
  beta1: f32, beta2: f32, share1: f32, share2: f32, epsilon: f32, lambda: f32, kept: f32, eta: f32, scale: f32,
): void {
  for (let at: usize = 0; at < bytes; at += 16) {
    const w = v128.load(weights + at);
    const g = multiplyAdd(v128.load(gradient + at), f32x4.splat(lambda), w);
    const first = flush(multiplyAdd(f32x4.mul(f32x4.splat(beta1), v128.load(m + at)), f32x4.splat(share1), g));
    const decayed = f32x4.mul(f32x4.splat(beta2), v128.load(v + at));
    const second = flush(multiplyAdd(decayed, f32x4.splat(share2), f32x4.mul(g, g)));
    v128.store(m + at, first);
    v128.store(v + at, second);
    const root = f32x4.add(f32x4.div(f32x4.sqrt(second), f32x4.splat(scale)), f32x4.splat(epsilon));
    const change = f32x4.div(f32x4.mul(f32x4.splat(eta), first), root);
    v128.store(weights + at, f32x4.sub(f32x4.mul(w, f32x4.splat(kept)), change));
  }
}

export function rmsprop(
  gradient: usize, v: usize, velocity: usize, weights: usize, bytes: usize,
  eta: f32, alpha: f32, epsilon: f32, lambda: f32, mu: f32, share: f32,
): void {
  for (let at: usize = 0; at < bytes; at += 16) {
    const w = v128.load(weights + at);
    const g = multiplyAdd(v128.load(gradient + at), f32x4.splat(lambda), w);
    const decayed = f32x4.mul(f32x4.splat(alpha), v128.load(v + at));
    const second = flush(multiplyAdd(decayed, f32x4.splat(share), f32x4.mul(g, g)));
    v128.store(v + at, second);
    let u = f32x4.div(g, f32x4.add(f32x4.sqrt(second), f32x4.splat(epsilon)));
    if (velocity != 0) {
      u = flush(f32x4.add(f32x4.mul(f32x4.splat(mu), v128.load(velocity + at)), u));
      v128.store(velocity + at, u);
    }
    v128.store(weights + at, f32x4.sub(w, f32x4.mul(f32x4.splat(eta), u)));
  }
}
