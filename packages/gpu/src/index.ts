export { createGpuBackend, type GpuBackend } from "./backend.ts";
export type { AdapterInfo, Mode } from "./device.ts";
export { GpuError, type GpuProblem } from "./gpu-error.ts";
