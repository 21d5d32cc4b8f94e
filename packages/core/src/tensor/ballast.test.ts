import { setImmediate } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { LinearMemory } from "../backends/wasm/memory.ts";
import { createReferenceBackend, createWasmBackend, scope, sum, tensor, useBackend } from "../index.ts";

afterAll(() => {
  useBackend(createReferenceBackend());
});

const values = new Float32Array(2 ** 21);
const made = {
  "made outside of scopes": () => tensor(values, [values.length]),
  "returned from scopes": () => scope(() => tensor(values, [values.length])),
};

// 3 GiB pass through 1 GiB: the collector must hear of what it cannot see.
test.each(Object.entries(made))(
  "tensors %s come back in time once they are garbage",
  { timeout: 60_000 },
  async (_, make) => {
    useBackend(await createWasmBackend({ memory: new LinearMemory(2 ** 30) }));
    for (let i = 0; i < 384; i++) {
      const x = make();
      expect(scope(() => sum(x)).data[0]).toBe(0);
      await setImmediate();
    }
  },
);
