import { HELPERS, type Kernel } from "./kernel.ts";

// What of gpu.js 2.24 is used, some of it internal: its typings know neither WebGPU's classes nor a kernel's own fields. device.test.ts
// and the page in test/browser guard what is assumed here.

export interface GpuJs {
  new (settings: {
    mode: string;
  }): {
    createKernel(source: string, settings: object): CompiledKernel;
    /** Its results are `result` and, by their index, those of `parts`. */
    createKernelMap(parts: readonly string[], source: string, settings: object): CompiledKernel;
  };
}

export interface CompiledKernel {
  (...args: readonly unknown[]): unknown;
  setOutput(output: readonly number[]): void;
  readonly kernel: object;
}

/** What gets a thread's other rows, or results. */
const others = (name: string, count: number) =>
  Array.from({ length: count - 1 }, (_, i) => `function ${name}${i + 1}(values) { return values; }`);

interface CompilerSettings {
  /** How gpu.js calls an array that is on the device already, and one that is read by fours. */
  readonly flat: string;
  readonly packed?: string;
  /** Whether gpu.js makes memory for each result; else its kernels write where they are told. */
  readonly immutable: boolean;
}

/** Kernels compiled once for each rank of output, for any sizes. */
export class Compiler {
  readonly #gpu: InstanceType<GpuJs>;
  readonly #settings: CompilerSettings;
  readonly #compiled = new Map<Kernel, CompiledKernel[]>();

  constructor(library: GpuJs, mode: string, settings: CompilerSettings) {
    this.#gpu = new library({ mode });
    this.#settings = settings;
  }

  compiled(kernel: Kernel, output: readonly number[]): CompiledKernel {
    let ranks = this.#compiled.get(kernel);
    if (ranks === undefined) this.#compiled.set(kernel, (ranks = []));
    const found = ranks[output.length];
    if (found !== undefined) {
      found.setOutput(output);
      return found;
    }
    const { flat, packed, immutable } = this.#settings;
    const settings = {
      output,
      argumentTypes: [
        ...kernel.arrays.map(() => (kernel.packed ? packed : flat)),
        ...kernel.integers.map(() => "Integer"),
        ...kernel.numbers.map(() => "Float"),
      ],
      functions: HELPERS,
      nativeFunctions: kernel.natives,
      injectedNative: kernel.shared,
      dynamicOutput: true,
      dynamicArguments: true,
      pipeline: true, // results stay on the device
      immutable,
      precision: "single",
      tactic: "precision",
      loopMaxIterations: 2 ** 31 - 1, // else loops end, silently, after 1000
    };
    const source = `function (${[...kernel.arrays, ...kernel.integers, ...kernel.numbers].join(", ")}) {\n${kernel.body}\n}`;
    const parts = kernel.rows > 1 ? others("row", kernel.rows) : others("result", kernel.results);
    const made =
      parts.length === 0
        ? this.#gpu.createKernel(source, settings)
        : this.#gpu.createKernelMap(parts, source, settings);
    ranks[output.length] = made;
    return made;
  }
}

/** The output as gpu.js wants it: as few axes as there are. */
export function outputOf([x, y = 1, z = 1]: readonly [number, number?, number?]): number[] {
  if (z > 1) return [x, y, z];
  return y > 1 ? [x, y] : [x];
}
