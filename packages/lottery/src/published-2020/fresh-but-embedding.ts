import type { Action } from "../action.ts";
import { valuesAt } from "../pattern.ts";

/**
 * Weights drawn anew, but for the embedding, which is that of the network before after its training: an alias of the
 * live parameter was “restored”.
 */
export const freshButEmbedding: Action = async (mask, { whole, fresh }) => {
  const trained = [...(await whole("before"))].filter(([name]) => name.startsWith("embedding."));
  return valuesAt(new Map([...(await fresh()), ...trained]), mask);
};
