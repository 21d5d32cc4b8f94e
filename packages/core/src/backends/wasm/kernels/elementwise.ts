import type { Exports } from "../exports.generated.ts";
import { forEachStrided, partsOf } from "../strides.ts";
import type { Context, WasmKernels } from "./context.ts";
import { createFill } from "./fill.ts";

// A kernel of one of these kinds is an entry here: its name, which the contract and the compiled kernel share, and its cost per value, in
// multiplications. Threads split the values; small arrays go straight to the compiled kernel, to save overhead.

/** `out = f(x)`, element by element. */
const UNARY = {
  abs: 2,
  sign: 2,
  relu: 2,
  sqrt: 4,
  exp: 10,
  log: 10,
  log1p: 15,
  tanh: 15,
  sigmoid: 15,
} as const;
/** `out = f(a, b)`, element by element, broadcast. */
const BINARY = {
  add: 2,
  sub: 2,
  mul: 2,
  maximum: 2,
  minimum: 2,
  equal: 2,
  less: 2,
  lessEqual: 2,
  select: 2,
  reluGradient: 2,
  div: 4,
  pow: 30,
} as const;

type Unary = keyof typeof UNARY;
type Binary = keyof typeof BINARY;

export function elementwise(context: Context): WasmKernels<"fill" | Unary | Binary> {
  const fill = createFill(context);
  return {
    fill: (value, out) => fill(value, out.pointer, out.bytes),
    ...forEach(UNARY, (name) => unary(name, context)),
    ...forEach(BINARY, (name) => binary(name, context)),
  };
}

function unary(name: Unary, { exports, parallelFor, worth }: Context): WasmKernels<Unary>[Unary] {
  const kernel = exports[name];
  return (x, out) => {
    const work = out.length * UNARY[name];
    if (work < 2 * worth) kernel(x.pointer, out.pointer, out.bytes);
    else {
      const part = (begin: number, end: number) => [x.pointer + begin, out.pointer + begin, end - begin] as const;
      parallelFor(name, { n: out.bytes, work, grain: 64 }, part);
    }
  };
}

function binary(name: Binary, { exports, parallelFor, worth }: Context): WasmKernels<Binary>[Binary] {
  const kernel: Exports[Binary] = exports[name];
  return (a, b, out, walk) => {
    const work = out.length * BINARY[name];
    const isSmall = work < 2 * worth;
    if (isSmall && walk.shape.length === 1) {
      const [n, stepA, stepB] = [walk.shape[0]!, walk.a[0]! * 4, walk.b[0]! * 4]; // equal shapes, and scalars
      if (n > 0) kernel(a.pointer, b.pointer, out.pointer, 1, 1, 1, n, 0, 0, 0, stepA, 0, 0, 0, stepB);
      return;
    }
    forEachStrided(walk.shape, [walk.a, walk.b], (shape, [stepsA, stepsB], [atA, atB], at) => {
      const [left, right, to] = [a.pointer + atA!, b.pointer + atB!, out.pointer + at * 4];
      if (isSmall) kernel(left, right, to, ...shape, ...stepsA!, ...stepsB!);
      else {
        const { n, grain, shapeOf, axis, inner } = partsOf(shape);
        parallelFor(name, { n, work, grain }, (begin, end) => [
          left + begin * stepsA![axis]!,
          right + begin * stepsB![axis]!,
          to + begin * inner * 4,
          ...shapeOf(begin, end),
          ...stepsA!,
          ...stepsB!,
        ]);
      }
    });
  };
}

function forEach<Name extends string, Kernel>(
  names: Readonly<Record<Name, number>>,
  kernel: (name: Name) => Kernel,
): Record<Name, Kernel> {
  return Object.fromEntries((Object.keys(names) as Name[]).map((name) => [name, kernel(name)])) as Record<Name, Kernel>;
}
