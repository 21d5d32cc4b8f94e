import type { Matrix, TokenMatrix, TokenVector } from "@ltt/core";
import type { Kind } from "@ltt/core/arguments";
import type { Context } from "./module.ts";

/** The ids that vocabularies begin with: words that are not in them, and padding. Both rows of an embedding start at 0. */
export const UNKNOWN_ID = 0;
export const PADDING_ID = 1;

/** What a text classifier may be told besides the texts. */
export interface TextContext extends Context {
  /** How many tokens of each text are not padding, `[batch]`. */
  readonly lengths?: TokenVector | undefined;
}

/** Texts of token ids, `[batch, time]`, to logits, `[batch, outputs]`. */
export interface TextClassifier {
  forward(tokens: TokenMatrix, context?: TextContext): Matrix;
}

export const textClassifier: Kind = {
  words: "a model with a method forward(tokens, context)",
  accepts: (model) =>
    typeof model === "object" && model !== null && "forward" in model && typeof model.forward === "function",
};
