import { createReferenceBackend, useBackend } from "@ltt/core";
import { checkAgreement, checkExamples, checkGradients } from "../../../core/test/operation-checks.ts";
import { operations } from "../../../core/test/operations.ts";
import { createGpuBackend, type GpuBackend, type Mode } from "../../src/index.ts";
import { deviceChecks } from "../device-checks.ts";
import { INEXACT, TOLERANCE } from "../tolerance.ts";

// Everything that a page can check of the mode that its address asks for, `?mode=webgpu` or `?mode=webgl2`, and `without` WebGPU if told so.

/** One line of JSON on the console. */
export interface Outcome {
  readonly adapter?: GpuBackend["adapter"];
  readonly passed: readonly string[];
  readonly failed: readonly { readonly name: string; readonly message: string }[];
}

const passed: string[] = [];
const failed: { name: string; message: string }[] = [];
const query = new URLSearchParams(location.search);
if (query.has("without")) Object.defineProperty(navigator, "gpu", { value: undefined });

const gpu = await createGpuBackend({ mode: query.get("mode") as Mode }).catch((error: Error) => {
  failed.push({ name: "createGpuBackend", message: error.message });
  return undefined;
});

async function check(name: string, body: (gpu: GpuBackend) => Promise<void>): Promise<void> {
  if (gpu === undefined) return;
  useBackend(gpu);
  try {
    await body(gpu);
    passed.push(name);
  } catch (error) {
    const { message, cause } = error as Error;
    failed.push({ name, message: cause instanceof Error ? `${message}: ${cause.message}` : message });
  }
}

for (const operation of operations) {
  const tolerance = INEXACT.has(operation.name) ? TOLERANCE : 0;
  await check(`${operation.name}: values`, () => checkExamples(operation, TOLERANCE));
  await check(`${operation.name}: gradients`, () => checkGradients(operation, 1));
  await check(`${operation.name}: agreement`, () =>
    checkAgreement(operation, createReferenceBackend, { numRuns: 3, tolerance }),
  );
}
for (const { name, run } of deviceChecks) await check(name, run);

const outcome: Outcome = { ...(gpu === undefined ? {} : { adapter: gpu.adapter }), passed, failed };
console.log(JSON.stringify(outcome));
