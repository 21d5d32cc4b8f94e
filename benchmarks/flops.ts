import type { Batch } from "@ltt/data";

export interface LstmSize {
  readonly hidden: number;
  readonly layers: number;
  readonly bidirectional: boolean;
}

const DIM = 100;

/**
 * Multiplications and additions of a text's products, on average over batches: over real tokens only, distinct words for the first layer's projection. What gates cost,
 * some thirty operations a value, is not in it, nor is anything that only moves.
 *
 * @param products - 1 forward; 3 with the gradients of both operands.
 */
export function lstmFlops(
  { hidden, layers, bidirectional }: LstmSize,
  batches: readonly Batch[],
  products: 1 | 3,
): number {
  const directions = bidirectional ? 2 : 1;
  const gates = directions * 4 * hidden;
  let [texts, multiplications] = [0, 0];
  for (const { input: tokens, lengths } of batches) {
    const [batch, time] = tokens.shape;
    const real = tokens.data.filter((_, i) => i % time < lengths.data[Math.floor(i / time)]!);
    texts += batch;
    for (let k = 0; k < layers; k++) {
      multiplications += gates * (k === 0 ? new Set(real).size * DIM : real.length * directions * hidden);
      multiplications += gates * (real.length - batch) * hidden;
    }
  }
  return (2 * products * multiplications) / texts;
}
