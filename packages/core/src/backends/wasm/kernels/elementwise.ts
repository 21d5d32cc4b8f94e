import type { Exports } from "../exports.generated.ts";
import { forEachStrided } from "../strides.ts";
import type { Context, WasmKernels } from "./context.ts";

// A kernel of one of these kinds is a name here: its operands are those of the contract, and the compiled kernel has its name.

/** `out = f(x)`, element by element. */
const UNARY = ["exp", "log", "log1p", "sqrt", "abs", "sign", "tanh", "sigmoid", "relu", "reluGradient"] as const;
/** `out = f(a, b)`, element by element, broadcast. */
const BINARY = ["add", "sub", "mul", "div"] as const;

type Unary = (typeof UNARY)[number];
type Binary = (typeof BINARY)[number];

export function elementwise({ exports }: Context): WasmKernels<"fill" | Unary | Binary> {
  return {
    fill: (value, out) => exports.fill(value, out.pointer, out.bytes),
    ...forEach(UNARY, (name) => unary(exports[name])),
    ...forEach(BINARY, (name) => binary(exports[name])),
  };
}

function unary(kernel: Exports[Unary]): WasmKernels<Unary>[Unary] {
  return (x, out) => kernel(x.pointer, out.pointer, out.bytes);
}

function binary(kernel: Exports[Binary]): WasmKernels<Binary>[Binary] {
  return (a, b, out, walk) => {
    if (walk.shape.length === 1) {
      const [n, stepA, stepB] = [walk.shape[0]!, walk.a[0]! * 4, walk.b[0]! * 4]; // equal shapes, and scalars: no more to find out
      if (n > 0) kernel(a.pointer, b.pointer, out.pointer, 1, 1, 1, n, 0, 0, 0, stepA, 0, 0, 0, stepB);
      return;
    }
    forEachStrided(walk.shape, [walk.a, walk.b], (shape, [stepsA, stepsB], [atA, atB], at) =>
      kernel(a.pointer + atA!, b.pointer + atB!, out.pointer + at * 4, ...shape, ...stepsA!, ...stepsB!),
    );
  };
}

function forEach<Name extends string, Kernel>(
  names: readonly Name[],
  kernel: (name: Name) => Kernel,
): Record<Name, Kernel> {
  return Object.fromEntries(names.map((name) => [name, kernel(name)])) as Record<Name, Kernel>;
}
