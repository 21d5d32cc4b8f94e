import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { NativeKernels } from "@ltt/core";
import { BREAK_EVENS } from "./break-evens.ts";

/** Bits of a vector: of AVX2, or of AVX-512. */
export type NativeWidth = NativeKernels["width"];

/** What was compiled: for use; with a look at every pointer and size before a kernel runs; or with a look at every access too. */
export type NativeForm = "release" | "checked" | "sanitized";

const INSTRUCTIONS: Readonly<Record<NativeWidth, string>> = { 256: "AVX2 and FMA", 512: "AVX-512 (F, VL, BW, DQ)" };

const load = createRequire(import.meta.url);

/**
 * The kernels of this machine, for `createWasmBackend({ arithmetic: "fma", native: native() })`: the bits of `wasm-fma`, whose name the
 * backend keeps, up to three times as fast.
 *
 * @param options.width - Bits of a vector, 256 or 512; the results are the same bits. Default: the most that the processor has.
 * @param options.form - Default `release`.
 * @throws {RangeError} if `width` is neither.
 * @throws {Error} if there are none for this platform, none were built, or the processor lacks the instructions: it names the backend
 *   `wasm-fma`, which runs without them.
 */
export function native({
  width,
  form = "release",
}: {
  width?: NativeWidth | undefined;
  form?: NativeForm | undefined;
} = {}): NativeKernels {
  if (width !== undefined && width !== 256 && width !== 512)
    throw new RangeError(`native: width is ${width}; it is 256 or 512`);
  const addon = addonOf(form);
  const { supports } = load(addon) as { supports(width: number): boolean };
  const widest = supports(512) ? 512 : 256;
  const chosen = width ?? widest;
  if (!supports(chosen))
    throw new Error(
      `native: this processor has no ${INSTRUCTIONS[chosen]}: compute with the backend ` +
        `wasm-fma${chosen === 512 && supports(256) ? ", or with the width 256" : ""}`,
    );
  return { addon, width: chosen, breakEvens: BREAK_EVENS[chosen] };
}

/** Whether `native` gives kernels here. */
export function hasNative(): boolean {
  try {
    native();
    return true;
  } catch {
    return false;
  }
}

/** The file to load: of the prebuilt package for this platform, if that is installed, else what `npm run build:native` made. */
function addonOf(form: NativeForm): string {
  const platform = `${process.platform}-${process.arch}`;
  if (platform !== "linux-x64")
    throw new Error(`native: there are no kernels for ${platform}: compute with the backend wasm-fma`);
  const file = form === "release" ? "ltt.node" : `ltt-${form}.node`;
  const built = fileURLToPath(new URL(`../lib/${platform}/${file}`, import.meta.url));
  if (existsSync(built)) return built;
  const prebuilt = prebuiltOf(platform);
  if (form === "release" && prebuilt !== undefined) return prebuilt;
  throw new Error(
    `native: the kernels were not built (${built} is not there): run npm run build:native in a clone, or compute with the backend wasm-fma`,
  );
}

function prebuiltOf(platform: string): string | undefined {
  try {
    return load.resolve(`@ltt/native-${platform}/ltt.node`);
  } catch {
    return undefined;
  }
}
