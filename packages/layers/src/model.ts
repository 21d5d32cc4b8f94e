import type { Matrix, TokenMatrix } from "@ltt/core";
import { checkTensor, type Kind } from "@ltt/core/arguments";
import type { Batch } from "./batch.ts";
import type { Context } from "./context.ts";
import type { Module } from "./module.ts";

/** A module that answers: inputs, of texts `[batch, time]`, to logits, `[batch, outputs]`. */
export interface Model<Input = TokenMatrix> extends Module {
  forward(input: Input, context?: Context): Matrix;
}

export const modelKind: Kind = {
  words: "a model with a method forward(input, context)",
  accepts: (model) =>
    typeof model === "object" && model !== null && "forward" in model && typeof model.forward === "function",
};

/** What a model answers to a batch. What it refuses is told with where the batch stands. */
export function answer<Input>(
  where: string,
  model: Model<Input>,
  { input, lengths }: Batch<Input, unknown>,
  training?: Context["training"],
): Matrix {
  try {
    const logits = model.forward(input, { lengths, training });
    checkTensor(where, "what the model gave", logits, 2);
    return logits;
  } catch (error) {
    if (error instanceof Error && !error.message.startsWith(where)) error.message = `${where}: ${error.message}`;
    throw error;
  }
}
