import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { backendOn } from "../src/backend.ts";
import type { AdapterInfo, Device } from "../src/device.ts";
import { GpuError, type GpuProblem } from "../src/index.ts";
import { here, open, type Platform } from "../src/open.ts";
import { openWebGpu } from "../src/webgpu-device.ts";

// Platforms that lack something, and devices that cannot do something: no GPU is needed to see what is said then.

const gpuBefore = Object.getOwnPropertyDescriptor(globalThis.navigator ?? {}, "gpu");
const withGpu = (gpu: object | undefined) => {
  if (globalThis.navigator === undefined) {
    Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true, writable: true });
  }
  Object.defineProperty(globalThis.navigator, "gpu", { value: gpu, configurable: true });
};
beforeEach(() => withGpu(undefined));
afterEach(() => withGpu(gpuBefore?.value));

const absent = (name: string) => () =>
  Promise.reject(Object.assign(new Error(`Cannot find package '${name}'`), { code: "ERR_MODULE_NOT_FOUND" }));
const noAdapter = { requestAdapter: async () => null };
const browser: Platform = { ...here, node: false };

async function problemOf(platform: Platform, mode: "webgpu" | "webgl2" = "webgpu"): Promise<[GpuProblem, string]> {
  const error = await open(mode, platform).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(error instanceof GpuError)) throw new Error(`no GpuError: ${error}`);
  return [error.problem, error.message];
}

describe("says what is missing, and what to do", () => {
  test("gpu.js", async () => {
    expect(await problemOf({ ...here, importGpuJs: absent("gpu.js") })).toEqual([
      "package absent",
      "gpu: the package gpu.js is not there: npm install gpu.js@2.24.1",
    ]);
  });

  test("Dawn for Node", async () => {
    expect(await problemOf({ ...here, importDawn: absent("webgpu") })).toEqual([
      "package absent",
      "gpu: the package webgpu is not there: npm install webgpu@0.6.2",
    ]);
  });

  test("a native part that does not load", async () => {
    const importDawn = () => Promise.reject(new Error("/lib/libc.so.6: version `GLIBC_2.38' not found"));
    const [problem, message] = await problemOf({ ...here, importDawn });
    expect(problem).toBe("native load failure");
    expect(message).toContain("could not be loaded: /lib/libc.so.6: version `GLIBC_2.38' not found. It wants glibc");
  });

  test("an adapter in Node: with the driver, or the software that stands in for it", async () => {
    const importDawn = async () => ({ create: () => noAdapter, globals: {} });
    const [problem, message] = await problemOf({ ...here, importDawn });
    expect(problem).toBe("no adapter");
    expect(message).toContain("apt-get install --no-install-recommends chromium-common libvulkan1");
    expect(message).toContain("VK_ICD_FILENAMES=/usr/lib/chromium/vk_swiftshader_icd.json");
  });

  test("an adapter in a browser", async () => {
    withGpu(noAdapter);
    const [problem, message] = await problemOf(browser);
    expect(problem).toBe("no adapter");
    expect(message).toContain("chrome://gpu tells why");
  });

  test("WebGPU in a browser", async () => {
    expect(await problemOf(browser)).toEqual([
      "no adapter",
      'gpu: this browser has no WebGPU (navigator.gpu; pages need https or localhost): use one that has, or ask for the mode "webgl2"',
    ]);
  });

  test("WebGL 2, which Node has not", async () => {
    expect(await problemOf(here, "webgl2")).toEqual([
      "no adapter",
      'gpu: the mode "webgl2" is for browsers; in Node there is "webgpu"',
    ]);
  });

  test("WebGL 2 in a browser without", async () => {
    const [problem, message] = await problemOf(browser, "webgl2");
    expect(problem).toBe("no adapter");
    expect(message).toContain("EXT_color_buffer_float");
  });
});

describe("a device", () => {
  const adapter: AdapterInfo = {
    mode: "webgpu",
    description: "small",
    software: true,
    largestBuffer: 64,
    inputs: 1,
    results: 1,
    prefers: "one",
  };
  const device: Device = {
    adapter,
    run: () => Promise.reject(new Error("nothing is to run")),
    upload: ({ length }) => ({ length }),
    read: async ({ length }) => new Float32Array(length),
    free: () => {},
  };

  test("that gives a kernel too few inputs says so", () => {
    const backend = backendOn(device);
    const x = backend.upload(new Float32Array(2));
    const walk = { shape: [2], a: [1], b: [1] };
    expect(() => backend.kernels.add(x, x, backend.allocate(2), walk)).toThrow(
      "gpu: the kernel add reads 2 arrays; small gives a kernel at most 1",
    );
  });

  test("computes whole arrays only", () => {
    const backend = backendOn({ ...device, adapter: { ...adapter, inputs: 2 } });
    const [a, b] = [backend.upload(new Float32Array(2)), backend.upload(new Float32Array(2))];
    const size = { batch: 1, m: 2, k: 1, n: 2, transposeA: false, transposeB: false };
    expect(() => backend.kernels.matmul(a, b, backend.allocate(3), size)).toThrow("matmul: computes 4 of 3 values");
  });

  test("that takes only small arrays says so", async () => {
    const backend = backendOn(device);
    const x = backend.upload(new Float32Array(17));
    await expect(backend.read(x)).rejects.toThrow(
      "gpu: 17 values are 68 bytes; small takes at most 64 in one array: use smaller batches",
    );
  });

  test("that is lost says so, at the next thing that is asked of it, and ever after", async () => {
    let lose: (why: { reason: string; message: string }) => void = () => {};
    const lost = new Promise<{ reason: string; message: string }>((resolve) => {
      lose = resolve;
    });
    class Result {
      output = [1];
      componentCount = 1;
      readonly context = { adapter: { info: {} }, device: { limits: {}, lost, queue: {} } };
      toArray = async () => Float32Array.of(1);
    }
    class Gpu {
      createKernel = () => Object.assign(async () => new Result(), { setOutput: () => {} });
    }
    const mortal = await openWebGpu(Gpu as never);
    const one = { length: 1, result: new Result() };
    expect([...(await mortal.read(one))]).toEqual([1]);
    lose({ reason: "unknown", message: "the driver was updated" });
    await lost;
    for (let i = 0; i < 2; i++) {
      await expect(mortal.read(one)).rejects.toThrow(
        "gpu: the device was lost (unknown: the driver was updated): what was on it is gone. Make a new backend and go on from the last checkpoint",
      );
    }
    await expect(mortal.read(one)).rejects.toMatchObject({ name: "GpuError", problem: "device lost" });
  });
});
