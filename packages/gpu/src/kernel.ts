/**
 * A gpu.js kernel: what one thread computes for one value of the output. `Arrays` and `Scalars` are the names of its arguments.
 *
 * The body is text, not a function: gpu.js translates a function's source, and minifiers rewrite functions into what it cannot
 * translate (comma operators, chains of conditions). Rules of the text: index arithmetic stands inside the brackets, or
 * goes through the helpers below, or through variables that `integer` declares, since an integer in any other becomes a float32, exact only
 * to 2²⁴; every loop has a counter of a name of its own; `this.thread.x`, `.y` and `.z` are written out, for `alongX` replaces them;
 * values are read flat; and what is read to be an index goes into a local variable first, since for WebGL gpu.js takes nested reads
 * and nested calls of one function apart, by way of float32.
 */
export interface Kernel<Arrays extends string = string, Scalars extends string = string> {
  readonly name: string;
  readonly arrays: readonly Arrays[];
  /** Scalars that are 32-bit integers, then those that are float32. */
  readonly integers: readonly Scalars[];
  readonly numbers: readonly Scalars[];
  readonly body: string;
  /** How many neighbours of a row one thread computes: x counts groups of so many. Whatever they share is read once. */
  readonly together: 1 | 4;
  /** For WebGL: arrays are read by fours too, `a[i]` being the values 4i … 4i + 3. A thread reads as many at once as it would one. */
  readonly packed: boolean;
  /**
   * How many rows one thread computes, for WebGL, which writes up to four textures at once: y counts groups of so many. The body returns
   * the first and gives the others to `row1`, `row2` and `row3`.
   */
  readonly rows: 1 | 4;
  /** How many arrays it writes, for WebGL likewise: the body gives the others to `result1`, `result2` and `result3`. See `several`. */
  readonly results: number;
  /** For WebGL: functions in GLSL that the body calls, and what they share. */
  readonly natives: readonly Native[];
  readonly shared: string;
}

/** A function in GLSL. It sees its kernel's arguments: of an array `a` the texture `user_a` and its size in texels, `user_aSize`. */
export interface Native {
  readonly name: string;
  readonly source: string;
  readonly returnType: "Number" | "Array(4)";
  readonly argumentTypes: Readonly<Record<string, "Integer">>;
}

export function kernel<const Arrays extends string, const Scalars extends string = never>({
  name,
  arrays,
  integers = [],
  numbers = [],
  together = 1,
  packed = false,
  rows = 1,
  results = 1,
  natives = [],
  shared = "",
  body,
}: {
  name: string;
  arrays: readonly Arrays[];
  integers?: readonly Scalars[];
  numbers?: readonly Scalars[];
  together?: 1 | 4;
  packed?: boolean;
  rows?: 1 | 4;
  results?: number;
  natives?: readonly Native[];
  shared?: string;
  body: string;
}): Kernel<Arrays, Scalars> {
  return { name, arrays, integers, numbers, body, together, packed, rows, results, natives, shared };
}

/** The sizes of an output, innermost axis first; its values lie at x + X·(y + Y·z). */
export type Grid = readonly [x: number, y?: number, z?: number];

/** A function that kernels call. Its parameters and result have types of their own, so integers stay 32-bit integers in it. */
export interface Helper {
  readonly name: string;
  readonly source: string;
  readonly settings: {
    readonly argumentTypes: Readonly<Record<string, "Integer" | "Number">>;
    readonly returnType: "Integer" | "Number";
  };
}

function helper(
  name: string,
  parameters: Readonly<Record<string, "Integer" | "Number">>,
  returnType: "Integer" | "Number",
  body: string,
): Helper {
  const source = `function ${name}(${Object.keys(parameters).join(", ")}) { ${body} }`;
  return { name, source, settings: { argumentTypes: parameters, returnType } };
}

const x = { x: "Number" } as const;
const division = { a: "Integer", b: "Integer" } as const;
const estimate = { ...division, q: "Integer" } as const;

