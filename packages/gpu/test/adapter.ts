import { existsSync } from "node:fs";
import { createGpuBackend, type GpuBackend } from "../src/index.ts";

/** SwiftShader, as Debian's chromium-common brings it. */
const SWIFTSHADER = "/usr/lib/chromium/vk_swiftshader_icd.json";
if (process.env.VK_ICD_FILENAMES === undefined && existsSync(SWIFTSHADER)) process.env.VK_ICD_FILENAMES = SWIFTSHADER;

/** The GPU that tests run on: a missing one is a failure where `LTT_REQUIRE_GPU` is 1, and else undefined, said loudly. */
export const gpu: GpuBackend | undefined = await createGpuBackend().catch((error: Error) => {
  if (process.env.LTT_REQUIRE_GPU === "1") throw error;
  console.warn(`SKIPPED: every test on the GPU: ${error.message}`);
  return undefined;
});

/** There is no GPU whose exponential and logarithm, division and root are exact: Vulkan allows 7 ulp, 2⁻²¹, 2.5 and 3 ulp for values of about 1, and an operation chains a dozen. */
export const TOLERANCE: number = 2 ** -17;

/** Operations that divide, or take roots, exponentials or logarithms. All others must give the bits of the reference on exact values. */
export const INEXACT: ReadonlySet<string> = new Set([
  ...["div", "exp", "log", "sqrt", "tanh", "sigmoid", "softmax", "logSoftmax"],
  ...["crossEntropy", "binaryCrossEntropyWithLogits", "lstmCell", "lstm"],
]);
