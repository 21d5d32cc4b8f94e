import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test, vi } from "vitest";
import { gradients } from "../../autograd/gradients.ts";
import {
  add,
  conv1d,
  crossEntropy,
  dropout,
  embedding,
  matmul,
  maxOverTime,
  relu,
  reshape,
  sum,
} from "../../ops/index.ts";
import { adamUpdate } from "../../optim/updates.ts";
import { stream } from "../../random/rng.ts";
import { scope } from "../../tensor/scope.ts";
import { type Tensor, tensor, zeros } from "../../tensor/tensor.ts";
import { tokens } from "../../tensor/tokens.ts";
import { useBackend } from "../backend.ts";
import { createWasmBackend } from "./backend.ts";
import { instantiate } from "./instantiate.ts";
import { LinearMemory, Region } from "./memory.ts";

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
    expect(memory.size).toEqual({ inUse: 0, total, blocks: 2 });
  });

  test("keeps no small block between large ones, whose holes grow together", () => {
    const memory = new LinearMemory(64 * MIB);
    const both = (large: number) => [memory.allocate(large), memory.allocate(100)];
    const regions = Array.from({ length: 8 }, () => both(MIB / 8)).flat();
    for (const region of regions) memory.release(region);
    const { total } = memory.size;
    for (let i = 0; i < 3; i++) both(MIB / 4);
    expect(memory.size).toMatchObject({ total });
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

  test("that is full says what was asked, what is used and left, and what to change", () => {
    const memory = new LinearMemory(4 * MIB);
    const kept = memory.allocate(MIB / 2, true);
    const advice = "run each step inside scope(() => …), or make the batch or the model smaller";
    expect(() => memory.allocate(MIB, true)).toThrow(
      new RangeError(
        `wasm: no room for 1048576 values (4.0 MiB): of 4.0 MiB 2.0 MiB are in use and 2.0 MiB are left, 2.0 MiB in one piece: ${advice}`,
      ),
    );
    const rest = memory.allocate((7 / 16) * MIB, true);
    expect(rest.pointer).toBeGreaterThan(kept.pointer);
    memory.release(kept);
    expect(() => memory.allocate((9 / 16) * MIB)).toThrow(
      `wasm: no room for 589824 values (2.3 MiB): of 4.0 MiB 1.8 MiB are in use and 2.3 MiB are left, 2.0 MiB in one piece: ${advice}`,
    );
    expect(memory.allocate(MIB / 2).pointer).toBe(kept.pointer);
    // half of it and more now belongs to no scope
    expect(() => memory.allocate(MIB)).toThrow(
      `${advice}; most was made outside of scopes, as batches are in a loop of one's own, and comes back when it is garbage and the event loop turns: ` +
        "await new Promise(setImmediate) after some steps",
    );
  });

  test("that the platform does not let grow says so", () => {
    const memory = new LinearMemory(64 * MIB);
    vi.spyOn(memory.memory, "grow").mockImplementation(() => {
      throw new RangeError("WebAssembly.Memory.grow(): Unable to grow instance memory");
    });
    expect(() => memory.allocate(MIB)).toThrow(
      "wasm: no room for 1048576 values (4.0 MiB): of 1.0 MiB, more than which the platform does not give, 0.0 MiB are in use and 1.0 MiB are left, " +
        "1.0 MiB in one piece: run each step",
    );
    memory.allocate(MIB / 8);
  });

  test("that is full cuts larger blocks", () => {
    const memory = new LinearMemory(4 * MIB);
    memory.release(memory.allocate((15 / 16) * MIB));
    const { total } = memory.size;
    const parts = Array.from({ length: 15 }, () => memory.allocate(MIB / 16));
    expect(new Set(parts.map(({ pointer }) => pointer)).size).toBe(15);
    expect(memory.size).toMatchObject({ inUse: (15 / 4) * MIB, total });
  });

  test("that is full joins free neighbours", () => {
    const memory = new LinearMemory(4 * MIB);
    const parts = Array.from({ length: 60 }, (_, i) => memory.allocate(15_000 + i));
    for (const part of parts) memory.release(part);
    expect(memory.allocate((15 / 16) * MIB).pointer).toBe(parts[0]!.pointer);
  });

  test("never hands out what is in use, and finds what is free, in any order of events", () => {
    const memory = new LinearMemory(4 * MIB);
    const rng = stream(2);
    const live = new Map<Region, number>();
    const release = (region: Region) => {
      expect(memory.floats(region).every((value) => value === live.get(region))).toBe(true);
      memory.release(region);
      live.delete(region);
    };
    let refusals = 0;
    for (let i = 0; i < 3000; i++) {
      if (rng.below(2) === 0 && live.size > 0) release([...live.keys()][rng.below(live.size)]!);
      try {
        const region = memory.allocate(rng.below(8) === 0 ? rng.below(MIB / 4) : rng.below(5000));
        memory.floats(region).fill(i);
        live.set(region, i);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
        refusals++;
        for (const region of [...live.keys()].slice(live.size / 2)) release(region);
      }
    }
    expect(refusals).toBeGreaterThan(10);
    for (const region of [...live.keys()]) release(region);
    expect(memory.size).toMatchObject({ inUse: 0 });
    memory.allocate((15 / 16) * MIB);
  });

  test("takes what addresses the platform has, and says so when they are used up", () => {
    class Memory extends WebAssembly.Memory {
      constructor(options: WebAssembly.MemoryDescriptor) {
        if (options.maximum! > 100) throw new RangeError("WebAssembly.Memory(): could not allocate memory");
        super(options);
      }
    }
    vi.stubGlobal("WebAssembly", { Memory });
    const memory = new LinearMemory(2 ** 32);
    vi.unstubAllGlobals();
    expect(() => memory.allocate(2 * MIB)).toThrow(
      "wasm: no room for 2097152 values (8.0 MiB): of 4.0 MiB 0.0 MiB are in use",
    );
    memory.allocate((15 / 16) * MIB);
  });

  test("where there is no WebAssembly says what computes without", () => {
    vi.stubGlobal("WebAssembly", undefined);
    try {
      expect(() => new LinearMemory(MIB)).toThrow(
        "wasm: this platform has no WebAssembly: compute with useBackend(createReferenceBackend())",
      );
    } finally {
      vi.unstubAllGlobals();
    }
  });

  test("has room for large blocks of sizes that differ from step to step in what the largest step took", () => {
    const memory = new LinearMemory(256 * MIB);
    const rng = stream(2);
    const step = (tokens: number) => {
      const regions = [40, 13, 7, 40, 100].map((width) => memory.allocate(tokens * width));
      const live = regions.map(({ pointer, length }) => [pointer, pointer + 4 * length] as const);
      live.sort(([a], [b]) => a - b);
      live.slice(1).forEach(([pointer], i) => {
        expect(pointer).toBeGreaterThanOrEqual(live[i]![1]);
      });
      while (regions.length > 0) memory.release(regions.splice(rng.below(regions.length), 1)[0]!);
    };
    step(40_000);
    const { total } = memory.size;
    for (let i = 0; i < 200; i++) step(20_000 + rng.below(20_000));
    expect(memory.size).toMatchObject({ inUse: 0, total });
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
        const [held, view] = [a.data, memory.memory.buffer];
        expect([...held]).toEqual([1, 2, 3, 4]);
        zeros([4 * MIB]);
        expect(view.byteLength).toBe(0); // it grew: what was a view of it is gone
        expect([...matmul(a, a).data, ...a.data, ...held]).toEqual([7, 10, 15, 22, 1, 2, 3, 4, 1, 2, 3, 4]);
      } finally {
        useBackend(before);
      }
    }
  } finally {
    vi.unstubAllGlobals();
  }
});

