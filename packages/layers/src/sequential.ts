import { type Matrix, type Tensor, Tokens } from "@ltt/core";
import { check, checkTensor, type Kind, list } from "@ltt/core/arguments";
import { type Context, checkContext } from "./context.ts";
import { Module } from "./module.ts";

/** A layer, or a function as `relu`. */
export type SequentialStep = ((x: never) => Tensor) | (Module & { forward(x: never, context?: Context): Tensor });

const stepKind: Kind = {
  words: "a layer with a method forward(x), or a function",
  accepts: (step) =>
    typeof step === "function" || (step instanceof Module && typeof Reflect.get(step, "forward") === "function"),
};

/**
 * Layers and functions, one after the other; its weights have PyTorch's names, `0.weight`, `2.weight`, since functions count too:
 *
 *     new Sequential([new Linear({ inputs: 784, outputs: 300 }, rng.split(0)), relu, new Linear({ inputs: 300, outputs: 10 }, rng.split(2))])
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
    const given: Tensor | Tokens = x;
    return Object.values(this).reduce(
      (y, step: SequentialStep) => (typeof step === "function" ? step(y as never) : step.forward(y as never, context)),
      given,
    ) as Output;
  }
}
