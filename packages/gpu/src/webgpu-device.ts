import { alongX } from "./along-x.ts";
import { BufferPool, type GpuBuffer } from "./buffer-pool.ts";
import type { AdapterInfo, Device, DeviceArray } from "./device.ts";
import { GpuError } from "./gpu-error.ts";
import { type CompiledKernel, Compiler, type GpuJs, outputOf } from "./gpu-js.ts";
import { type Grid, type Kernel, kernel } from "./kernel.ts";

// The part of WebGPU that is used here; the DOM's types do not have it.
interface GpuDevice {
  readonly limits: Readonly<Record<string, number>>;
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
  readonly queue: { writeBuffer(buffer: GpuBuffer, offset: number, data: Float32Array): void };
  createBuffer(descriptor: { size: number; usage: number }): GpuBuffer;
  destroy(): void;
  onuncapturederror: ((event: { readonly error: { readonly message: string } }) => void) | null;
}
interface GpuAdapter {
  readonly info: {
    readonly vendor: string;
    readonly architecture: string;
    readonly device: string;
    readonly description: string;
    readonly isFallbackAdapter?: boolean;
  };
}

/** gpu.js's `WebGPUBufferResult`: a buffer and the shape of what is in it. */
interface BufferResult {
  readonly buffer: GpuBuffer;
  output: readonly number[];
  componentCount: number;
  readonly context: { readonly adapter: GpuAdapter; readonly device: GpuDevice };
  readonly kernel: object;
  readonly constructor: new (settings: object) => BufferResult;
  toArray(): Promise<Float32Array>;
}

class BufferArray implements DeviceArray {
  readonly length: number;
  readonly result: BufferResult;

  constructor(result: BufferResult, length: number) {
    this.length = length;
    this.result = result;
    result.output = [length]; // flat, whatever grid computed it,
    result.componentCount = 1; // by however many together
  }
}

const first = kernel({ name: "first", arrays: [], body: "return 0;" });

/** gpu.js on WebGPU. The first kernel brings the adapter, the device and the class of results. */
export async function openWebGpu(library: GpuJs): Promise<Device> {
  const compiler = new Compiler(library, "webgpu", { flat: "Array", immutable: false });
  const probe = (await compiler.compiled(first, [1])()) as BufferResult;
  return new WebGpuDevice(compiler, probe);
}

class WebGpuDevice implements Device {
  readonly adapter: AdapterInfo;
  readonly #compiler: Compiler;
  readonly #probe: BufferResult;
  readonly #pool: BufferPool;
  /** The longest output on each of its axes, where it has several: gpu.js computes it in workgroups of 8 × 8 × 1. */
  readonly #longest: readonly number[];
  #lost: GpuError | undefined;
  #wrong: string | undefined;

  constructor(compiler: Compiler, probe: BufferResult) {
    this.#compiler = compiler;
    this.#probe = probe;
    const { adapter, device } = probe.context;
    this.adapter = describe(adapter, device);
    this.#pool = new BufferPool(device, { largest: this.adapter.largestBuffer });
    const groups = device.limits.maxComputeWorkgroupsPerDimension!;
    this.#longest = [8 * groups, 8 * groups, groups];
    void device.lost.then(({ reason, message }) => {
      this.#lost = lost(`${reason}: ${message}`);
    });
    // gpu.js only prints what goes wrong on the device, and goes on with zeros
    device.onuncapturederror = ({ error }) => {
      this.#wrong ??= error.message;
    };
  }

  async run(
    kernel: Kernel,
    arrays: readonly DeviceArray[],
    scalars: readonly number[],
    grid: Grid,
  ): Promise<DeviceArray[]> {
    this.#check();
    const whole = { kernel, scalars, output: outputOf(grid) };
    const length = whole.output.reduce((product, size) => product * size, kernel.together);
    const countable = whole.output.length === 1 || whole.output.every((size, axis) => size <= this.#longest[axis]!);
    const launch = countable ? whole : alongX(whole);
    const compiled: CompiledKernel = this.#compiler.compiled(launch.kernel, launch.output);
    const inputs = arrays.map((array) => (array as BufferArray).result);
    // a kernel of gpu.js that is not immutable writes into its own buffer if that is large enough: each time one of the pool
    const outputBuffer = this.#pool.take(length * Float32Array.BYTES_PER_ELEMENT);
    Object.assign(compiled.kernel, { outputBuffer, bindGroupDirty: true });
    const result = (await Promise.resolve(compiled(...inputs, ...launch.scalars)).catch((cause: Error) => {
      throw this.#lost ?? new Error(`gpu: the kernel ${kernel.name}: ${cause.message}`, { cause });
    })) as BufferResult;
    return [new BufferArray(result, length)];
  }

  upload(values: Float32Array): DeviceArray {
    this.#check();
    const { context, kernel, constructor: Result } = this.#probe;
    const buffer = this.#pool.take(values.byteLength);
    context.device.queue.writeBuffer(buffer, 0, values);
    const settings = { buffer, output: [values.length], componentCount: 1, context, kernel };
    return new BufferArray(new Result(settings), values.length);
  }

  async read(array: DeviceArray): Promise<Float32Array> {
    this.#check();
    try {
      const values = await (array as BufferArray).result.toArray();
      this.#check();
      return values;
    } catch (error) {
      throw this.#lost ?? error;
    }
  }

  free(array: DeviceArray): void {
    this.#pool.give((array as BufferArray).result.buffer);
  }

  #check(): void {
    if (this.#lost !== undefined) throw this.#lost;
    if (this.#wrong !== undefined) throw new Error(`gpu: the device reported: ${this.#wrong}`);
  }
}

function lost(why: string): GpuError {
  return new GpuError(
    "device lost",
    `the device was lost (${why}): what was on it is gone. Make a new backend and go on from the last checkpoint`,
  );
}

function describe({ info }: GpuAdapter, { limits }: GpuDevice): AdapterInfo {
  const { vendor, architecture, device, description } = info;
  const text = [description || device, [vendor, architecture].filter(Boolean).join(" ")].filter(Boolean).join(", ");
  return {
    mode: "webgpu",
    description: text === "" ? "an adapter that does not say what it is" : text,
    software: info.isFallbackAdapter ?? /swiftshader|llvmpipe|software/i.test(text),
    largestBuffer: Math.min(limits.maxStorageBufferBindingSize!, limits.maxBufferSize!),
    inputs: limits.maxStorageBuffersPerShaderStage! - 1,
    results: 1,
    prefers: "four",
  };
}