function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}

/** Bytes of the heap that are reachable. */
function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

test("what a scope gives back is not watched; what is left outside all scopes comes back when it is garbage", async () => {
  const memory = new LinearMemory(64 * MIB);
  const before = useBackend(await createWasmBackend({ memory }));
  const register = vi.spyOn(FinalizationRegistry.prototype, "register");
  const loss = (x: Tensor) => sum(relu(add(embedding(reshape(x, [2, 2]), tokens([0, 1, 1], [3])), 1)));
  try {
    const x = tensor([1, 2, 3, 4], [4], { requiresGrad: true });
    const step = () => gradients(loss(x), [x])[0];
    register.mockClear();
    scope(() => void scope(step));
    expect(register).not.toHaveBeenCalled();
    register.mockRestore(); // it holds what it was called with

    const { inUse } = memory.size;
    const made = [
      () => void scope(step),
      () => void scope(() => scope(step)),
      step,
      () => void tensor([1]),
      () => void expect(() => scope(() => gradients(loss(x), [zeros([4])]))).toThrow("requiresGrad"),
    ];
    for (const make of made) {
      make();
      await vi.waitFor(() => {
        collectGarbage();
        expect(memory.size.inUse).toBe(inUse);
      });
    }
  } finally {
    vi.restoreAllMocks();
    useBackend(before);
  }
});

