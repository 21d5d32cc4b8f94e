import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Backend, binaryCrossEntropyWithLogits, gradients, tensor, tokens, useBackend } from "../src/index.ts";
import { backends } from "./backends.ts";

describe.each(backends)("on $name", ({ create }) => {
  let before: Backend;
  beforeAll(async () => {
    before = useBackend(await create());
  });
  afterAll(() => {
    useBackend(before);
  });

  test("binaryCrossEntropyWithLogits keeps all digits of a small loss, and of its gradient", async () => {
    for (const logit of [-80, -40, -20, -17, -10, -3, -0.5, 0, 0.5, 3, 10, 17, 20, 40, 80]) {
      for (const target of [0, 1]) {
        const x = tensor([logit], [1], { requiresGrad: true });
        const loss = binaryCrossEntropyWithLogits(x, tokens([target], [1]));
        const [dx] = gradients(loss, [x]);
        const toward = target === 1 ? -logit : logit;
        const exact = Math.max(toward, 0) + Math.log1p(Math.exp(-Math.abs(toward)));
        expect(Math.abs((await loss.item()) / exact - 1), `loss of ${logit} for ${target}`).toBeLessThan(1e-6);
        const slope = (target === 1 ? -1 : 1) / (1 + Math.exp(-toward));
        expect(Math.abs((await dx.item()) / slope - 1), `gradient at ${logit} for ${target}`).toBeLessThan(1e-6);
      }
    }
  });
});
