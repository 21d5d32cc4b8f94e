import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { Backend, Kernels, Storage } from "../../kernels/kernels.ts";
import { add } from "../../ops/index.ts";
import { type Rng, stream } from "../../random/rng.ts";
import { scope } from "../../tensor/scope.ts";
import { tensor, zeros } from "../../tensor/tensor.ts";
import { useBackend } from "../backend.ts";
import { createWasmBackend, type WasmBackend } from "./backend.ts";
import type { Exports } from "./exports.generated.ts";
import { instantiateNow } from "./instantiate.ts";
import { LinearMemory } from "./memory.ts";
import { startThread, type Thread } from "./thread.ts";
import { startThreadPool } from "./thread-pool.ts";

type Name = keyof Kernels;

const rng = stream(1);
const floats = (n: number, zeros = 0) =>
  new Float32Array(n).map(() => (rng.uniform() < zeros ? 0 : rng.normal() * 4 ** (rng.below(5) - 2)));
const integers = (n: number, low: number, high: number, from: Rng = rng) =>
  new Int32Array(n).map(() => low + from.below(high - low + 1));

const conv = { batch: 7, time: 40, channels: 33, width: 3, filters: 41 };
const [nx, nk, ny] = [7 * 40 * 33, 3 * 33 * 41, 7 * 38 * 41];
const windows = {
  ...{ rows: 60, batch: 64, time: 30, channels: 100 },
  widths: [
    { width: 3, filters: 90 },
    { width: 5, filters: 43 },
  ],
};
const starts = Int32Array.of(0, 30, 31, 40, 52, 70, 71, 80, 99, 108);
const adam = {
  learningRate: 1e-3,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
  decoupledDecay: 0,
  step: 3,
};
const sgd = { learningRate: 0.1, momentum: 0.9, dampening: 0, nesterov: true, weightDecay: 0.01, first: false };
const rmsprop = { learningRate: 0.1, alpha: 0.99, epsilon: 1e-8, weightDecay: 0.01, momentum: 0.9 };
const adamTables = (rows: number, dim: number) => [
  floats(rows * dim),
  floats(rows * dim).map(Math.abs),
  floats(rows * dim),
];
const product = (batch: number, turned: number) => ({
  ...{ batch, m: 100, k: 151, n: 130 },
  ...{ transposeA: turned % 2 === 1, transposeB: turned >= 2 },
});

