import type { Backend } from "../../kernels.ts";
import { type Arithmetic, instantiate } from "./instantiate.ts";
import { createKernels } from "./kernels.ts";
import { LinearMemory, type Region } from "./memory.ts";
import { alone, assemble } from "./team.ts";

/**
 * Kernels in WebAssembly, four lanes at a time, on tensors that all lie in one memory. Sums are added in the order of the reference.
 *
 * @param options.arithmetic - `strict` (the default) gives the bits of the reference, everywhere. `fma` rounds a product and its sum once: up to 1.4 times faster, and other
 *   bits, the same on every platform that has it; its name is "wasm-fma".
 * @param options.threads - How many work on one kernel. The results are the same bits for any number. Default 1; more need Node.
 * @param options.memory - Where the tensors lie. Default: a memory of its own, that may grow to 4 GiB, which is all that there can be.
 * @throws {Error} if the kernels were not compiled, or the platform lacks what they need: nothing else is run instead.
 */
export async function createWasmBackend({
  arithmetic = "strict",
  threads = 1,
  memory = new LinearMemory(2 ** 32),
}: {
  arithmetic?: Arithmetic | undefined;
  threads?: number | undefined;
  memory?: LinearMemory | undefined;
} = {}): Promise<Backend> {
  if (!Number.isInteger(threads) || threads < 1)
    throw new RangeError(`wasm: ${threads} threads: it is an integer from 1`);
  const { exports, module } = await instantiate(memory, arithmetic);
  const team = threads === 1 ? alone(exports) : assemble(exports, module, memory, threads);
  const kernels = createKernels(exports, memory, team);

  return {
    name: arithmetic === "fma" ? "wasm-fma" : "wasm",
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
