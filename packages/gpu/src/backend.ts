import type { Backend, Indices, Storage } from "@ltt/core";
import { checkOptions, type Kinds, oneOf } from "@ltt/core/arguments";
import type { AdapterInfo, Device, DeviceArray, Mode } from "./device.ts";
import { GpuError } from "./gpu-error.ts";
import { asFloats, type IndexValues } from "./indices.ts";
import type { Kernel } from "./kernel.ts";
import { dropout } from "./kernels/dropout.ts";
import { elementwise } from "./kernels/elementwise.ts";
import type { Issue, Values } from "./kernels/issue.ts";
import { lstm } from "./kernels/lstm.ts";
import { lstmCell } from "./kernels/lstm-cell.ts";
import { movement } from "./kernels/movement.ts";
import { pooling } from "./kernels/pooling.ts";
import { product } from "./kernels/product.ts";
import { reduction } from "./kernels/reduction.ts";
import { rows } from "./kernels/rows.ts";
import { updates } from "./kernels/updates.ts";
import { windows } from "./kernels/windows.ts";
import { open } from "./open.ts";
import { Queue } from "./queue.ts";

export interface GpuBackend extends Backend {
  readonly mode: Mode;
  /** What computes, and whether it is a GPU or a processor that plays one. */
  readonly adapter: AdapterInfo;
  /** How many arrays are on the device now, and their bytes: flat over a training run. */
  memory(): Promise<{ arrays: number; bytes: number }>;
}

interface GpuOptions {
  readonly mode?: Mode;
}

const OPTIONS: Kinds<GpuOptions> = { mode: oneOf("webgpu", "webgl2") };

/**
 * A backend on the GPU, through gpu.js. Data stay on the device from `upload` to `read`; results agree with the reference but for rounding,
 * so they are not the same bits on every device.
 *
 * @param options.mode - `"webgpu"` (Node, browsers) or `"webgl2"` (browsers). Default `"webgpu"`. What was asked for is what runs.
 * @throws {GpuError} if a package is absent or cannot be loaded, or there is no adapter: the message says what to do.
 * @throws {TypeError | RangeError} if an option is unknown, or the mode neither of the two.
 */
export async function createGpuBackend(options: GpuOptions = {}): Promise<GpuBackend> {
  const { mode = "webgpu" } = checkOptions("gpu", options, OPTIONS);
  return backendOn(await open(mode));
}

/** Values that come later: on the device when their turn in the queue has come, gone when they are given back. */
class Handle implements Values, IndexValues {
  readonly length: number;
  readonly host: Int32Array | undefined;
  /** Apart from the handle, so that it can be given back when the handle is garbage. */
  readonly place: Place = { array: undefined };
  released = false;

  constructor(length: number, host?: Int32Array) {
    this.length = length;
    this.host = host;
  }
}

interface Place {
  array: DeviceArray | undefined;
}

