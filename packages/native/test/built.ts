import type { NativeKernels } from "@ltt/core";
import { native } from "../src/native.ts";

/**
 * The kernels of each width that this processor has, in the form that looks at every pointer and size; none where they cannot be, which is said, or with LTT_REQUIRE_NATIVE thrown.
 */
export const built: readonly NativeKernels[] = [256, 512].flatMap((width) => {
  try {
    return [native({ width: width as 256 | 512, form: "checked" })];
  } catch (error) {
    if (process.env.LTT_REQUIRE_NATIVE && width === 256) throw error;
    console.warn(`SKIPPED: every test of native kernels with ${width} bits: ${(error as Error).message}`);
    return [];
  }
});
