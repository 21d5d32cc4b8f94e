import { type Matrix, type Tensor, Tokens } from "@ltt/core";
import { check, checkTensor, type Kind, list } from "@ltt/core/arguments";
import { type Context, checkContext } from "./context.ts";
import { Module } from "./module.ts";

/** Declared as a method: of those TypeScript lets a parameter be narrower, so a step may take tensors of one rank, or ids. */
interface Steps {
  apply(x: Tensor | Tokens): Tensor;
}

/** A layer, or a function as `relu`. */
export type SequentialStep = Steps["apply"] | (Module & { forward(x: Tensor | Tokens, context?: Context): Tensor });

const stepKind: Kind = {
  words: "a layer with a method forward(x), or a function",
  accepts: (step) =>
    typeof step === "function" || (step instanceof Module && typeof Reflect.get(step, "forward") === "function"),
};

/**
 * Layers and functions, one after the other; its weights have PyTorch's names, `0.weight`, `2.weight`, since functions count too:
 *
 *     const hidden = new Linear({ inputs: 784, outputs: 300 }, rng.split(0));
 *     new Sequential([hidden, relu, new Linear({ inputs: 300, outputs: 10 }, rng.split(2))])
 *
 * Each layer checks what the one before gave it.
 */
export class Sequential<Input extends Tensor | Tokens = Matrix, Output extends Tensor = Matrix> extends Module {
  readonly [index: number]: SequentialStep;

  /** @throws {TypeError} if a step is neither a layer nor a function. */
  constructor(steps: readonly SequentialStep[]) {
    super();
    check("Sequential", "steps", steps, list);
    for (const [i, step] of steps.entries()) check("Sequential", `steps[${i}]`, step, stepKind);
    Object.assign(this, steps);
  }

  forward(x: Input, context: Context = {}): Output {
    if (!(x instanceof Tokens)) checkTensor("Sequential", "x", x);
    checkContext("Sequential", context);
    return Object.values(this).reduce(
      (y: Tensor | Tokens, step: SequentialStep) => (typeof step === "function" ? step(y) : step.forward(y, context)),
      x,
    ) as Output;
  }
}
