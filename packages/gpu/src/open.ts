import type { Device, Mode } from "./device.ts";
import { GpuError } from "./gpu-error.ts";
import type { GpuJs } from "./gpu-js.ts";
import { openWebGl } from "./webgl-device.ts";
import { openWebGpu } from "./webgpu-device.ts";

/** What is found on a platform; tests take things away from it. */
export interface Platform {
  readonly importGpuJs: () => Promise<unknown>;
  /** Dawn for Node. */
  readonly importDawn: () => Promise<unknown>;
  /** Node, which has no GPU of its own. */
  readonly node: boolean;
}

const dawn = "webgpu"; // not written in the import, or bundlers would take it, which browsers have no use for
export const here: Platform = {
  importGpuJs: () => import("gpu.js"),
  importDawn: () => import(/* @vite-ignore */ dawn),
  node: typeof process === "object" && process.versions?.node !== undefined && typeof window === "undefined",
};

const SOFTWARE =
  "without a GPU, SwiftShader computes in software: apt-get install --no-install-recommends chromium-common libvulkan1, " +
  "and set VK_ICD_FILENAMES=/usr/lib/chromium/vk_swiftshader_icd.json";

/**
 * Opens the GPU: what was asked for, or an error that says what is missing.
 *
 * @throws {GpuError}
 */
export async function open(mode: Mode, platform: Platform = here): Promise<Device> {
  const library = await gpuJs(platform);
  if (mode === "webgl2") return webGl(library, platform);
  if (platform.node && navigatorGpu() === undefined) await provideDawn(platform);
  const gpu = navigatorGpu();
  if (gpu === undefined) {
    throw new GpuError(
      "no adapter",
      'this browser has no WebGPU (navigator.gpu; pages need https or localhost): use one that has, or ask for the mode "webgl2"',
    );
  }
  const adapter = await gpu.requestAdapter().catch(() => null);
  if (adapter === null) {
    throw new GpuError(
      "no adapter",
      platform.node
        ? `WebGPU found no adapter: install the Vulkan driver of the GPU; ${SOFTWARE}`
        : "WebGPU found no adapter: the browser has it switched off for this GPU (chrome://gpu tells why; headless Chromium wants " +
            '--enable-unsafe-webgpu), or ask for the mode "webgl2"',
    );
  }
  return openWebGpu(library);
}

async function gpuJs({ importGpuJs }: Platform): Promise<GpuJs> {
  const module = await importGpuJs().catch((cause: unknown) => {
    throw new GpuError("package absent", "the package gpu.js is not there: npm install gpu.js@2.24.1", { cause });
  });
  const { GPU, default: whole } = module as { GPU?: GpuJs; default?: GpuJs & { GPU?: GpuJs } };
  return (GPU ?? whole?.GPU ?? whole)!;
}

async function provideDawn({ importDawn }: Platform): Promise<void> {
  const module = await importDawn().catch((cause: unknown) => {
    const { code, message } = cause as { code?: string; message?: string };
    throw code === "ERR_MODULE_NOT_FOUND"
      ? new GpuError("package absent", "the package webgpu is not there: npm install webgpu@0.6.2", { cause })
      : new GpuError(
          "native load failure",
          `the native part of the package webgpu could not be loaded: ${message}. It wants glibc 2.36 ` +
            "or newer, or another platform that its folder dist names",
          { cause },
        );
  });
  const { create, globals } = module as { create: (flags: readonly string[]) => unknown; globals: object };
  Object.assign(globalThis, globals);
  Object.defineProperty(globalThis.navigator ?? define("navigator", {}), "gpu", {
    value: create([]),
    configurable: true,
  });
}

function define(name: string, value: object): object {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  return value;
}

function webGl(library: GpuJs, { node }: Platform): Device {
  if (node) {
    throw new GpuError("no adapter", 'the mode "webgl2" is for browsers; in Node there is "webgpu"');
  }
  const context = typeof document === "object" ? document.createElement("canvas").getContext("webgl2") : null;
  if (context === null || context.getExtension("EXT_color_buffer_float") === null) {
    throw new GpuError(
      "no adapter",
      "this browser has no WebGL 2 that computes in float32 (EXT_color_buffer_float): " +
        "switch hardware acceleration on, or update the driver",
    );
  }
  return openWebGl(library);
}

function navigatorGpu(): { requestAdapter(): Promise<object | null> } | undefined {
  return (globalThis.navigator as { gpu?: { requestAdapter(): Promise<object | null> } } | undefined)?.gpu;
}
