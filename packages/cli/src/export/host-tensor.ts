/** Values on the host, row-major. */
export interface HostTensor<Data extends Float32Array | Int32Array = Float32Array> {
  readonly shape: readonly number[];
  readonly data: Data;
}

/** A weight as a table of `outputs × inputs` cells of `taps` values: what a cell holds passes from one unit to another. */
export class Cells {
  readonly outputs: number;
  readonly inputs: number;
  readonly taps: number;
  readonly data: Float32Array;

  constructor(outputs: number, inputs: number, taps: number, data: Float32Array) {
    this.outputs = outputs;
    this.inputs = inputs;
    this.taps = taps;
    this.data = data;
  }

  /** The first two axes are outputs and inputs, the others taps. */
  static of({ shape: [outputs = 1, inputs = 1, ...taps], data }: HostTensor): Cells {
    return new Cells(outputs, inputs, sizeOf(taps), data);
  }

  /** The same values with the inputs in `count` blocks: what flattened images come as. */
  inBlocks(count: number): Cells {
    return new Cells(this.outputs, count, (this.inputs / count) * this.taps, this.data);
  }

  /** Σ of a cell's values. */
  sum(output: number, input: number): number {
    return this.#of(output, input).reduce((sum, value) => sum + value, 0);
  }

  /** Whether nothing comes to an output, from these inputs. */
  isDeaf(output: number, inputs: Iterable<number>): boolean {
    for (const input of inputs) if (this.#of(output, input).some((value) => value !== 0)) return false;
    return true;
  }

  /** Whether nothing of an input comes to these outputs. */
  isUnread(input: number, outputs: Iterable<number>): boolean {
    for (const output of outputs) if (this.#of(output, input).some((value) => value !== 0)) return false;
    return true;
  }

  /** Some of the outputs and inputs, in this order. */
  select(outputs: readonly number[], inputs: readonly number[]): Float32Array {
    const data = new Float32Array(outputs.length * inputs.length * this.taps);
    let at = 0;
    for (const output of outputs)
      for (const input of inputs) {
        data.set(this.#of(output, input), at);
        at += this.taps;
      }
    return data;
  }

  #of(output: number, input: number): Float32Array {
    const at = (output * this.inputs + input) * this.taps;
    return this.data.subarray(at, at + this.taps);
  }
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, axis) => size * axis, 1);
}

/** `0, 1, … count − 1` */
export function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
