import type { Grid, Kernel } from "./kernel.ts";

/** float32 values on a device. */
export interface DeviceArray {
  readonly length: number;
}

export type Mode = "webgpu" | "webgl2";

/** A kernel that computes one value a thread, four neighbours, or four that it also reads by fours, in one row or four: see `Kernel`. */
export type Variant = "one" | "four" | "packed";

/** What computes. */
export interface AdapterInfo {
  readonly mode: Mode;
  /** As the driver tells it. */
  readonly description: string;
  /** A processor that plays a GPU: right, but slow. */
  readonly software: boolean;
  /** Bytes that one array can have. */
  readonly largestBuffer: number;
  /** Arrays that a kernel can read. */
  readonly inputs: number;
  /** Arrays that a kernel can write. */
  readonly results: number;
  /**
   * How kernels that have variants run fastest: WebGPU keeps what four neighbours computed in a flat array, WebGL what is read by fours
   * too.
   */
  readonly prefers: Variant;
}

/** A GPU through gpu.js, one call at a time: `Queue` sees to it. */
export interface Device {
  readonly adapter: AdapterInfo;
  /** Arrays in the kernel's order; integers, then numbers. As many arrays as the kernel has results. */
  run(kernel: Kernel, arrays: readonly DeviceArray[], scalars: readonly number[], grid: Grid): Promise<DeviceArray[]>;
  upload(values: Float32Array): DeviceArray;
  read(array: DeviceArray): Promise<Float32Array>;
  free(array: DeviceArray): void;
}
