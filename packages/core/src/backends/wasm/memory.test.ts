import { describe, expect, test, vi } from "vitest";
import { useBackend } from "../../backend.ts";
import { gradients } from "../../backprop.ts";
import { add, conv1d, crossEntropy, dropout, embedding, matmul, maxOverTime, relu } from "../../ops/index.ts";
import { stream } from "../../rng.ts";
import { scope } from "../../scope.ts";
import { tensor, zeros } from "../../tensor.ts";
import { tokens } from "../../tokens.ts";
import { adamUpdate } from "../../updates.ts";
import { createWasmBackend } from "./backend.ts";
import { LinearMemory } from "./memory.ts";

const MIB = 2 ** 20;

describe("the memory", () => {
  test("hands blocks out again and stays as large as it is", () => {
    const memory = new LinearMemory(64 * MIB);
    const cycle = () => {
      const regions = Array.from({ length: 20 }, (_, i) => memory.allocate(1 + i * 1000));
      for (const region of regions) memory.release(region);
    };
    cycle();
    const { total } = memory.size;
    for (let i = 0; i < 100; i++) cycle();
    expect(memory.size).toEqual({ inUse: 0, total });
  });

  test("keeps blocks apart, on whole cache lines", () => {
    const memory = new LinearMemory(64 * MIB);
    const rng = stream(1);
    const regions = Array.from({ length: 200 }, () => memory.allocate(rng.below(3000)));
    const ends = regions.map(({ pointer, length }) => [pointer, pointer + 4 * length] as const);
    ends.sort(([a], [b]) => a - b);
    for (const [i, [pointer, end]] of ends.entries()) {
      expect(pointer % 64).toBe(0);
      if (i + 1 < ends.length) expect(end).toBeLessThanOrEqual(ends[i + 1]![0]);
    }
  });

  test("grows without changing what is there, and without detaching views", () => {
    const memory = new LinearMemory(64 * MIB);
    const first = memory.allocate(3);
    const view = memory.floats(first);
    view.set([1, 2, 3]);
    memory.allocate(4 * MIB);
    expect([...view]).toEqual([1, 2, 3]);
    expect(memory.floats(first)).toBe(view);
  });

  test("that is full says what was asked, what is used and what to change", () => {
    const memory = new LinearMemory(4 * MIB);
    const kept = memory.allocate(MIB / 2);
    expect(() => memory.allocate(MIB)).toThrow(
      new RangeError(
        "wasm: no room for 1048576 values (4.0 MiB): 2.0 MiB are in use, 0.1 MiB are free in other pieces, and the memory ends at 4.0 MiB: " +
          "run each step inside scope(() => …), or make the batch or the model smaller",
      ),
    );
    memory.release(kept);
    const rest = memory.allocate((7 / 16) * MIB); // behind the others
    expect(rest.pointer).toBeGreaterThan(kept.pointer);
    expect(memory.allocate((7 / 16) * MIB).pointer).toBe(kept.pointer); // nothing of its size is left: it takes the larger block
  });

  test("refuses a block that is given back twice", () => {
    const memory = new LinearMemory(MIB);
    const region = memory.allocate(10);
    memory.release(region);
    expect(() => memory.release(region)).toThrow("wasm: a block of 10 values is given back twice");
  });
});

test("where memory cannot be shared, as in a page that is not isolated, the same kernels run on an ordinary one", async () => {
  vi.stubGlobal("crossOriginIsolated", false);
  try {
    for (const arithmetic of ["strict", "fma"] as const) {
      const memory = new LinearMemory(64 * MIB);
      expect(memory.memory.buffer).toBeInstanceOf(ArrayBuffer);
      const before = useBackend(await createWasmBackend({ arithmetic, memory }));
      try {
        const a = tensor([1, 2, 3, 4], [2, 2]);
        expect([...a.data]).toEqual([1, 2, 3, 4]);
        zeros([4 * MIB]); // grows: earlier views are gone, but `data` makes a new one
        expect([...matmul(a, a).data, ...a.data]).toEqual([7, 10, 15, 22, 1, 2, 3, 4]);
      } finally {
        useBackend(before);
      }
    }
  } finally {
    vi.unstubAllGlobals();
  }
});

test("a training step allocates nothing after the first: memory is flat over 10,000", async () => {
  const memory = new LinearMemory(64 * MIB);
  const before = useBackend(await createWasmBackend({ memory }));
  try {
    const rng = stream(1);
    const weights = [
      tensor(rng.normals(50 * 4), [50, 4], { requiresGrad: true }),
      tensor(rng.normals(3 * 4 * 5), [3, 4, 5], { requiresGrad: true }),
      tensor(rng.normals(5), [5], { requiresGrad: true }),
      tensor(rng.normals(5 * 3), [5, 3], { requiresGrad: true }),
    ] as const;
    const [table, kernel, bias, linear] = weights;
    const state = weights.map((weight) => ({ m: zeros(weight.shape), v: zeros(weight.shape) }));
    const train = (step: number) =>
      scope(() => {
        const ids = tokens(
          Int32Array.from({ length: 2 * 8 }, () => rng.below(50)),
          [2, 8],
        );
        const features = maxOverTime(relu(add(conv1d(embedding(table, ids), kernel), bias)));
        const loss = crossEntropy(matmul(dropout(features, 0.5, rng), linear), tokens([0, 2], [2]));
        const options = {
          learningRate: 1e-3,
          beta1: 0.9,
          beta2: 0.999,
          epsilon: 1e-8,
          weightDecay: 0,
          decoupledDecay: 0,
        };
        for (const [i, gradient] of gradients(loss, weights).entries()) {
          adamUpdate(weights[i]!, gradient, state[i]!, { ...options, step });
        }
      });
    train(1);
    const after = memory.size;
    for (let step = 2; step <= 10_000; step++) train(step);
    expect(memory.size).toEqual(after);
    expect(table.data.every(Number.isFinite)).toBe(true);
  } finally {
    useBackend(before);
  }
});
