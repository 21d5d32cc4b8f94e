import { describe, ofThisCopy } from "../arguments/describe.ts";
import { atLeast0, check, count, finite, type Kind } from "../arguments/kinds.ts";
import type { RngKey } from "../kernels/kernels.ts";
import { normalQuantile } from "./normal-quantile.ts";
import { threefry } from "./threefry.ts";

/** What a stream's key is folded from: a seed's purpose and position, as in `stream(1, "dropout", epoch, step)`. */
export type Path = readonly (string | number)[];

/** Draws are counted in the upper half of the counter's space, `split` by numbers in the lower: they never meet. */
const DRAWS = 0x80000000;
/** Marks the first block of a string; no number reaches it, since numbers have at most 53 bits. */
const TEXT = 0xffffffff;

/**
 * The stream of random numbers named by a seed and a path: the same name gives the same numbers on every machine,
 * whatever was drawn before elsewhere.
 *
 * @param seed - An integer from 0 to 2⁵³ − 1.
 * @throws {TypeError} if the seed is not a number, or a part of the path neither a number nor a string.
 * @throws {RangeError} if the seed, or a number in the path, is not such an integer.
 */
export function stream(seed: number, ...path: Path): Rng {
  if (typeof seed !== "number")
    throw new TypeError(`stream: seed is ${describe(seed)}; it is an integer from 0 to 2⁵³ − 1`);
  return new Rng([0, 0]).split(seed, ...path);
}

/**
 * A counter-based stream of random numbers (Threefry-2x32-20, see `threefry`).
 *
 * Drawing advances this object's counter and nothing else. `split` derives an independent stream from the key alone:
 * it neither reads nor moves the counter.
 */
export class Rng {
  static {
    ofThisCopy(Rng);
  }

  readonly key: RngKey;
  #block = 0;
  readonly #words = new Uint32Array(2);
  #left = 0;

  /** Users call `stream`. */
  constructor(key: RngKey) {
    check("Rng", "key", key, twoWords);
    this.key = key;
  }

  /** The independent stream at `path` under this one. */
  split(...path: Path): Rng {
    const words = new Uint32Array(2);
    words.set(this.key);
    const fold = (x0: number, x1: number) => threefry(words[0]!, words[1]!, x0, x1, words);
    for (const part of path) {
      if (typeof part === "string") {
        fold(part.length, TEXT);
        for (let i = 0; i < part.length; i += 2)
          fold(part.charCodeAt(i), i + 1 < part.length ? part.charCodeAt(i + 1) : 0);
      } else {
        if (typeof part !== "number")
          throw new TypeError(`stream: a part of the path is ${describe(part)}; parts are numbers and strings`);
        if (!Number.isSafeInteger(part) || part < 0) {
          throw new RangeError(`stream: ${part} is neither a seed nor a counter: those are integers from 0 to 2⁵³ − 1`);
        }
        fold(part >>> 0, Math.floor(part / 2 ** 32));
      }
    }
    return new Rng([words[0]!, words[1]!]);
  }

  /** A fresh stream, different at every call: its key is this stream's next 64 bits. */
  fork(): Rng {
    const high = this.uint32();
    return new Rng([high, this.uint32()]);
  }

  /** An integer, uniform on 0 … 2³² − 1. */
  uint32(): number {
    if (this.#left === 0) {
      const block = this.#block++;
      threefry(this.key[0], this.key[1], block >>> 0, DRAWS + Math.floor(block / 2 ** 32), this.#words);
      this.#left = 2;
    }
    return this.#words[2 - this.#left--]!;
  }

  /** A number, uniform on the 2³² multiples of 2⁻³² in [0, 1). */
  uniform(): number {
    return this.uint32() * 2 ** -32;
  }

  /**
   * An integer, exactly uniform on 0 … n − 1 (by rejection).
   *
   * @throws {RangeError} unless n is an integer from 1 to 2³².
   */
  below(n: number): number {
    if (typeof n !== "number") throw new TypeError(`below: n is ${describe(n)}; it is an integer from 1 to 2³²`);
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32)
      throw new RangeError(`below: ${n} is not an integer from 1 to 2³²`);
    const fair = 2 ** 32 - (2 ** 32 % n);
    for (;;) {
      const word = this.uint32();
      if (word < fair) return word % n;
    }
  }

  /** A standard normal number, by inversion: one word each, |z| < 6.4. */
  normal(): number {
    return normalQuantile((this.uint32() + 0.5) * 2 ** -32);
  }

  /**
   * `length` numbers, uniform on [low, high), rounded to float32: down where the nearest one is not below high. Of [low, low), which is
   * empty, all are low.
   */
  uniforms(length: number, low = 0, high = 1): Float32Array {
    check("uniforms", "length", length, count);
    check("uniforms", "low", low, finite);
    check("uniforms", "high", high, finite);
    if (low > high) throw new RangeError(`uniforms: low ${low} is above high ${high}`);
    const largest = low < high ? float32Below(high) : Infinity;
    return new Float32Array(length).map(() => Math.min(low + (high - low) * this.uniform(), largest));
  }

  /** `length` normal numbers, rounded to float32. */
  normals(length: number, mean = 0, standardDeviation = 1): Float32Array {
    check("normals", "length", length, count);
    check("normals", "mean", mean, finite);
    check("normals", "standardDeviation", standardDeviation, atLeast0);
    return new Float32Array(length).map(() => mean + standardDeviation * this.normal());
  }

  /** A uniformly random order of 0 … n − 1 (Fisher–Yates; Knuth, TAOCP vol. 2, algorithm 3.4.2P). */
  permutation(n: number): Int32Array {
    check("permutation", "n", n, count);
    const order = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const kept = order[i]!;
      order[i] = order[j]!;
      order[j] = kept;
    }
    return order;
  }
}

/** The largest float32 below x. */
function float32Below(x: number): number {
  const float = Float32Array.of(x);
  if (float[0]! < x) return float[0]!;
  if (float[0] === 0) return -(2 ** -149);
  new Int32Array(float.buffer)[0]! += float[0]! > 0 ? -1 : 1; // floats of one sign are ordered as their bits
  return float[0]!;
}

const twoWords: Kind = {
  words: "an array of two integers of 32 bits",
  accepts: (key) =>
    Array.isArray(key) && key.length === 2 && key.every((word) => typeof word === "number" && word === word >>> 0),
};

/** @throws {TypeError} unless it is a stream of random numbers. */
export function checkRng(where: string, name: string, value: unknown): asserts value is Rng {
  if (value instanceof Rng) return;
  throw new TypeError(`${where}: ${name} is ${describe(value)}; it is an Rng: stream(seed, "purpose") makes one`);
}
