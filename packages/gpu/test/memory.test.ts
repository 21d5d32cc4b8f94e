import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { backendOn } from "../src/backend.ts";
import type { Device } from "../src/device.ts";

// What a backend keeps in the heap of the host: a device that holds nothing is enough to see it.

const device: Device = {
  adapter: {
    mode: "webgpu",
    description: "holds nothing",
    software: true,
    largestBuffer: 64,
    inputs: 8,
    results: 1,
    prefers: "one",
  },
  run: async ({ together }, _, __, [x, y = 1, z = 1]) => [{ length: x * y * z * together }],
  upload: ({ length }) => ({ length }),
  read: async ({ length }) => new Float32Array(length),
  free: () => {},
};

/** Bytes of the heap that are reachable. */
function heapUsed(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}

test("the heap is flat over what is made and given back without a turn of the event loop", async () => {
  const backend = backendOn(device);
  let turned = false;
  setImmediate(() => {
    turned = true;
  });
  const step = async () => {
    const x = backend.upload(new Float32Array(2));
    const ids = backend.uploadIndices(Int32Array.of(1, 2));
    const y = backend.allocate(2);
    backend.kernels.exp(x, y);
    await backend.read(y);
    for (const storage of [x, y]) backend.release(storage);
    backend.releaseIndices(ids);
  };
  for (let i = 0; i < 1000; i++) await step();
  // What V8 compiles takes up to 27 bytes a step, once; what stays registered takes hundreds, in every ten thousand steps.
  const growth: number[] = [];
  for (let round = 0; round < 3; round++) {
    const heap = heapUsed();
    for (let i = 0; i < 10_000; i++) await step();
    growth.push((heapUsed() - heap) / 10_000);
  }
  expect(await backend.memory()).toEqual({ arrays: 0, bytes: 0 });
  expect(Math.min(...growth)).toBeLessThan(20); // bytes a step
  expect(turned).toBe(false);
});
