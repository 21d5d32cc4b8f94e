import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Backend } from "../kernels/kernels.ts";
import { exp } from "../ops/index.ts";
import { stream } from "../random/rng.ts";
import { tensor } from "../tensor/tensor.ts";
import { backend, useBackend } from "./backend.ts";
import { createReferenceBackend } from "./reference/backend.ts";
import { createDefaultBackend, createWasmBackend } from "./wasm/backend.ts";

describe("where no backend was chosen", () => {
  let before: Backend;
  let compiled: ReturnType<typeof vi.spyOn>;
  beforeEach(() => {
    before = backend();
    compiled = vi.spyOn(WebAssembly, "Module");
    useBackend(createDefaultBackend());
  });
  afterEach(() => {
    useBackend(before);
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });

  test("wasm computes, the bits of the reference", () => {
    const values = stream(1).normals(100);
    expect(backend().name).toBe("wasm");
    const found = exp(tensor(values, [100])).data.slice();
    useBackend(createReferenceBackend());
    expect(found).toEqual(exp(tensor(values, [100])).data);
  });

  test("it is compiled when it is first used, once", () => {
    expect(compiled).not.toHaveBeenCalled();
    tensor([1, 2]);
    exp(tensor([1, 2]));
    expect(compiled).toHaveBeenCalledTimes(1);
  });

  test("a platform without SIMD says at the first use what computes without, and nothing else is run instead", async () => {
    vi.spyOn(WebAssembly, "validate").mockReturnValue(false);
    const message =
      "wasm: this platform has no WebAssembly SIMD (Node 20, Chrome 91, Firefox 89 and Safari 16.4 have): " +
      "compute with useBackend(createReferenceBackend())";
    expect(() => tensor([1])).toThrow(message);
    expect(() => tensor([1])).toThrow(message);
    await expect(createWasmBackend()).rejects.toThrow(message);
    await expect(createWasmBackend({ arithmetic: "fma" })).rejects.toThrow(
      "wasm: this platform has no relaxed SIMD (Node 20, Chrome 114 and Firefox 145 have): use the arithmetic strict",
    );
  });

  test("a platform without WebAssembly says so too, and the reference needs none", () => {
    vi.stubGlobal("WebAssembly", undefined);
    expect(() => tensor([1])).toThrow(
      "wasm: this platform has no WebAssembly: compute with useBackend(createReferenceBackend())",
    );
    useBackend(createReferenceBackend());
    expect([...tensor([1]).data]).toEqual([1]);
  });

  test("a thread that may not compile at once says how to wait for it", () => {
    const refusal = new RangeError(
      "WebAssembly.Compile is disallowed on the main thread, if the buffer size is larger than 4KB",
    );
    class Module {
      constructor() {
        throw refusal;
      }
    }
    vi.stubGlobal("WebAssembly", { validate: WebAssembly.validate, Memory: WebAssembly.Memory, Module });
    expect(() => tensor([1])).toThrow(
      new Error(
        "wasm: the default backend cannot be compiled at once here: choose one first, with useBackend(await createWasmBackend())",
        { cause: refusal },
      ),
    );
  });
});
