import { type Backend, createReferenceBackend, createWasmBackend } from "../src/index.ts";
import { createDeferredBackend } from "../src/testing/index.ts";

const fused = await createWasmBackend({ arithmetic: "fma" }).then(
  () => [{ name: "wasm-fma", create: () => createWasmBackend({ arithmetic: "fma" }), fused: true }],
  (error: Error) => {
    console.warn(`SKIPPED: every test on wasm-fma: ${error.message}`);
    return [];
  },
);

/** Every backend that the common tests run on. A new backend is one more line here. */
export const backends: readonly {
  readonly name: string;
  readonly create: () => Promise<Backend>;
  /** It rounds a product and its sum once: where values are not exact, it agrees with the reference but for that. */
  readonly fused?: boolean;
}[] = [
  { name: "reference", create: async () => createReferenceBackend() },
  { name: "wasm", create: () => createWasmBackend() },
  ...fused,
  {
    name: "deferred",
    create: async () => createDeferredBackend({ delay: () => new Promise((resolve) => setImmediate(resolve)) }),
  },
];
