import type { Backend } from "../../kernels.ts";
import { instantiate } from "./instantiate.ts";
import { createKernels } from "./kernels.ts";
import { LinearMemory, type Region } from "./memory.ts";

/**
 * Kernels in WebAssembly, four lanes at a time, on tensors that all lie in one memory. Every product is rounded, then added, in the order of the
 * reference: the results are its bits.
 *
 * @param options.memory - Where the tensors lie. Default: a memory of its own, that may grow to 4 GiB, which is all that there can be.
 * @throws {Error} if the kernels were not compiled, or the platform has no WebAssembly SIMD.
 */
export async function createWasmBackend({
  memory = new LinearMemory(2 ** 32),
}: {
  memory?: LinearMemory;
} = {}): Promise<Backend> {
  const kernels = createKernels(await instantiate(memory), memory);

  return {
    name: "wasm",
    kernels,
    allocate: (length) => memory.allocate(length),
    allocateIndices: (length) => memory.allocate(length),
    upload: (values) => {
      const region = memory.allocate(values.length);
      memory.floats(region).set(values);
      return region;
    },
    uploadIndices: (values) => {
      const region = memory.allocate(values.length);
      memory.integers(region).set(values);
      return region;
    },
    write: (region: Region, values) => memory.floats(region).set(values),
    read: async (region: Region) => memory.floats(region).slice(),
    view: (region: Region) => memory.floats(region),
    release: (region: Region) => memory.release(region),
    releaseIndices: (region: Region) => memory.release(region),
  };
}
