import { describe, expect, test } from "vitest";
import { gradients } from "../autograd/gradients.ts";
import { backend, useBackend } from "../backends/backend.ts";
import { createReferenceBackend } from "../backends/reference/backend.ts";
import type { Backend, Storage } from "../kernels/kernels.ts";
import { add, maxOverTime, mean, mul, reshape, square, sum } from "../ops/index.ts";
import { sgdUpdate } from "../optim/updates.ts";
import { Sparse } from "../sparse/sparse.ts";
import { scope } from "./scope.ts";
import { ones, type Tensor, tensor, zeros } from "./tensor.ts";
import { tokens } from "./tokens.ts";

/** The reference backend, counting what is allocated and not given back. */
function counting(): Backend & { live: () => number } {
  const inner = createReferenceBackend();
  const alive = new Set<object>();
  const count = <T extends object>(made: T): T => {
    alive.add(made);
    return made;
  };
  return {
    ...inner,
    allocate: (length) => count(inner.allocate(length)),
    allocateIndices: (length) => count(inner.allocateIndices(length)),
    upload: (values) => count(inner.upload(values)),
    release: (storage: Storage) => {
      if (!alive.delete(storage)) throw new Error("given back twice, or never taken");
      inner.release(storage);
    },
    releaseIndices: (indices) => {
      alive.delete(indices);
    },
    live: () => alive.size,
  };
}

function on<T>(backend: Backend, body: () => T): T {
  const before = useBackend(backend);
  try {
    return body();
  } finally {
    useBackend(before);
  }
}

describe("scope", () => {
  test("gives everything back but what it returns", () => {
    const mine = counting();
    on(mine, () => {
      const weights = ones([4, 5], { requiresGrad: true });
      const { loss, list } = scope(() => {
        const y = add(square(weights), 1);
        return { loss: sum(y), list: [mean(y)] };
      });
      expect(mine.live()).toBe(3);
      expect([loss.data[0], list[0]!.data[0]]).toEqual([40, 2]);
      expect(loss.requiresGrad).toBe(false);
    });
  });

  test("lets a thousand steps of training use the memory of one", () => {
    const mine = counting();
    on(mine, () => {
      const weights = ones([4, 6], { requiresGrad: true });
      const velocity = zeros([4, 6]);
      const step = { learningRate: 0.01, momentum: 0.9, dampening: 0, nesterov: false, weightDecay: 0, first: false };
      let first = 0;
      for (let i = 0; i < 1000; i++) {
        scope(() => {
          const y = maxOverTime(reshape(weights, [2, 2, 6]), tokens([2, 1], [2]));
          const [gradient] = gradients(sum(square(y)), [weights]);
          sgdUpdate(weights, gradient, { velocity }, step);
        });
        if (i === 0) first = mine.live();
      }
      expect(mine.live()).toBe(first);
      expect(first).toBe(2);
    });
  });

  test("keeps memory that a returned view shares, and never that of a view of something outside", () => {
    const mine = counting();
    on(mine, () => {
      const outside = tensor([1, 2, 3, 4]);
      const view = scope(() => reshape(outside, [2, 2]));
      const kept = scope(() => reshape(add(outside, 1), [2, 2]));
      expect([...view.data]).toEqual([1, 2, 3, 4]);
      expect([...kept.data]).toEqual([2, 3, 4, 5]);
      expect(mine.live()).toBe(2);
    });
  });

  test("hands what an inner scope returns to the outer one", () => {
    const mine = counting();
    on(mine, () => {
      const y = scope(() => {
        const inner = scope(() => mul(ones([3]), 2));
        expect(mine.live()).toBe(1);
        return add(inner, 1);
      });
      expect(mine.live()).toBe(1);
      expect([...y.data]).toEqual([3, 3, 3]);
    });
  });

  test("finds what it returns in a Sparse, a model, arrays, maps and sets, to any depth, and gives back all else", () => {
    class Layer {
      readonly weight = ones([2]);
      readonly parts = [new Sparse([4], Int32Array.of(1, 2), tensor([3, 4])), { bias: ones([1]) }];
    }
    class Model {
      readonly layers = new Map([["first", new Layer()]]);
      readonly heads = new Set([ones([5])]);
      readonly keyed = new Map([[ones([6]), "key"]]);
      readonly empty = null;
    }
    const mine = counting();
    on(mine, () => {
      const model = scope(() => {
        const made = new Model();
        square(made.layers.get("first")!.weight);
        return made;
      });
      const { weight, parts } = model.layers.get("first")!;
      const found = [weight, (parts[0] as Sparse).values, (parts[1] as { bias: Tensor }).bias];
      for (const tensor of [...found, ...model.heads, ...model.keyed.keys()])
        expect(tensor.data).toHaveLength(tensor.size);
      expect([...(parts[0] as Sparse).values.data]).toEqual([3, 4]);
      expect(mine.live()).toBe(5);

      const { nested } = scope(() => {
        let nested: object = { x: ones([7]) };
        for (let i = 0; i < 100_000; i++) nested = { nested };
        return { nested };
      });
      expect(nested).toBeDefined();
      expect(mine.live()).toBe(6);
    });
  });

  test("finds what it returns in a circle", () => {
    const mine = counting();
    on(mine, () => {
      const { back } = scope(() => {
        const made: { x: Tensor; back?: unknown; list: unknown[]; map: Map<string, unknown> } = {
          x: add(ones([2]), 1),
          list: [],
          map: new Map(),
        };
        made.back = made;
        made.list.push(made, made.list);
        made.map.set("self", made.map).set("made", made);
        return made;
      });
      expect([...(back as { x: Tensor }).x.data]).toEqual([2, 2]);
      expect(mine.live()).toBe(1);
    });
  });

  test("does not take what a tensor was computed from for a part of its result", () => {
    const mine = counting();
    on(mine, () => {
      const x = ones([3], { requiresGrad: true });
      const y = scope(() => sum(square(add(x, 1))));
      expect(mine.live()).toBe(2);
      expect(y.node).toBeUndefined();
      expect(() => scope(() => y).data).not.toThrow();
      expect(mine.live()).toBe(2);
    });
  });

  test("makes a tensor that escaped unusable, and says why", () => {
    let escaped: Tensor | undefined;
    scope(() => {
      escaped = ones([2, 3]);
    });
    const message =
      "tensor [2,3]: its scope has ended and its memory is given back: return it from the scope, or read it inside";
    expect(() => escaped!.data).toThrow(message);
    expect(() => add(escaped!, 1)).toThrow(message);
  });

  test("ends when the body throws, and refuses a body that returns a promise", () => {
    const mine = counting();
    on(mine, () => {
      expect(() =>
        scope(() => {
          ones([3]);
          throw new Error("stop");
        }),
      ).toThrow("stop");
      expect(() => scope(() => Promise.resolve(ones([3])))).toThrow("scope: the body returned a promise");
      expect(mine.live()).toBe(0);
    });
    expect(backend().name).toBe("wasm");
  });
});