/** Kernels that are shared out, on work that is worth it: operands, and sizes. */
const shared: readonly (readonly [
  Name,
  readonly (Float32Array | Int32Array | readonly Float32Array[] | undefined)[],
  unknown,
])[] = [
  ...[0, 1, 2, 3].map((turned) => {
    const operands = [floats(100 * 151), floats(151 * 130), floats(100 * 130)];
    return ["matmul", operands, product(1, turned)] as const;
  }),
  ["matmul", [floats(3 * 100 * 151), floats(3 * 151 * 130), floats(3 * 100 * 130)], product(3, 0)],
  ["conv1d", [floats(nx), floats(nk), floats(ny)], conv],
  ["conv1dInput", [floats(ny), floats(nk), floats(nx)], conv],
  ["conv1dInput", [floats(ny, 0.9), floats(nk), floats(nx)], conv],
  ...(["maxOfWindows", "maxOfWindowsRows", "maxOfWindowsKernels"] as const).map((name) => {
    const [rows, kernels, places] = [floats(60 * 100), [floats(300 * 90), floats(500 * 43)], integers(64 * 30, 0, 59)];
    const [dy, argmax] = [floats(64 * 133, 0.1), integers(64 * 133, 0, 25)];
    if (name === "maxOfWindows") {
      return [
        name,
        [rows, undefined, kernels, places, integers(64, 1, 30), floats(64 * 133), argmax],
        windows,
      ] as const;
    }
    const others = name === "maxOfWindowsRows" ? [kernels, places, floats(60 * 100)] : [rows, places, kernels];
    return [name, [dy, argmax, ...others], windows] as const;
  }),
  ...(
    [
      ["lstm", [150 * 560, integers(108, 0, 149), 560, 560 * 70, starts, 108 * 560, 108 * 140, 118 * 140]],
      ["lstmGates", [118 * 140, 108 * 560, 108 * 140, 560 * 70, starts, 108 * 560]],
    ] as const
  ).map(([name, operands]) => {
    const values = operands.map((operand) => (typeof operand === "number" ? floats(operand) : operand));
    return [name, values, { batch: 9, tokens: 108, hidden: 70, directions: 2 }] as const;
  }),
  ...[undefined, integers(108, 0, 149)].flatMap((places) => {
    const rows = places === undefined ? 108 : 150;
    const layer = [floats(rows * 50), places, floats(560 * 50), floats(560), floats(560 * 70), starts];
    const size = { batch: 9, tokens: 108, hidden: 70, directions: 2, rows, input: 50 };
    const gradients = [rows * 50, 560 * 50, 560, 560 * 70].map((length) => floats(length));
    return [
      ["lstmStates", [...layer, floats(118 * 140)], size],
      ["lstmGradients", [floats(118 * 140), ...layer, ...gradients], size],
    ] as const;
  }),
  [
    "weightGradient",
    [floats(108 * 140), floats(108 * 560), floats(560 * 70)],
    { rows: 108, groups: 2, outputs: 280, inputs: 70 },
  ],
  ["sum", [floats(5000 * 901), floats(901)], { outer: 1, axis: 5000, inner: 901 }],
  ["sum", [floats(20_000 * 70), floats(70)], { outer: 1, axis: 20_000, inner: 70 }],
  ["sum", [floats(2 * 40 * 5000), floats(2 * 5000)], { outer: 2, axis: 40, inner: 5000 }],
  ["sum", [floats(3_000_001), floats(1)], { outer: 1, axis: 3_000_001, inner: 1 }],
  ["sum", [floats(3 * 400_003), floats(3)], { outer: 3, axis: 400_003, inner: 1 }],
  ["sum", [floats(700 * 901 * 3), floats(700 * 3)], { outer: 700, axis: 901, inner: 3 }],
  ["cumsum", [floats(5 * 300 * 301), floats(5 * 300 * 301)], { outer: 5, axis: 300, inner: 301, reverse: true }],
  [
    "max",
    [floats(301 * 1501), integers(301, 1, 1501), floats(301), integers(301, 0, 0)],
    { outer: 301, axis: 1501, inner: 1 },
  ],
  [
    "max",
    [floats(7 * 301 * 401), integers(7, 1, 301), floats(7 * 401), integers(7 * 401, 0, 0)],
    { outer: 7, axis: 301, inner: 401 },
  ],
  ["max", [floats(301 * 2001), undefined, floats(2001), integers(2001, 0, 0)], { outer: 1, axis: 301, inner: 2001 }],
  [
    "scatterArgmax",
    [floats(70 * 401), integers(70 * 401, 0, 20), floats(70 * 21 * 401)],
    { outer: 70, axis: 21, inner: 401 },
  ],
  [
    "gatherArgmax",
    [floats(70 * 21 * 401), integers(70 * 401, 0, 20), floats(70 * 401)],
    { outer: 70, axis: 21, inner: 401 },
  ],
  [
    "crossEntropy",
    [floats(301 * 997), integers(301, 0, 996), floats(301 * 997), floats(301), floats(1)],
    { batch: 301, classes: 997 },
  ],
  [
    "crossEntropyGradient",
    [floats(1), floats(301 * 997).map(Math.abs), floats(301).map(Math.abs), integers(301, 0, 996), floats(301 * 997)],
    { batch: 301, classes: 997 },
  ],
  ...(["exp", "tanh", "relu"] as const).map((name) => [name, [floats(500_003), floats(500_003)], undefined] as const),
  ["add", [floats(500_003), floats(500_003), floats(500_003)], { shape: [500_003], a: [1], b: [1] }],
  ["pow", [floats(300_003).map(Math.abs), floats(1), floats(300_003)], { shape: [300_003], a: [1], b: [0] }],
  ["mul", [floats(701 * 803), floats(803), floats(701 * 803)], { shape: [701, 803], a: [803, 1], b: [0, 1] }],
  ["sub", [floats(701 * 803), floats(701), floats(701 * 803)], { shape: [701, 803], a: [1, 701], b: [1, 0] }],
  [
    "div",
    [floats(31 * 13 * 17 * 9 * 11), floats(31 * 17 * 11), floats(31 * 13 * 17 * 9 * 11)],
    { shape: [31, 13, 17, 9, 11], a: [21_879, 1683, 99, 11, 1], b: [187, 0, 11, 0, 1] },
  ],
  ["stridedCopy", [floats(701 * 803), floats(701 * 803)], { shape: [803, 701], strides: [1, 803], offset: 0 }],
  ["stridedCopy", [floats(701 * 803), floats(601 * 503)], { shape: [601, 503], strides: [803, 1], offset: 1000 }],
  ["stridedScatter", [floats(601 * 503), floats(701 * 803)], { shape: [601, 503], strides: [803, 1], offset: 1000 }],
  ["concat", [[floats(301 * 503), floats(301 * 607)], floats(301 * 1110)], { outer: 301, axes: [503, 607], inner: 1 }],
  ["concat", [[floats(301_003), floats(200_009)], floats(501_012)], { outer: 1, axes: [301_003, 200_009], inner: 1 }],
  ["gatherRows", [floats(900 * 301), integers(3001, 0, 899), floats(3001 * 301)], { dim: 301 }],
  ["conv1dKernel", [floats(nx), floats(ny), floats(nk)], conv],
  ["conv1dKernel", [floats(nx), floats(ny, 0.9), floats(nk)], conv],
  [
    "weightGradient",
    [floats(64 * 1009), floats(64 * 30), floats(30 * 1009)],
    { rows: 64, groups: 1, outputs: 30, inputs: 1009 },
  ],
  ["matmul", [floats(30 * 151), floats(151 * 1009), floats(30 * 1009)], { ...product(1, 0), m: 30, n: 1009 }],
  ["matmul", [floats(30 * 151), floats(151 * 1009), floats(30 * 1009)], { ...product(1, 2), m: 30, n: 1009 }],
  ["matmul", [floats(30 * 151), floats(151 * 1009), floats(30 * 1009)], { ...product(1, 3), m: 30, n: 1009 }],
  ["sgd", [floats(500_003), floats(500_003), floats(500_003)], sgd],
  ["sgd", [floats(500_003), undefined, floats(500_003)], { ...sgd, momentum: 0, nesterov: false }],
  ["rmsprop", [floats(500_003), floats(500_003).map(Math.abs), floats(500_003), floats(500_003)], rmsprop],
  ["adamRows", [floats(3 * 33), integers(3, 0, 0).map((_, i) => i * 7), ...adamTables(9001, 33)], { ...adam, dim: 33 }],
  ["scatterRows", [floats(5000 * 901), integers(5000, 0, 99), floats(100 * 901)], { dim: 901 }],
  ["adam", [floats(2_000_003), floats(2_000_003), floats(2_000_003).map(Math.abs), floats(2_000_003)], adam],
];

