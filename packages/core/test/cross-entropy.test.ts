import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Backend,
  crossEntropy,
  gradients,
  type Matrix,
  mul,
  stream,
  tensor,
  tokens,
  useBackend,
} from "../src/index.ts";
import { backends } from "./backends.ts";

/** The loss, times a number, and its gradient. */
async function lossOf(logits: Float32Array, targets: Int32Array): Promise<Float32Array[]> {
  const batch = targets.length;
  const x = tensor(logits, [batch, logits.length / batch], { requiresGrad: true }) as Matrix;
  const loss = crossEntropy(x, tokens(targets, [batch]));
  const [dx] = gradients(mul(loss, 0.3), [x]);
  return Promise.all([loss.read(), dx.read()]);
}

describe.each(backends)("on $name, crossEntropy", ({ create }) => {
  let before: Backend;
  let own: Backend;
  beforeAll(async () => {
    own = await create();
    before = useBackend(own);
  });
  afterAll(() => {
    useBackend(before);
  });

  test("as a kernel gives the bits of the operations that it stands for", async () => {
    const { crossEntropy: kernel, crossEntropyGradient: _, ...kernels } = own.kernels;
    expect(kernel).toBeDefined();
    const rng = stream(1, "logits");
    for (const [batch, classes] of [
      [1, 1],
      [1, 2],
      [3, 4],
      [64, 4],
      [7, 9],
    ] as const) {
      for (const scale of [1, 40, 1e20]) {
        const logits = rng.normals(batch * classes).map((x) => x * scale);
        const targets = Int32Array.from({ length: batch }, () => rng.below(classes));
        useBackend(own);
        const fused = await lossOf(logits, targets);
        useBackend({ ...own, kernels });
        const composed = await lossOf(logits, targets);
        useBackend(own);
        expect(fused).toEqual(composed);
      }
    }
  });
});
