import { createWasmBackend, useBackend } from "@ltt/core";
import { afterAll, describe } from "vitest";
import { testAbsentRows } from "../../core/test/absent-rows.ts";
import { built } from "./built.ts";

const before = useBackend(await createWasmBackend());
afterAll(() => {
  useBackend(before);
});

describe.skipIf(built.length === 0)("native kernels", async () => {
  const backends = built.flatMap((native) =>
    [1, 2].map(async (threads) => ({
      name: `${native.width} bits, ${threads} threads`,
      backend: await createWasmBackend({ arithmetic: "fma", native, threads }),
    })),
  );
  testAbsentRows(await Promise.all(backends));
});
