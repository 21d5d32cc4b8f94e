import type fc from "fast-check";
import type * as core from "../../src/index.ts";
import { type Cube, type Matrix, type Shape, type Sizes, type Tensor, tensor, type Vector } from "../../src/index.ts";
import type * as operations_ from "../../src/ops/index.ts";
import type { Call, Values } from "../../src/testing/index.ts";

/** One way to call an operation: differentiable operands as data, and the call. */
export interface Trial {
  readonly inputs: readonly Values[];
  readonly run: (inputs: readonly Tensor[]) => Tensor;
  /** What the call was, for fast-check's report. */
  readonly toString: () => string;
}

/** Everything that is tested of an operation. All of it must be given: see the completeness test. */
export interface Operation {
  readonly name: keyof typeof operations_;
  readonly trials: fc.Arbitrary<Trial>;
  /** Worked by hand: the call and the values it must give, exactly or to a few ulp. */
  readonly examples: readonly (readonly [call: () => Tensor, values: readonly number[]])[];
  /** Calls that must fail, and the message. An operation that takes any tensor has none: it says so by "nothing to refuse". */
  readonly errors: readonly (readonly [call: () => unknown, message: string])[] | "nothing to refuse";
  /** Whether the gradient can be differentiated again. */
  readonly twice: boolean;
  /** Right calls, of which a test makes one argument at a time wrong. Of the others they are in `calls.ts`. */
  readonly calls?: readonly (() => Call)[];
  /** How PyTorch's golden cases are computed, by their name. Of the others it is in `golden-suite.ts`. */
  readonly golden?: Readonly<Record<string, (x: Readonly<Record<string, Tensor>>, options: never) => Tensor>>;
}

/** A way to call, shown as `call` and the operands' values. */
export const trial = (call: string, inputs: readonly Values[], run: (inputs: readonly Tensor[]) => Tensor): Trial => ({
  inputs,
  run,
  toString: () => `${call} of ${inputs.map(({ shape, data }) => `[${shape}] ${data.join(" ")}`).join("; ")}`,
});

/** An operand of a trial, as the operation's type has it. */
export const as = {
  vector: (x: Tensor | undefined): Vector => x as Vector,
  matrix: (x: Tensor | undefined): Matrix => x as Matrix,
  cube: (x: Tensor | undefined): Cube => x as Cube,
  images: (x: Tensor | undefined): core.Tensor4 => x as core.Tensor4,
};

/** A vector of these values. */
export const row = (...values: number[]): Vector => tensor(values, [values.length]);
/** A tensor of 1, 2, 3, … */
export const grid = <const S extends Shape>(shape: S): Tensor<Sizes<S>> =>
  tensor(
    Array.from({ length: shape.reduce((p, n) => p * n, 1) }, (_, i) => i + 1),
    shape,
  );
