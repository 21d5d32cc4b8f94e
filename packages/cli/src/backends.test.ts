import { createWasmBackend, hasWideVectors } from "@ltt/core";
import { beforeEach, expect, test, vi } from "vitest";
import { createBackend, describeBackend } from "./backends.ts";

const core = await vi.importActual<typeof import("@ltt/core")>("@ltt/core");
vi.mock("@ltt/core", async (original) => ({
  ...(await original<typeof import("@ltt/core")>()),
  createWasmBackend: vi.fn(),
  hasWideVectors: vi.fn(),
}));

beforeEach(() => {
  vi.mocked(createWasmBackend).mockImplementation(core.createWasmBackend);
  vi.mocked(hasWideVectors).mockImplementation(core.hasWideVectors);
});

test("vectors are as wide as they can be here, unless a width is chosen", async () => {
  const widest = core.hasWideVectors() ? 256 : 128;
  expect(await createBackend("wasm", { threads: 1 })).toMatchObject({ name: "wasm", width: widest });
  expect(describeBackend(await createBackend("wasm", { threads: 1, width: 128 }))).toBe("wasm with 128 bits");
});

test("where a kernel fails its trial in wider vectors, 128 bits run, and it is said why", async () => {
  const why = "wasm: in vectors of 256 bits add has other bits here: use the width 128";
  vi.mocked(hasWideVectors).mockReturnValue(true);
  vi.mocked(createWasmBackend).mockImplementation(async (options) => {
    if (options?.width === 256) throw new Error(why);
    return core.createWasmBackend(options);
  });
  const backend = await createBackend("wasm", { threads: 1 });
  expect(describeBackend(backend)).toBe(`wasm with 128 bits (${why})`);
  await expect(createBackend("wasm", { threads: 1, width: 256 })).rejects.toThrow(why);
});

test("a backend without such vectors refuses a width", async () => {
  await expect(createBackend("reference", { width: 256 })).rejects.toThrow(
    '--width 256: the backend "reference" has no vectors to choose: leave --width out',
  );
});
