import { createRequire } from "node:module";
import { createWasmBackend, matmul, tensor, useBackend } from "@ltt/core";
import { afterEach, describe, expect, test, vi } from "vitest";
import { LinearMemory } from "../../core/src/backends/wasm/memory.ts";
import { hasNative, native } from "../src/index.ts";
import { built } from "./built.ts";

const load = createRequire(import.meta.url);

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("what is not there is an error that names wasm-fma", () => {
  test("another platform", () => {
    vi.stubGlobal("process", { ...process, platform: "darwin", arch: "arm64" });
    expect(() => native()).toThrow("native: there are no kernels for darwin-arm64: compute with the backend wasm-fma");
    expect(hasNative()).toBe(false);
  });

  test("a form that nobody built", () => {
    expect(() => native({ form: "absent" as "checked" })).toThrow(
      /^native: the kernels were not built \(.*ltt-absent\.node is not there\): run npm run build:native in a clone, or compute with the backend wasm-fma$/,
    );
  });

  test("a width that there is not", () => {
    expect(() => native({ width: 128 as 256 })).toThrow("native: width is 128; it is 256 or 512");
  });
});

describe.skipIf(built.length === 0)("native kernels", () => {
  const checked = built[0]!;
  const { bind, supports } = load(checked.addon) as {
    bind(memory: WebAssembly.Memory, width: number): Record<string, (...given: readonly number[]) => unknown>;
    supports(width: number): boolean;
  };

  test("a backend keeps the name of wasm-fma, by which networks are found again, and says how wide they are", async () => {
    const backend = await createWasmBackend({ arithmetic: "fma", native: checked });
    expect([backend.name, backend.native, backend.width]).toEqual(["wasm-fma", checked.width, 128]);
    expect((await createWasmBackend({ arithmetic: "fma" })).native).toBeUndefined();
  });

  test("they have the bits of fma, so with strict they are refused", async () => {
    await expect(createWasmBackend({ native: checked })).rejects.toThrow(
      'wasm: native kernels have the bits of the arithmetic "fma", not of "strict": choose that',
    );
  });

  test("no processor has vectors of other widths", () => {
    expect([supports(0), supports(128), supports(1024)]).toEqual([false, false, false]);
    expect(() => bind(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }), 1024)).toThrow(
      "native: this processor lacks the instructions",
    );
  });

  test("they work on memory that grew after they were bound to it", async () => {
    const backend = await createWasmBackend({ arithmetic: "fma", native: checked });
    const before = useBackend(backend);
    const [m, k, n] = [700, 600, 500];
    const a = tensor(new Float32Array(m * k).fill(0.5), [m, k]); // beyond the first MiB
    const b = tensor(new Float32Array(k * n).fill(2), [k, n]);
    const y = await matmul(a, b).read();
    useBackend(before);
    expect(y.every((value) => value === k)).toBe(true);
  });

  describe("a checked build refuses a call", () => {
    const memory = new LinearMemory(2 ** 25);
    const kernels = bind(memory.memory, checked.width);
    const total = memory.size.total;
    const product = (...given: readonly number[]) => kernels.matmul!(...given);
    const [a, b, out, scratch] = [4096, 8192, 12288, 65536];

    test("whose operand does not end in the memory", () => {
      expect(() => product(a, 16, b, 16, total - 32, 16, 1, 3, 4, 4, 0, 0, scratch)).toThrow(
        `native: matmul: out, 12 values from byte ${total - 32} on, does not lie in the memory of ${total} bytes`,
      );
    });
    test("whose operand begins between values, or is missing", () => {
      expect(() => product(a, 16, b + 2, 16, out, 16, 1, 3, 4, 4, 0, 0, scratch)).toThrow(
        "native: matmul: b, 16 values from byte 8194 on",
      );
      expect(() => product(0, 16, b, 16, out, 16, 1, 3, 4, 4, 0, 0, scratch)).toThrow("native: matmul: a is missing");
    });
    test("whose size is negative", () => {
      expect(() => product(a, 16, b, 16, out, 16, 1, 3, 4, -4, 0, 0, scratch)).toThrow(
        "native: matmul: b has -16 values",
      );
    });
    test("whose scratch memory is too small", () => {
      expect(() => product(a, 16, b, 16, out, 16, 1, 3, 4, 4, 0, 0, total - 64)).toThrow("native: matmul: scratch, ");
    });
    test("whose index leads outside", () => {
      const [values, starts, places] = [
        memory.upload(new Float32Array(2)),
        memory.uploadIntegers(Int32Array.of(0, 1, 2)),
        memory.uploadIntegers(Int32Array.of(0, 4)),
      ];
      const given = [a, values.pointer, starts.pointer, places.pointer, 0, out, 3, 4, 0, 2, 4, 0, 1, scratch];
      expect(() => kernels.sparseProduct!(...given)).toThrow(
        "native: sparseProduct: indices[1] is 4; it is from 0 to 3",
      );
    });
    test("with other numbers of arguments, or other things than numbers", () => {
      expect(() => product(a, 16)).toThrow(
        "native: a kernel was called with another number of arguments than it takes",
      );
      expect(() => product("a" as unknown as number, 16, b, 16, out, 16, 1, 3, 4, 4, 0, 0, scratch)).toThrow(
        "native: a kernel was called with something that is no number",
      );
    });
    test("and runs one in which all is right", () => {
      expect(() => product(a, 16, b, 16, out, 16, 1, 3, 4, 4, 0, 0, scratch)).not.toThrow();
    });
  });
});
