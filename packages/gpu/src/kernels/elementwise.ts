import type { Kernels } from "@ltt/core";
import { type Kernel, kernel } from "../kernel.ts";
import { type Coordinates, collapse, coordinates, gridOf, scalarsOf } from "../walk.ts";
import type { Issue } from "./issue.ts";

/** of: a value `v` → the body after `const v = …`. */
const unary = (name: string, of: string): Kernel<"x", never> =>
  kernel({ name, arrays: ["x"], body: `const v = x[this.thread.x];\n${of}` });

const UNARY: Readonly<Record<"exp" | "sqrt" | "abs" | "sign" | "tanh" | "sigmoid" | "relu", Kernel<"x", never>>> = {
  exp: unary("exp", "return exponential(v);"),
  sqrt: unary("sqrt", "return Math.sqrt(v);"),
  abs: unary("abs", "return Math.abs(v);"),
  sign: unary("sign", "if (v > 0) { return 1; } if (v < 0) { return -1; } return v;"),
  tanh: unary("tanh", "return tanhOf(v);"),
  sigmoid: unary("sigmoid", "return sigmoidOf(v);"),
  relu: unary("relu", "if (v <= 0) { return 0; } return v;"),
};

/** Its series where 1 + x would lose digits: the next term is below 2⁻²⁶ of x. */
const NEAR_0 = "v * (1 - v * (0.5 - v * (0.3333333333333333 - v * (0.25 - v * 0.2))))";

/** Shaders cannot write NaN and infinity: they come as arguments. */
const log = kernel({
  name: "log",
  arrays: ["x"],
  numbers: ["infinity", "notANumber"],
  body: `
    const v = x[this.thread.x];
    if (v > 3.4028234663852886e38) { return v; }
    if (v > 0) { return Math.log(v); }
    if (v < 0) { return notANumber; }
    if (v === 0) { return -infinity; }
    return v;`,
});

const log1p = kernel({
  name: "log1p",
  arrays: ["x"],
  numbers: ["infinity", "notANumber"],
  body: `
    const v = x[this.thread.x];
    if (v > 3.4028234663852886e38) { return v; }
    if (Math.abs(v) < 0.03125) { return ${NEAR_0}; }
    if (v > -1) { return Math.log(1 + v); }
    if (v < -1) { return notANumber; }
    if (v === -1) { return -infinity; }
    return v;`,
});

const fill = kernel({ name: "fill", arrays: [], numbers: ["value"], body: "return value;" });

const CONSTANTS: Readonly<Record<string, number>> = { infinity: Infinity, notANumber: Number.NaN };
const EITHER_NAN = "isNotANumber(left) + isNotANumber(right) > 0";

type Binary =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "maximum"
  | "minimum"
  | "equal"
  | "less"
  | "lessEqual"
  | "select"
  | "reluGradient"
  | "pow";

/** From values `left` and `right`. */
const BINARY: Readonly<Record<Binary, string>> = {
  add: "return left + right;",
  sub: "return left - right;",
  mul: "return left * right;",
  div: "return left / right;",
  maximum: `if (${EITHER_NAN}) { return notANumber; } if (left < right) { return right; } return left;`,
  minimum: `if (${EITHER_NAN}) { return notANumber; } if (right < left) { return right; } return left;`,
  equal: `if (${EITHER_NAN}) { return 0; } if (left === right) { return 1; } return 0;`,
  less: `if (${EITHER_NAN}) { return 0; } if (left < right) { return 1; } return 0;`,
  lessEqual: `if (${EITHER_NAN}) { return 0; } if (left <= right) { return 1; } return 0;`,
  // its 0 is +0, for shaders lose the sign of zeros
  select: "if (isNotANumber(left) === 1) { return right; } if (left === 0) { return 0; } return right;",
  reluGradient: "if (right <= 0) { return 0; } return left;",
  pow: `
    if (right === 0) { return 1; }
    if (left === 1) { return 1; }
    if (${EITHER_NAN}) { return notANumber; }
    const size = Math.abs(left);
    let power = 1;
    if (size !== 1) {
      let logarithm = -infinity;
      if (size > 0) { logarithm = Math.log(size); }
      if (size > 3.4028234663852886e38) { logarithm = infinity; }
      power = exponential(right * logarithm);
    }
    if (left >= 0) { return power; }
    const half = right * 0.5;
    if (Math.floor(right) !== right) {
      if (size > 3.4028234663852886e38) { return power; }
      return notANumber;
    }
    if (Math.floor(half) !== half) { return -power; }
    return power;`,
};

/** One kernel for a number of axes. */
function pairwise(name: Binary, axes: Coordinates): Kernel {
  return kernel({
    name,
    arrays: ["a", "b"],
    integers: [...axes.sizes, ...axes.strides("p"), ...axes.strides("q")],
    numbers: ["infinity", "notANumber"].filter((constant) => BINARY[name].includes(constant)),
    body: `
      const left = a[${axes.index("p")}];
      const right = b[${axes.index("q")}];
      ${BINARY[name]}`,
  });
}

export function elementwise(issue: Issue): Pick<Kernels, "fill" | "log" | "log1p" | keyof typeof UNARY | Binary> {
  const one =
    (of: Kernel<"x", never>): Kernels["exp"] =>
    (x, out) =>
      issue.launch(of, { x }, {}, out, [out.length]);
  const two = (name: Binary): Kernels["add"] => {
    const kernels = new Map<number, Kernel>();
    return (a, b, out, walk) => {
      const { shape, strides } = collapse(walk.shape, [walk.a, walk.b]);
      const axes = coordinates(shape.length);
      let made = kernels.get(shape.length);
      if (made === undefined) kernels.set(shape.length, (made = pairwise(name, axes)));
      const scalars = scalarsOf(axes, shape, { p: strides[0]!, q: strides[1]! });
      const used = Object.fromEntries(made.numbers.map((constant) => [constant, CONSTANTS[constant]!]));
      issue.launch(made, { a, b }, { ...scalars, ...used }, out, gridOf(shape));
    };
  };

  return {
    fill: (value, out) => issue.launch(fill, {}, { value }, out, [out.length]),
    exp: one(UNARY.exp),
    log: (x, out) => issue.launch(log, { x }, { infinity: Infinity, notANumber: Number.NaN }, out, [out.length]),
    log1p: (x, out) => issue.launch(log1p, { x }, { infinity: Infinity, notANumber: Number.NaN }, out, [out.length]),
    sqrt: one(UNARY.sqrt),
    abs: one(UNARY.abs),
    sign: one(UNARY.sign),
    tanh: one(UNARY.tanh),
    sigmoid: one(UNARY.sigmoid),
    relu: one(UNARY.relu),
    add: two("add"),
    sub: two("sub"),
    mul: two("mul"),
    div: two("div"),
    maximum: two("maximum"),
    minimum: two("minimum"),
    equal: two("equal"),
    less: two("less"),
    lessEqual: two("lessEqual"),
    select: two("select"),
    reluGradient: two("reluGradient"),
    pow: two("pow"),
  };
}
