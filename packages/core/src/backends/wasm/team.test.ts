import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test, vi } from "vitest";
import type { Backend, Kernels, Storage } from "../../kernels.ts";
import { type Rng, stream } from "../../rng.ts";
import { createWasmBackend } from "./backend.ts";

type Name = keyof Kernels;

const rng = stream(1);
const floats = (n: number, zeros = 0) =>
  new Float32Array(n).map(() => (rng.uniform() < zeros ? 0 : rng.normal() * 4 ** (rng.below(5) - 2)));
const integers = (n: number, low: number, high: number, from: Rng = rng) =>
  new Int32Array(n).map(() => low + from.below(high - low + 1));

const conv = { batch: 7, time: 40, channels: 33, width: 3, filters: 41 };
const [nx, nk, ny] = [7 * 40 * 33, 3 * 33 * 41, 7 * 38 * 41];
const windows = { rows: 60, batch: 64, time: 30, channels: 100, width: 3, filters: 90 };
const lstm = { batch: 9, time: 12, hidden: 70, reverse: true };
const adam = {
  learningRate: 1e-3,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
  decoupledDecay: 0,
  step: 3,
};
const product = (batch: number, turned: number) => ({
  ...{ batch, m: 100, k: 151, n: 130 },
  ...{ transposeA: turned % 2 === 1, transposeB: turned >= 2 },
});

/** Kernels that are shared out, on work that is worth it: operands, and sizes. */
const shared: readonly (readonly [Name, readonly (Float32Array | Int32Array)[], unknown])[] = [
  ...[0, 1, 2, 3].map((turned) => {
    const operands = [floats(100 * 151), floats(151 * 130), floats(100 * 130)];
    return ["matmul", operands, product(1, turned)] as const;
  }),
  ["matmul", [floats(3 * 100 * 151), floats(3 * 151 * 130), floats(3 * 100 * 130)], product(3, 0)],
  ["conv1d", [floats(nx), floats(nk), floats(ny)], conv],
  ["conv1dInput", [floats(ny), floats(nk), floats(nx)], conv],
  ["conv1dInput", [floats(ny, 0.9), floats(nk), floats(nx)], conv],
  ...(["maxOfWindows", "maxOfWindowsRows", "maxOfWindowsKernel"] as const).map((name) => {
    const [rows, kernel, places] = [floats(60 * 100), floats(300 * 90), integers(64 * 30, 0, 59)];
    const [dy, winners] = [floats(64 * 90, 0.1), integers(64 * 90, 0, 27)];
    if (name === "maxOfWindows") {
      return [name, [rows, kernel, places, integers(64, 1, 28), floats(64 * 90), winners], windows] as const;
    }
    const [other, found] = name === "maxOfWindowsRows" ? [kernel, floats(60 * 100)] : [rows, floats(300 * 90)];
    return [name, [dy, winners, other, places, found], windows] as const;
  }),
  ["lstm", [floats(108 * 280), floats(280 * 70), integers(9, 1, 12), floats(108 * 280), floats(108 * 140)], lstm],
  [
    "lstmGradient",
    [floats(108 * 140), floats(108 * 280), floats(108 * 140), floats(280 * 70), integers(9, 1, 12), floats(108 * 280)],
    lstm,
  ],
  ["adam", [floats(2_000_003), floats(2_000_003), floats(2_000_003).map(Math.abs), floats(2_000_003)], adam],
];

describe.each([2, 3])("%i threads", (threads) => {
  let one: Backend;
  let several: Backend;
  beforeAll(async () => {
    one = await createWasmBackend();
    several = await createWasmBackend({ threads });
  });

  test.each(shared)("%s has the same bits as on one", (name, operands, size) => {
    const [expected, found] = [one, several].map((backend) => {
      const made = operands.map((values) =>
        values instanceof Int32Array ? backend.uploadIndices(values) : backend.upload(values),
      );
      (backend.kernels[name] as (...operands: unknown[]) => void)(...made, size);
      return made.map((storage) => {
        const { buffer, byteOffset, length } = backend.view(storage as Storage)!;
        return Buffer.from(buffer, byteOffset, 4 * length);
      });
    });
    for (const [i, bytes] of expected!.entries()) expect(bytes.equals(found![i]!), `operand ${i}`).toBe(true);
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
  // Between handing work out and calling, the system may stop this thread for a while; a thread that has not yet gone to sleep is then done by the time
  // of the call, which wakes it again. Adam tells: done twice, a part of it has other weights.
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

test("threads are counted from 1", async () => {
  await expect(createWasmBackend({ threads: 0 })).rejects.toThrow("wasm: 0 threads: it is an integer from 1");
  await expect(createWasmBackend({ threads: 1.5 })).rejects.toThrow("wasm: 1.5 threads: it is an integer from 1");
});

test("where memory cannot be shared there are none, and that is said", async () => {
  vi.stubGlobal("crossOriginIsolated", false);
  try {
    await expect(createWasmBackend({ threads: 2 })).rejects.toThrow(
      "wasm: 2 threads need Node's worker_threads and shared memory: use one",
    );
  } finally {
    vi.unstubAllGlobals();
  }
});

test("threads do not keep a process alive", () => {
  const program = `
    import { createWasmBackend } from ${JSON.stringify(new URL("./backend.ts", import.meta.url).href)};
    const { kernels, upload, allocate } = await createWasmBackend({ threads: 3 });
    const [a, y] = [upload(new Float32Array(40000).fill(1)), allocate(40000)];
    kernels.matmul(a, a, y, { batch: 1, m: 200, k: 200, n: 200, transposeA: false, transposeB: false });
    console.log("done");
  `;
  const argv = ["--import", "tsx", "--conditions", "@ltt/source", "--input-type=module", "--eval", program];
  const cwd = fileURLToPath(new URL("../../../../..", import.meta.url));
  expect(execFileSync(process.execPath, argv, { cwd, encoding: "utf8", timeout: 30_000 })).toBe("done\n");
});
