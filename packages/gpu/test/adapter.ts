import { existsSync } from "node:fs";
import { createGpuBackend, type GpuBackend } from "../src/index.ts";

/**
 * SwiftShader, as Debian's chromium-common brings it: what tests ask unless `VK_ICD_FILENAMES` names another driver. That the file is
 * there makes no adapter: without the Vulkan loader, libvulkan1, nobody reads it.
 */
const SWIFTSHADER = "/usr/lib/chromium/vk_swiftshader_icd.json";
if (!process.env.VK_ICD_FILENAMES && existsSync(SWIFTSHADER)) process.env.VK_ICD_FILENAMES = SWIFTSHADER;

/** The GPU that tests run on: a missing one is a failure where `LTT_REQUIRE_GPU` is 1, and else undefined, said loudly. */
export const gpu: GpuBackend | undefined = await createGpuBackend().catch((error: Error) => {
  if (process.env.LTT_REQUIRE_GPU === "1") throw error;
  console.warn(`SKIPPED: the tests on the GPU in Node: ${error.message}`);
  return undefined;
});