describe.each([2, 3])("%i threads", (threads) => {
  let one: Backend;
  let several: WasmBackend;
  beforeAll(async () => {
    one = await createWasmBackend();
    several = await createWasmBackend({ threads });
  });
  afterAll(() => several.close());

  test.each(shared)("%s has the same bits as on one", (name, operands, size) => {
    const [expected, found] = [one, several].map((backend) => {
      const upload = (values: Float32Array | Int32Array) =>
        values instanceof Int32Array ? backend.uploadIndices(values) : backend.upload(values);
      const made = operands.map((values) =>
        ArrayBuffer.isView(values) ? upload(values) : values?.map((part) => upload(part)),
      );
      (backend.kernels[name] as (...operands: unknown[]) => void)(...made, size);
      return made.flat().flatMap((storage) => {
        if (storage === undefined) return [];
        const { buffer, byteOffset, length } = backend.view(storage as Storage)!;
        return Buffer.from(buffer, byteOffset, 4 * length);
      });
    });
    for (const [i, bytes] of expected!.entries()) expect(bytes.equals(found![i]!), `operand ${i}`).toBe(true);
  });

  test("on which fewer may work have the same bits, and wake nobody where it is one", () => {
    const [name, operands, size] = shared.find(([kernel]) => kernel === "maxOfWindowsKernels")!;
    const wakes = vi.spyOn(Atomics, "notify");
    const runs = Array.from({ length: threads }, (_, i) => {
      several.limitThreads(i + 1);
      wakes.mockClear();
      const upload = (values: unknown): Storage =>
        values instanceof Int32Array ? several.uploadIndices(values) : several.upload(values as Float32Array);
      const made = operands.map((values) => (ArrayBuffer.isView(values) ? upload(values) : values?.map(upload)));
      (several.kernels[name] as (...operands: unknown[]) => void)(...made, size);
      const bytes = made.flat().map((storage) => [...several.view(storage as Storage)!]);
      return { bytes, woken: wakes.mock.calls.length > 0 };
    });
    wakes.mockRestore();
    expect(runs.map(({ woken }) => woken)).toEqual(runs.map((_, i) => i > 0));
    for (const { bytes } of runs) expect(bytes).toEqual(runs[0]!.bytes);
    expect(() => several.limitThreads(0)).toThrow("wasm.limitThreads: threads is 0; it is an integer from 1");
  });

  test("fill has the same bits as on one", () => {
    const filled = several.upload(floats(2_000_003));
    several.kernels.fill(7, filled);
    expect(new Set(several.view(filled))).toEqual(new Set([7]));
  });

  test("dropoutMask has the same bits as on one", () => {
    const [expected, found] = [one, several].map((backend) => {
      const mask = backend.allocate(1_000_003);
      backend.kernels.dropoutMask([7, 8], mask, { p: 0.3 });
      const { buffer, byteOffset, byteLength } = backend.view(mask)!;
      return Buffer.from(buffer, byteOffset, byteLength);
    });
    expect(found!.equals(expected!)).toBe(true);
  });

  test("work thousands of times in a row", () => {
    const [a, b, y] = [
      several.upload(floats(100 * 100)),
      several.upload(floats(100 * 100)),
      several.allocate(100 * 100),
    ];
    const size = { batch: 1, m: 100, k: 100, n: 100, transposeA: false, transposeB: false };
    for (let i = 0; i < 3000; i++) several.kernels.matmul(a, b, y, size);
    const alone = one.allocate(100 * 100);
    one.kernels.matmul(one.upload(several.view(a)!), one.upload(several.view(b)!), alone, size);
    expect(several.view(y)).toEqual(one.view(alone));
  });
});

