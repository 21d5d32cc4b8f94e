import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { gradients, matmul, scope, sgdUpdate, square, sum, tensor, useBackend } from "@ltt/core";
import { describe, expect, test, vi } from "vitest";
import { backendOn } from "../src/backend.ts";
import { kernel } from "../src/kernel.ts";
import { open } from "../src/open.ts";
import { gpu } from "./adapter.ts";
import { deviceChecks } from "./device-checks.ts";

describe.skipIf(gpu === undefined)("the GPU", () => {
  test.each(deviceChecks)("$name", ({ run }) => run(gpu!));

  test("uses the memory of ten steps for two thousand, and the same buffers", async () => {
    const own = backendOn(await open("webgpu")); // whose memory no other test's garbage is in
    const before = useBackend(own);
    const { GPUDevice } = globalThis as typeof globalThis & { GPUDevice: { prototype: { createBuffer(): object } } };
    const made = vi.spyOn(GPUDevice.prototype, "createBuffer");
    try {
      const weights = tensor([0.5, -0.25, 1, 0.75], [2, 2], { requiresGrad: true });
      const rates = { learningRate: 0.01, momentum: 0, dampening: 0, nesterov: false, weightDecay: 0, first: false };
      let early = { arrays: 0, bytes: 0 };
      for (let step = 1; step <= 2000; step++) {
        const { reading } = scope(() => {
          const loss = sum(square(matmul(tensor([1, 2, 3, 4], [2, 2]), weights)));
          sgdUpdate(weights, gradients(loss, [weights])[0]!, {}, rates);
          return { reading: loss.item() };
        });
        const loss = await reading;
        if (step === 10) {
          early = await own.memory();
          made.mockClear();
        }
        if (step === 2000) expect(loss).toBeLessThan(1e-4);
      }
      expect(made).not.toHaveBeenCalled();
      expect(early.bytes).toBeGreaterThan(0);
      expect(await own.memory()).toEqual(early);
    } finally {
      made.mockRestore();
      useBackend(before);
    }
  });

  test("says which adapter computes, and whether it is software", () => {
    const { mode, adapter, name } = gpu!;
    expect({ mode, name }).toEqual({ mode: "webgpu", name: "gpu" });
    expect(adapter.description).not.toBe("");
    if (process.env.VK_ICD_FILENAMES?.includes("swiftshader")) {
      expect(adapter).toMatchObject({ mode: "webgpu", software: true, inputs: 7 });
      expect(adapter.description).toMatch(/swiftshader/i);
    }
  });

  test("gives back what became garbage with the handle that held it", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const { arrays } = await gpu!.memory();
    for (let i = 0; i < 10; i++) gpu!.upload(new Float32Array(10));
    expect((await gpu!.memory()).arrays).toBe(arrays + 10);
    for (let i = 0; i < 50 && (await gpu!.memory()).arrays > arrays; i++) {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect((await gpu!.memory()).arrays).toBeLessThanOrEqual(arrays);
  });

  test("takes what an array was given at its turn, not later", async () => {
    const values = Float32Array.of(1, 2, 3);
    const [from, out] = [gpu!.upload(values), gpu!.allocate(3)];
    values.fill(9);
    gpu!.kernels.add(from, from, out, { shape: [3], a: [1], b: [1] });
    gpu!.write(from, Float32Array.of(5, 5, 5));
    expect([...(await gpu!.read(out))]).toEqual([2, 4, 6]);
    expect([...(await gpu!.read(from))]).toEqual([5, 5, 5]);
    expect(gpu!.view(out)).toBeUndefined();
  });

  test("refuses arrays that the adapter cannot hold, before anything runs", async () => {
    const length = gpu!.adapter.largestBuffer / 4 + 1;
    const storage = gpu!.allocate(length);
    expect(() => gpu!.kernels.fill(0, storage)).toThrow(
      `gpu: ${length} values are ${length * 4} bytes; ${gpu!.adapter.description} takes at most ${gpu!.adapter.largestBuffer} in one array: use smaller batches`,
    );
    expect([...(await gpu!.read(gpu!.upload(Float32Array.of(1))))]).toEqual([1]); // it goes on
  });

  test("refuses indices that float32 does not hold, and everything after", async () => {
    const backend = backendOn(await open("webgpu"));
    const table = backend.upload(new Float32Array(4));
    const out = backend.allocate(1);
    backend.kernels.gatherRows(table, backend.uploadIndices(Int32Array.of(2 ** 24 + 1)), out, { dim: 1 });
    const message = "gpu: index 0 is 16777217; the device holds indices exactly to 16777216 only";
    await expect(backend.read(table)).rejects.toThrow(message);
    await expect(backend.read(table)).rejects.toThrow(message);
  });

  test("finds the last of as many values as it can index, and refuses more before anything runs", async () => {
    const most = 2 ** 24;
    const x = gpu!.upload(new Float32Array(most).fill(5, most - 1));
    const [largest, back] = [gpu!.allocate(1), gpu!.allocate(most)];
    const found = gpu!.allocateIndices(1);
    gpu!.kernels.max(x, undefined, largest, found, { outer: 1, axis: most, inner: 1 });
    gpu!.kernels.scatterArgmax(largest, found, back, { outer: 1, axis: most, inner: 1 });
    for (const storage of [x, largest]) gpu!.release(storage);
    const gradient = await gpu!.read(back);
    gpu!.release(back);
    expect([gradient.indexOf(5), gradient.lastIndexOf(5)]).toEqual([most - 1, most - 1]);

    const only = "the device holds indices exactly to 16777216 only";
    const [more, one] = [gpu!.allocate(most + 1), gpu!.allocate(1)];
    expect(() => gpu!.kernels.max(more, undefined, one, found, { outer: 1, axis: most + 1, inner: 1 })).toThrow(
      new RangeError(`gpu: max: an axis of 16777217 values; ${only}: take the maxima of its parts, then of these`),
    );
    const window = { kernelHeight: 2, kernelWidth: 2, strideY: 2, strideX: 2, paddingY: 0, paddingX: 0 };
    const size = { ...window, images: 1, height: 4097, width: 4096, rows: 2048, columns: 2048 };
    expect(() => gpu!.kernels.maxPool2d(gpu!.allocate(4097 * 4096), gpu!.allocate(2048 ** 2), found, size)).toThrow(
      new RangeError(`gpu: maxPool2d: images of 4097 × 4096 pixels; ${only}: use smaller images`),
    );
    const ids = gpu!.uploadIndices(new Int32Array(most + 1));
    expect(() => gpu!.kernels.scatterRows(more, ids, one, { dim: 1 })).toThrow(
      new RangeError(`gpu: scatterRows: 16777217 ids; ${only}: use smaller batches`),
    );
    expect([...(await gpu!.read(gpu!.upload(Float32Array.of(1))))]).toEqual([1]); // it goes on
  });

  test("tells what was given back from what was never written", async () => {
    const given = backendOn(await open("webgpu"));
    const storage = given.upload(Float32Array.of(1));
    given.release(storage);
    await expect(given.read(storage)).rejects.toThrow("read: an operand of 1 values was given back already");
    const fresh = backendOn(await open("webgpu"));
    const [unwritten, out] = [fresh.allocate(2), fresh.allocate(2)];
    fresh.kernels.exp(unwritten, out);
    await expect(fresh.read(out)).rejects.toThrow("exp: an operand of 2 values was never written");
  });

  test("shows what gpu.js or the device says of a kernel that does not compile", async () => {
    const device = await open("webgpu");
    const wrong = kernel({ name: "wrong", arrays: [], body: "return 1 +* 2;" });
    await expect(device.run(wrong, [], [], [1])).rejects.toThrow("gpu: the kernel wrong: ");
  });
});