export function backendOn(device: Device): GpuBackend {
  const queue = new Queue();
  const { adapter } = device;
  let arrays = 0;
  let bytes = 0;

  const put = (place: Place, array: DeviceArray | undefined) => {
    for (const [one, sign] of [[place.array, -1] as const, [array, 1] as const]) {
      if (one === undefined) continue;
      arrays += sign;
      bytes += sign * one.length * Float32Array.BYTES_PER_ELEMENT;
    }
    if (place.array !== undefined) device.free(place.array);
    place.array = array;
  };
  // weights live outside scopes: nobody gives them back, but they become garbage with their model
  const forgotten = new FinalizationRegistry<Place>((place) => queue.issue(() => put(place, undefined)));
  const make = (length: number, host?: Int32Array): Handle => {
    const handle = new Handle(length, host);
    forgotten.register(handle, handle.place, handle);
    return handle;
  };
  const upload = (values: Float32Array): DeviceArray => {
    checkSize(values.length, adapter);
    return device.upload(values);
  };
  /** Nothing at all is on no device, but a kernel wants some array. */
  let nothing: DeviceArray | undefined;
  const arrayOf = (user: string, values: Values): DeviceArray => {
    const handle = values as Handle;
    if (handle.released) throw new Error(`${user}: an operand of ${handle.length} values was given back already`);
    if (handle.length === 0) return (nothing ??= device.upload(new Float32Array(1)));
    const { place, host } = handle;
    if (place.array === undefined && host !== undefined) put(place, upload(asFloats(host)));
    if (place.array === undefined) throw new Error(`${user}: an operand of ${handle.length} values was never written`);
    return place.array;
  };

  const issue: Issue = {
    variant: ({ one, four, packed = four }, row, aligned = false) => {
      if (row % 4 !== 0 || adapter.prefers === "one") return { kernel: one, groups: row };
      return { kernel: adapter.prefers === "packed" && aligned ? packed : four, groups: row / 4 };
    },
    launch: (kernel, operands, scalars, out, [x, y = 1, z = 1]) => {
      if (x * y * z * kernel.together !== out.length) {
        throw new Error(`${kernel.name}: computes ${x * y * z * kernel.together} of ${out.length} values`);
      }
      if (out.length === 0) return;
      checkInputs(kernel, adapter);
      checkSize(out.length, adapter);
      const named: Readonly<Record<string, Values>> = operands;
      const inputs = kernel.arrays.map((name) => named[name]!);
      const numbers = [...kernel.integers, ...kernel.numbers].map((name) => scalars[name]);
      queue.issue(async () => {
        const found = inputs.map((values) => arrayOf(kernel.name, values));
        const [array] = await device.run(kernel, found, numbers, [x, y, z]);
        put((out as Handle).place, array);
      });
    },
    launchSeveral: ({ together, apart, results }, operands, scalars, out, [x, y = 1, z = 1]) => {
      const named: Readonly<Record<string, Values>> = operands;
      const all: Readonly<Record<string, Values>> = out;
      const outs = results.map((name) => all[name]!);
      if (outs.some(({ length }) => length !== x * y * z)) {
        throw new Error(`${together.name}: computes ${x * y * z} of ${outs.map(({ length }) => length)} values`);
      }
      if (x * y * z === 0) return;
      checkInputs(together, adapter);
      const kernels = results.length <= adapter.results ? [together] : apart;
      const inputs = together.arrays.map((name) => named[name]!);
      const numbers = [...together.integers, ...together.numbers].map((name) => scalars[name]);
      queue.issue(async () => {
        const found = inputs.map((values) => arrayOf(together.name, values));
        const arrays: DeviceArray[] = [];
        for (const kernel of kernels) arrays.push(...(await device.run(kernel, found, numbers, [x, y, z])));
        for (const [i, one] of outs.entries()) put((one as Handle).place, arrays[i]);
      });
    },
    allocate: (length) => make(length),
    upload: (values) => {
      const handle = make(values.length);
      write(handle, values);
      return handle;
    },
    release: (values) => {
      const handle = values as Handle;
      // else what was registered stays until the event loop turns: kilobytes a step where a loop awaits nothing but promises that are
      // resolved
      forgotten.unregister(handle);
      queue.issue(() => {
        put(handle.place, undefined);
        handle.released = true;
      });
    },
  };
  const write = (handle: Handle, values: Float32Array) => {
    if (values.length === 0) return;
    const copy = values.slice();
    queue.issue(() => put(handle.place, upload(copy)));
  };

  return {
    name: adapter.mode === "webgpu" ? "gpu" : "gpu-webgl2",
    mode: adapter.mode,
    adapter,
    kernels: {
      ...elementwise(issue),
      ...movement(issue),
      ...pooling(issue),
      ...reduction(issue),
      ...product(issue),
      ...windows(issue),
      ...rows(issue),
      ...dropout(issue),
      ...lstm(issue),
      ...lstmCell(issue),
      ...updates(issue),
    },
    allocate: issue.allocate,
    allocateIndices: issue.allocate,
    upload: issue.upload,
    uploadIndices: (values): Indices => make(values.length, values.slice()),
    write: (storage, values) => write(storage as Handle, values),
    read: (storage: Storage) =>
      queue.answer(async () => (storage.length === 0 ? new Float32Array(0) : device.read(arrayOf("read", storage)))),
    view: () => undefined,
    release: issue.release,
    releaseIndices: issue.release,
    memory: () => queue.answer(async () => ({ arrays, bytes })),
  };
}

function checkSize(length: number, { largestBuffer, description }: AdapterInfo): void {
  const wanted = length * Float32Array.BYTES_PER_ELEMENT;
  if (wanted <= largestBuffer) return;
  throw new GpuError(
    "buffer too large",
    `${length} values are ${wanted} bytes; ${description} takes at most ${largestBuffer} in one array: use smaller batches`,
  );
}

function checkInputs({ name, arrays }: Kernel, { inputs, description }: AdapterInfo): void {
  if (arrays.length <= inputs) return;
  throw new GpuError(
    "too many inputs",
    `the kernel ${name} reads ${arrays.length} arrays; ${description} gives a kernel at most ${inputs}`,
  );
}