test("a thread that is awake before it is called does its part once", async () => {
  // Between handing work out and calling, the system may stop this thread for a while; a thread that has not yet gone
  // to sleep is then done by the time of the call, which wakes it again. Adam tells: done twice, a part of it has other
  // weights.
  const call = Atomics.notify;
  const late = vi.spyOn(Atomics, "notify").mockImplementation((...operands: Parameters<typeof call>) => {
    for (const end = performance.now() + 4; performance.now() < end; );
    return call(...operands);
  });
  try {
    const [n, steps] = [1_000_000, 150];
    const run = (backend: Backend) => {
      const [gradient, m, v, weights] = [0.1, 0, 0, 1].map((value) => backend.upload(new Float32Array(n).fill(value)));
      for (let step = 1; step <= steps; step++) backend.kernels.adam(gradient!, m!, v!, weights!, { ...adam, step });
      return new Set(backend.view(weights!)!);
    };
    expect(run(await createWasmBackend({ threads: 2 }))).toEqual(run(await createWasmBackend()));
  } finally {
    late.mockRestore();
  }
});

test("threads are counted from 1 to 256", async () => {
  for (const threads of [0, 1.5, 257, Number.NaN]) {
    await expect(createWasmBackend({ threads })).rejects.toThrow(
      new RangeError(`wasm: ${threads} threads: it is an integer from 1 to 256`),
    );
  }
});

