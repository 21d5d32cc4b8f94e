import { type Rng, type Shape, ShapeError } from "@ltt/core";
import { atLeast0, check, checkOptions, checkShape, finite, type Kinds, oneOf } from "@ltt/core/arguments";
import type { Initialiser } from "./initialiser.ts";

export { orthogonal } from "./orthogonal.ts";

/** N(mean, standardDeviation²). */
export function normal(options: NormalOptions = {}): Initialiser {
  const kinds = { mean: finite, standardDeviation: atLeast0 };
  const { mean = 0, standardDeviation = 1 } = checkOptions("normal", options, kinds);
  return (shape, rng) => rng.normals(sizeOf(shape), mean, standardDeviation);
}

export interface NormalOptions {
  readonly mean?: number;
  readonly standardDeviation?: number;
}

/**
 * Uniform on [low, high).
 *
 * @throws {RangeError} if low is above high.
 */
export function uniform(options: { low?: number; high?: number } = {}): Initialiser {
  const { low = 0, high = 1 } = checkOptions("uniform", options, { low: finite, high: finite });
  if (!(low <= high)) throw new RangeError(`uniform: low ${low} is above high ${high}`);
  return (shape, rng) => rng.uniforms(sizeOf(shape), low, high);
}

/** Every value the same. */
export function constant(value: number): Initialiser {
  check("constant", "value", value, finite);
  return (shape) => new Float32Array(sizeOf(shape)).fill(value);
}

/** Every value 0. */
export function zeros(): Initialiser {
  return constant(0);
}

/**
 * N(0, σ²) with `σ = gain · √(2 / (fanIn + fanOut))`.
 *
 * @see Glorot & Bengio, “Understanding the difficulty of training deep feedforward neural networks”, AISTATS 2010, eq. 12;
 *   `torch.nn.init.xavier_normal_`.
 */
export function xavierNormal(options: { gain?: number } = {}): Initialiser {
  const { gain = 1 } = checkOptions("xavierNormal", options, { gain: finite });
  return (shape, rng) => rng.normals(sizeOf(shape), 0, xavier(shape, gain));
}

/** Uniform on ±`gain · √(6 / (fanIn + fanOut))`: the standard deviation of `xavierNormal`. Ibid., eq. 16. */
export function xavierUniform(options: { gain?: number } = {}): Initialiser {
  const { gain = 1 } = checkOptions("xavierUniform", options, { gain: finite });
  return (shape, rng) => symmetric(shape, Math.sqrt(3) * xavier(shape, gain), rng);
}

/** `gain` is √2 for ReLU (the default), 1 for linear outputs, 5/3 for tanh; `fan` says whether activations or gradients keep their size. */
export interface KaimingOptions {
  readonly gain?: number;
  readonly fan?: "in" | "out";
}

const KAIMING: Kinds<KaimingOptions> = { gain: finite, fan: oneOf("in", "out") };

/**
 * N(0, σ²) with `σ = gain / √fan`.
 *
 * @see He et al., “Delving deep into rectifiers”, ICCV 2015, eqs. 10 and 14; `torch.nn.init.kaiming_normal_`.
 */
export function kaimingNormal(options: KaimingOptions = {}): Initialiser {
  checkOptions("kaimingNormal", options, KAIMING);
  return (shape, rng) => rng.normals(sizeOf(shape), 0, kaiming(shape, options));
}

/** Uniform on ±`gain · √(3 / fan)`: the standard deviation of `kaimingNormal`. */
export function kaimingUniform(options: KaimingOptions = {}): Initialiser {
  checkOptions("kaimingUniform", options, KAIMING);
  return (shape, rng) => symmetric(shape, Math.sqrt(3) * kaiming(shape, options), rng);
}

/**
 * How many inputs a unit has, and how many units an input feeds: `[out, in]` has `in` and `out`; a kernel
 * `[width, channels, filters]` has `width · channels` and `width · filters`; one of images, `[filters, channels, height, width]`, has
 * `height · width · channels` and `height · width · filters`.
 *
 * @throws {ShapeError} for other ranks: a bias has no fans.
 */
export function fansOf(shape: Shape): { fanIn: number; fanOut: number } {
  checkShape("fansOf", shape);
  const [first, second, third, fourth] = shape;
  if (shape.length === 2) return { fanIn: second!, fanOut: first! };
  if (shape.length === 3) return { fanIn: first! * second!, fanOut: first! * third! };
  if (shape.length === 4) {
    const pixels = third! * fourth!;
    return { fanIn: pixels * second!, fanOut: pixels * first! };
  }
  throw new ShapeError(
    `fansOf: [${shape.join(",")}] has no fans: weights are [out, in], [width, channels, filters] or [filters, channels, height, width]`,
  );
}

function xavier(shape: Shape, gain: number): number {
  const { fanIn, fanOut } = fansOf(shape);
  return gain * Math.sqrt(2 / (fanIn + fanOut));
}

function kaiming(shape: Shape, { gain = Math.sqrt(2), fan = "in" }: KaimingOptions): number {
  const { fanIn, fanOut } = fansOf(shape);
  return gain / Math.sqrt(fan === "in" ? fanIn : fanOut);
}

function symmetric(shape: Shape, limit: number, rng: Rng): Float32Array {
  return rng.uniforms(sizeOf(shape), -limit, limit);
}

function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}