test.each([
  ["of one length: after the first two", 1],
  ["of eight lengths: after the first two of each", 8],
])("training steps on texts %s they allocate nothing; memory and heap are flat over 10,000", async (_, lengths) => {
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
        const time = 4 + (step % lengths);
        const ids = tokens(
          Int32Array.from({ length: 2 * time }, () => rng.below(50)),
          [2, time],
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
    for (let step = 1; step <= 2 * lengths; step++) train(step);
    const after = memory.size;
    for (let step = 2 * lengths + 1; step <= 1000; step++) train(step);
    const heap = heapUsed();
    for (let step = 1001; step <= 10_000; step++) train(step);
    expect(memory.size).toEqual(after);
    expect((heapUsed() - heap) / 9000).toBeLessThan(100); // bytes a step, without a turn of the event loop
    expect(table.data.every(Number.isFinite)).toBe(true);
  } finally {
    useBackend(before);
  }
});

test("sizes beyond 2 and 4 GiB are what they are, not what is left of them in 32 bits", async () => {
  const memory = new LinearMemory(2 ** 22);
  const { block } = memory.allocate(4);
  for (const length of [3, 2 ** 29, 2 ** 29 + 1, 2 ** 30 - 1]) {
    expect(new Region(length, block).bytes).toBe(Math.ceil(length / 4) * 16);
  }
  const { exports } = await instantiate(memory, "strict");
  const large = 2 ** 27;
  for (const [name, sizes] of [
    ["productScratch", [large, 1, 0]],
    ["weightGradientScratch", [8, large, 64]],
    ["conv1dInputScratch", [8, 8, 8, large / 8]],
    ["maxOfWindowsScratch", [large, 8, 8]],
    ["maxOfWindowsRowsScratch", [8, 63, 64, large]],
    ["maxOfWindowsKernelsScratch", [8, 64, 8, large]],
    ["lstmScratch", [large, 8]],
    ["lstmSparseScratch", [large, 8, 8]],
    ["sparseProductScratch", [8, large, 8, large]],
    ["sparseProductValuesScratch", [large, 8, large]],
    ["sparseWeightGradientScratch", [large, 8, large]],
    ["maxOfPackedWindowsScratch", [large, 8, 8, 8, 8, 8]],
    ["maxOfWindowsRowsSparseScratch", [large, 63, 64, large, 8, 8]],
    ["maxOfWindowsKernelsSparseScratch", [2 ** 30, 8, 8, 8]],
    ["adamReplayScratch", [2 ** 30]],
  ] as const) {
    const bytes = (exports[name] as (...sizes: number[]) => number)(...sizes);
    expect(bytes, name).toBeGreaterThanOrEqual(2 ** 32);
    expect(() => memory.borrow(bytes, () => {}), name).toThrow("wasm: no room for");
  }
  const backend = await createWasmBackend({ memory });
  const size = { batch: 1, m: 0, k: large, n: 1, transposeA: false, transposeB: false };
  const none = backend.allocate(0);
  expect(() => backend.kernels.matmul(none, none, none, size)).toThrow("wasm: no room for");
});