describe("where threads cannot work there are none, and that is said:", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });

  test("memory is not shared", async () => {
    vi.stubGlobal("crossOriginIsolated", false);
    await expect(createWasmBackend({ threads: 2 })).rejects.toThrow(
      "wasm: 2 threads need shared memory, which a page has if it is served with the headers Cross-Origin-Opener-Policy: same-origin and " +
        "Cross-Origin-Embedder-Policy: require-corp: serve it so, or use one thread",
    );
  });

  test("this thread may not wait", async () => {
    vi.spyOn(Atomics, "wait").mockImplementation(() => {
      throw new TypeError("Atomics.wait cannot be called in this context");
    });
    await expect(createWasmBackend({ threads: 2 })).rejects.toThrow(
      "wasm: 2 threads: a page's own thread may not wait for others: compute in a worker, or use one thread",
    );
  });
});

describe("a pool of threads", () => {
  /**
   * Threads and what fills one region in as many parts as there are threads, and gives the values that it then holds.
   *
   * @param late - This thread does not begin its part before the others have taken theirs.
   * @param meanwhile - What it does then, before its part.
   */
  async function poolOf(
    size: number,
    { start = startThread, patience = 60_000, late = false, meanwhile = () => {} } = {},
  ) {
    const memory = new LinearMemory(2 ** 20);
    const { exports, module } = instantiateNow(memory);
    let flags: Int32Array | undefined;
    const listening: typeof startThread = (program, data, onLost) => {
      flags = new Int32Array((data as { control: SharedArrayBuffer }).control);
      return start(program, data, onLost);
    };
    const fill: Exports["fill"] = (...part) => {
      while (late && Atomics.load(flags!, 0) > 0) Atomics.wait(flags!, 0, Atomics.load(flags!, 0), 1);
      meanwhile();
      exports.fill(...part);
    };
    const instance = { exports: { ...exports, fill }, module, width: 128 as const };
    const pool = await startThreadPool(instance, memory, size, { start: listening, patience });
    const region = memory.allocate(16 * size);
    return {
      pool,
      fill: (value: number) => {
        const parts = Array.from({ length: size }, (_, i) => [value, region.pointer + i * 64, 64] as const);
        pool.run("fill", parts);
        return [...new Set(memory.floats(region))];
      },
    };
  }

  test("takes parts in any order, each once", async () => {
    for (const late of [true, false]) {
      const { pool, fill } = await poolOf(4, { late });
      for (let value = 1; value < 500; value++) expect(fill(value)).toEqual([value]);
      await pool.close();
    }
  });

  test("does the work of a thread that died in its sleep", async () => {
    const threads: Thread[] = [];
    const start: typeof startThread = async (...given) => {
      const thread = await startThread(...given);
      threads.push(thread);
      return thread;
    };
    const { pool, fill } = await poolOf(3, { start });
    expect(fill(1)).toEqual([1]);
    await threads[0]!.end();
    expect(fill(2)).toEqual([2]);
    await threads[1]!.end();
    expect(fill(3)).toEqual([3]);
    await pool.close();
  });

  test("that hears of a lost thread says so from then on", async () => {
    let lose: ((error: Error) => void) | undefined;
    const start: typeof startThread = (program, data, onLost) => {
      lose = onLost;
      return startThread(program, data, onLost);
    };
    const { pool, fill } = await poolOf(2, { start });
    expect(fill(1)).toEqual([1]);
    lose!(new Error("wasm: a thread ended with code 1"));
    expect(() => fill(2)).toThrow("wasm: a thread ended with code 1: make another backend");
    await pool.close();
    expect(() => fill(2)).toThrow("wasm: a thread ended with code 1: make another backend");
  });

  test("gives a thread up that takes a part and never finishes it", async () => {
    const start: typeof startThread = (program, data, onLost) =>
      startThread(program.replace("exports[", "Atomics.wait(flags, 3, 0); exports["), data, onLost);
    const { pool, fill } = await poolOf(2, { start, patience: 50, late: true });
    const message = "wasm: fill: a thread has not finished its part in 50 ms: make another backend";
    expect(() => fill(1)).toThrow(message);
    expect(() => fill(2)).toThrow(message);
    await pool.close();
  });

  test.each([
    ["throws", "throw new Error('lost')"],
    ["ends", "process.exit(1)"],
    ["is terminated", "Atomics.wait(flags, 3, 0)"],
  ])("does not wait for a thread that %s while it has a part", async (way, death) => {
    const threads: Thread[] = [];
    const start: typeof startThread = async (program, data, onLost) => {
      threads.push(await startThread(program.replace("const slot =", `${death}; const slot =`), data, onLost));
      return threads.at(-1)!;
    };
    const meanwhile = () => void (way === "is terminated" && threads[0]!.end());
    const { pool, fill } = await poolOf(3, { start, late: true, meanwhile });
    const message = "wasm: fill: a thread has died: make another backend";
    expect(() => fill(1)).toThrow(message);
    expect(() => fill(2)).toThrow(message);
    await pool.close();
  });

  test("waits for a thread that may have died while it worked as long as its work may take, not for half an hour", async () => {
    const start: typeof startThread = (program, data, onLost) =>
      startThread(program.replace("exports[", "Atomics.wait(flags, 3, 0); exports["), data, onLost);
    const memory = new LinearMemory(2 ** 20);
    const instance = instantiateNow(memory);
    const region = memory.allocate(32);
    for (const [work, patience] of [
      [0, 30_000],
      [5e9, 80_000],
    ] as const) {
      let flags: Int32Array | undefined;
      const pool = await startThreadPool(
        {
          ...instance,
          exports: {
            ...instance.exports,
            fill: (...part) => {
              while (Atomics.load(flags!, 0) > 0);
              instance.exports.fill(...part);
            },
          },
        },
        memory,
        2,
        {
          start: (program, data, onLost) => {
            flags = new Int32Array((data as { control: SharedArrayBuffer }).control);
            return start(program, data, onLost);
          },
        },
      );
      let waited = 0;
      const waits = vi.spyOn(Atomics, "wait").mockImplementation((_array, _at, _value, timeout) => {
        waited += timeout!;
        return "timed-out";
      });
      try {
        const parts = [0, 1].map((i) => [1, region.pointer + i * 64, 64] as const);
        expect(() => pool.run("fill", parts, work)).toThrow(
          `wasm: fill: a thread has not finished its part in ${patience} ms: make another backend`,
        );
      } finally {
        waits.mockRestore();
      }
      expect(waited).toBe(patience);
      await pool.close();
    }
  });

  test("tells which kernel failed on a thread", async () => {
    const start: typeof startThread = (program, data, onLost) =>
      startThread(program.replace("exports[", "if (slot[2] === 13) throw new Error(); exports["), data, onLost);
    const { pool, fill } = await poolOf(2, { start, late: true });
    expect(() => fill(13)).toThrow("wasm: fill failed on a thread");
    expect(fill(14)).toEqual([14]);
    await pool.close();
  });

  test("lets the others finish before it tells of a failure here", async () => {
    const memory = new LinearMemory(2 ** 20);
    const { exports, module } = instantiateNow(memory);
    const fill = () => {
      throw new Error("here");
    };
    const pool = await startThreadPool({ exports: { ...exports, fill }, module, width: 128 }, memory, 3);
    const region = memory.allocate(3);
    const parts = [0, 1, 2].map((value) => [value, region.pointer, 0] as const);
    for (let i = 0; i < 100; i++) expect(() => pool.run("fill", parts)).toThrow("here");
    await pool.close();
  });

  test("ends the threads that have started if one cannot", async () => {
    let started = 0;
    let ended = 0;
    const start: typeof startThread = async (...given) => {
      if (++started === 2) throw new Error("wasm: a thread failed: no room");
      const thread = await startThread(...given);
      const end = async () => {
        await thread.end();
        ended++;
      };
      return { ...thread, end };
    };
    await expect(poolOf(4, { start })).rejects.toThrow("wasm: a thread failed: no room");
    expect([started, ended]).toEqual([3, 2]);
  });
});

