import { createWasmBackend } from "@ltt/core";
import { describe } from "vitest";
import { sharing, testAgreement } from "../../core/test/kernel-agreement.ts";
import { built } from "./built.ts";

const fma = () => createWasmBackend({ arithmetic: "fma" });

describe.skipIf(built.length === 0)("native kernels", () => {
  testAgreement(
    built.flatMap((native) => [
      [
        `with ${native.width} bits they have those of wasm-fma`,
        async () => [await fma(), await createWasmBackend({ arithmetic: "fma", native })] as const,
      ],
      [
        `with ${native.width} bits they have them on three threads too`,
        async () => [await fma(), await sharing("fma", { native })] as const,
      ],
    ]),
  );
});
