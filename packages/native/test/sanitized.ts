// Every kernel, and the whole table of operations, on kernels that were compiled with AddressSanitizer and UndefinedBehaviorSanitizer: `npm run sanitize` starts this with both loaded. While
// a kernel runs, nothing of the memory may be touched but its operands and its scratch memory; what is wrong ends the process.
import { createWasmBackend, useBackend } from "@ltt/core";
import { differingKernels } from "../../core/src/backends/wasm/compare-widths.ts";
import { instantiate } from "../../core/src/backends/wasm/instantiate.ts";
import { LinearMemory } from "../../core/src/backends/wasm/memory.ts";
import { checkAgreement } from "../../core/test/operation-checks.ts";
import { operations } from "../../core/test/operations.ts";
import { native } from "../src/native.ts";

let [passed, failed, skipped] = [0, 0, 0];
async function attempt(name: string, body: () => Promise<void>): Promise<void> {
  try {
    await body();
    passed++;
  } catch (error) {
    failed++;
    console.log(`${name}: ${(error as Error).message}`);
  }
}

const fma = await createWasmBackend({ arithmetic: "fma" });
for (const width of [256, 512] as const) {
  try {
    native({ width, form: "sanitized" });
  } catch (error) {
    if (width === 256) throw error;
    skipped++;
    console.log(`without ${width} bits: ${(error as Error).message}`);
    continue;
  }
  const kernels = native({ width, form: "sanitized" });
  await attempt(`kernels of ${width} bits`, async () => {
    const memory = new LinearMemory(2 ** 25);
    const [expected, found] = [await instantiate(memory, "fma"), await instantiate(memory, "fma", 128, kernels)];
    const differing = differingKernels(memory, expected, found);
    if (differing.length > 0) throw new Error(`${differing.join(", ")} have other bits than wasm-fma's`);
  });
  const before = useBackend(await createWasmBackend({ arithmetic: "fma", native: kernels }));
  for (const operation of operations) {
    const checked = () => checkAgreement(operation, () => fma, { numRuns: 20 });
    await attempt(`${operation.name} with ${width} bits`, checked);
  }
  useBackend(before);
}
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
if (failed > 0) process.exitCode = 1;