describe("a backend that is closed", () => {
  test.each([1, 3])("refuses everything, and lets scopes end: %i threads", async (threads) => {
    const backend = await createWasmBackend({ threads });
    const before = useBackend(backend);
    try {
      const message = "wasm: this backend is closed: make another";
      const kept = tensor([1, 2]);
      const { kernels, allocate } = backend;
      await scope(() => {
        zeros([3]);
        return { closed: backend.close() };
      }).closed;
      await backend.close();
      expect(() => kept.data).toThrow(message);
      expect(() => add(kept, 1)).toThrow(message);
      expect(() => zeros([2])).toThrow(message);
      expect(() => tensor([1])).toThrow(message);
      expect(() => kept.write(new Float32Array(2))).toThrow(message);
      await expect(kept.read()).rejects.toThrow(message);
      if (threads > 1) {
        const y = allocate(10_000);
        const size = { batch: 1, m: 100, k: 100, n: 100, transposeA: false, transposeB: false };
        expect(() => kernels.matmul(y, y, y, size)).toThrow(message);
      }
    } finally {
      useBackend(before);
    }
  });
});

describe("a process with threads", () => {
  const cwd = fileURLToPath(new URL("../../../../..", import.meta.url));
  const loader = ["--import", "tsx", "--conditions", "@ltt/source"];
  const module = JSON.stringify(new URL("./backend.ts", import.meta.url).href);
  const run = (program: string) => {
    const argv = [...loader, "--input-type=module", "--eval", program];
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, argv, {
      cwd,
      encoding: "utf8",
      timeout: 30_000,
    });
    return { status, signal, stdout, stderr };
  };
  const start = `
    const { createWasmBackend } = await import(${module});
    const backend = await createWasmBackend({ threads: 3 });
  `;
  const multiply = `
    const a = backend.upload(new Float32Array(40000).fill(1));
    const y = backend.allocate(40000);
    backend.kernels.matmul(a, a, y, { batch: 1, m: 200, k: 200, n: 200, transposeA: false, transposeB: false });
    console.log(backend.view(y)[0]);
  `;

  test.each([
    ["when it has nothing left to do", start + multiply, 0, "200\n", ""],
    ["when the threads were never used", start, 0, "", ""],
    ["by process.exit", `${start + multiply} setTimeout(() => {}, 60_000); process.exit(3);`, 3, "200\n", ""],
    ["by an error", `${start + multiply} setTimeout(() => {}, 60_000); throw new Error("over");`, 1, "200\n", "over"],
    [
      "after it closed the backend",
      `${start + multiply} await backend.close(); console.log("done");`,
      0,
      "200\ndone\n",
      "",
    ],
  ])("ends %s", (_, program, status, stdout, stderr) => {
    const ended = run(program);
    expect(ended).toMatchObject({ status, signal: null, stdout });
    expect(ended.stderr).toContain(stderr);
  });

  test("may have them in one of its workers", () => {
    const loading = 'const { register } = await import("tsx/esm/api"); register();'; // which workers do not inherit
    const program = `
      import { Worker } from "node:worker_threads";
      const worker = new Worker(${JSON.stringify(`(async () => { ${loading + start + multiply} })()`)}, { eval: true });
      worker.on("exit", (code) => console.log("exit", code));
    `;
    expect(run(program)).toMatchObject({ status: 0, signal: null, stdout: "200\nexit 0\n" });
  });
});