// gpu.js declares them in the wrong order for WebGL where one that calls others is itself called in two ways: none here is.
export const HELPERS: readonly Helper[] = [
  // ⌊a / b⌋ of integers, 0 ≤ a < 2³¹, b ≥ 1. A float32 quotient is off by up to a few parts in 2²⁴; its remainder, an exact integer, is
  // small enough to be divided again, and what is still off is one.
  helper("whole", x, "Integer", "return Math.floor(x);"),
  helper("corrected", estimate, "Integer", "return q + whole((a - q * b) / b);"),
  helper(
    "settled",
    estimate,
    "Integer",
    "if (a - q * b < 0) { return q - 1; } if (a - q * b >= b) { return q + 1; } return q;",
  ),
  helper("quotient", division, "Integer", "return settled(a, b, corrected(a, b, whole(a / b)));"),

  // a mod b for 0 ≤ a < 4b, without a division.
  helper(
    "unitOf",
    division,
    "Integer",
    "if (a < b) { return a; } if (a < 2 * b) { return a - b; } if (a < 3 * b) { return a - 2 * b; } return a - 3 * b;",
  ),

  // Comparisons with NaN are false on every device; x !== x is not true on all.
  helper("isNotANumber", x, "Integer", "if (x <= 0) { return 0; } if (x > 0) { return 0; } return 1;"),
  // Results that would be denormal float32 numbers are 0.
  helper("flushed", x, "Number", "if (Math.abs(x) < 1.1754943508222875e-38) { return 0; } return x;"),
  // What the backward pass of an LSTM calls 0: below 2⁻⁹⁶.
  helper("vanished", x, "Number", "if (Math.abs(x) < 1.262177448353619e-29) { return 0; } return x;"),
  // The devices' own functions are neither exact near 0 nor safe far from it (tanh(100) is NaN on some): limits, and tanh's polynomial
  // below 0.625, are those of core's elementary functions.
  helper(
    "exponential",
    x,
    "Number",
    "if (x < -87.3365402) { return 0; } if (x > 88.7228317) { return x * 3.4e38; } if (x > -88) { return Math.exp(x); } return x;",
  ),
  helper("tanhNear0", { x: "Number", s: "Number" }, "Number", `return ${tanhPolynomial()};`),
  helper(
    "tanhFromHalf",
    { x: "Number", e: "Number" },
    "Number",
    "if (x < 0) { return 2 / (e + 1) - 1; } return 1 - 2 / (e + 1);",
  ),
  helper(
    "tanhOf",
    x,
    "Number",
    "if (Math.abs(x) < 0.625) { return tanhNear0(x, x * x); } return tanhFromHalf(x, exponential(2 * Math.abs(x)));",
  ),
  helper(
    "overOneMore",
    { x: "Number", e: "Number" },
    "Number",
    "if (x < 0) { return e / (1 + e); } return 1 / (1 + e);",
  ),
  helper("sigmoidOf", x, "Number", "return overOneMore(x, exponential(-Math.abs(x)));"),
];

/** Declares a local variable that is a 32-bit integer: gpu.js takes one for an integer that it sees counted up. */
export function integer(name: string, value: string): string {
  return `let ${name} = 0; ${name}++; ${name} = ${value};`;
}

/** The text of a % b for integers, as `quotient`. */
export function remainder(a: string, b: string): string {
  return `(${a} - quotient(${a}, ${b}) * ${b})`;
}

/** x + x³·P(x²), of Cephes (S. L. Moshier, tanhf). */
function tanhPolynomial(): string {
  const [first, ...rest] = [
    "-0.00570498872745",
    "0.0206390887954",
    "-0.0537397155531",
    "0.133314422036",
    "-0.333332819422",
  ];
  return `(${rest.reduce((sum, coefficient) => `(${sum} * s + ${coefficient})`, `(${first})`)} * s) * x + x`;
}
