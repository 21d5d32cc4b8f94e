import { Cells, type HostTensor, range } from "./host-tensor.ts";

/** One of several layers, each of which reads the one before through ReLU. */
export interface StackLayer {
  readonly name: string;
  /** `[outputs, inputs, …taps]` */
  readonly weight: HostTensor;
  /** `[outputs]` */
  readonly bias: HostTensor;
  /** Whether it reads zeros around what it is given: a constant input is none at the border then. */
  readonly padded: boolean;
}

/** Layers of fewer units, and which of the first one's inputs they read. */
export interface CompactStack {
  readonly weights: Map<string, HostTensor>;
  readonly inputs: readonly number[];
}

/**
 * The same function with fewer units. Of a layer that another one follows, two kinds go:
 *
 * - a unit that nothing comes to is the constant `relu(bias)`: what it gives is added to the next layer's biases;
 * - a unit that nobody reads.
 *
 * At least one unit of each layer stays. Outputs differ by rounding alone.
 */
export function compactStack(layers: readonly StackLayer[]): CompactStack {
  const kept = layers.map(({ weight }) => range(weight.shape[0]!));
  const biases = layers.map(({ bias }) => Float64Array.from(bias.data));
  const cells = layers.map(({ weight }, i) => {
    const table = Cells.of(weight);
    const before = layers[i - 1]?.weight.shape[0];
    return before === undefined || before === table.inputs ? table : table.inBlocks(before);
  });
  let inputs = range(cells[0]!.inputs);

  for (let i = 0; i + 1 < layers.length; i++) {
    const from = i === 0 ? inputs : kept[i - 1]!;
    const constantOf = (unit: number) => Math.max(0, biases[i]![unit]!);
    const deaf = kept[i]!.filter((unit) => cells[i]!.isDeaf(unit, from));
    const constant = deaf.filter((unit) => constantOf(unit) === 0 || !layers[i + 1]!.padded);
    const gone = new Set(constant.length === kept[i]!.length ? constant.slice(1) : constant);
    for (const unit of gone)
      for (let output = 0; output < cells[i + 1]!.outputs; output++)
        biases[i + 1]![output]! += constantOf(unit) * cells[i + 1]!.sum(output, unit);
    kept[i] = kept[i]!.filter((unit) => !gone.has(unit));
  }
  for (let i = layers.length - 1; i > 0; i--)
    kept[i - 1] = leastOne(kept[i - 1]!, (unit) => !cells[i]!.isUnread(unit, kept[i]!));
  inputs = leastOne(inputs, (input) => !cells[0]!.isUnread(input, kept[0]!));

  const weights = new Map<string, HostTensor>();
  for (const [i, { name, weight }] of layers.entries()) {
    const [outputs, from] = [kept[i]!, i === 0 ? inputs : kept[i - 1]!];
    const blocks = cells[i]!.inputs === weight.shape[1] ? 1 : cells[i]!.taps;
    const shape = [outputs.length, from.length * blocks, ...weight.shape.slice(2)];
    weights.set(`${name}.weight`, { shape, data: cells[i]!.select(outputs, from) });
    weights.set(`${name}.bias`, {
      shape: [outputs.length],
      data: Float32Array.from(outputs, (unit) => biases[i]![unit]!),
    });
  }
  return { weights, inputs };
}

/** Those that stay, or the first where none does: frameworks know no layer without units. */
export function leastOne(units: readonly number[], stays: (unit: number) => boolean): number[] {
  const staying = units.filter(stays);
  return staying.length > 0 ? staying : units.slice(0, 1);
}
