import { leastOne } from "./compact-stack.ts";
import { Cells, type HostTensor, range } from "./host-tensor.ts";

type Weights = ReadonlyMap<string, HostTensor>;

/** A network of texts with what is dead left out. */
export interface CompactText {
  /** With PyTorch's names and layouts, as they came. */
  readonly weights: Map<string, HostTensor>;
  /** The row of the embedding for each id of the vocabulary: words of which nothing is stored share one. */
  readonly rows: HostTensor<Int32Array>;
}

/**
 * Kim's network with fewer filters, dimensions and rows of the embedding. A filter that nothing comes to is the constant `relu(bias)`, which is added to the biases of the linear
 * layer; a filter that nobody reads goes; so do dimensions that no word has or no filter reads. Logits differ by rounding alone.
 */
export function compactTextCnn(weights: Weights): CompactText {
  const [table, written] = embeddingOf(weights);
  const [linear, bias] = [Cells.of(weights.get("linear.weight")!), Float64Array.from(weights.get("linear.bias")!.data)];
  const outputs = range(linear.outputs);
  const names = [...weights.keys()].flatMap((name) => /^(convs\.\d+)\.weight$/.exec(name)?.[1] ?? []);
  const convs = names.map((name) => Cells.of(weights.get(`${name}.weight`)!));
  const columns: number[] = [];
  let first = 0;
  const kept = convs.map((conv, i) => {
    const value = (filter: number) => Math.max(0, weights.get(`${names[i]}.bias`)!.data[filter]!);
    const filters = range(conv.outputs);
    const constant = new Set(filters.filter((filter) => conv.isDeaf(filter, written)));
    const goes = (filter: number) => constant.has(filter) || linear.isUnread(first + filter, outputs);
    const stay = leastOne(filters, (filter) => !goes(filter));
    for (const filter of constant)
      if (!stay.includes(filter))
        for (const output of outputs) bias[output]! += value(filter) * linear.sum(output, first + filter);
    columns.push(...stay.map((filter) => first + filter));
    first += conv.outputs;
    return stay;
  });
  const dims = leastOne(written, (dim) => convs.some((conv, i) => !conv.isUnread(dim, kept[i]!)));

  const { embedding, rows } = compactEmbedding(table, dims);
  const compact = new Map([["embedding.weight", embedding]]);
  for (const [i, name] of names.entries()) {
    const shape = [kept[i]!.length, dims.length, convs[i]!.taps];
    compact.set(`${name}.weight`, { shape, data: convs[i]!.select(kept[i]!, dims) });
    compact.set(`${name}.bias`, entriesAt(weights.get(`${name}.bias`)!, kept[i]!));
  }
  compact.set("linear.weight", { shape: [outputs.length, columns.length], data: linear.select(outputs, columns) });
  compact.set("linear.bias", { shape: [outputs.length], data: Float32Array.from(bias) });
  return { weights: compact, rows };
}

/** One direction of a layer of an LSTM. */
interface Direction {
  readonly suffix: string;
  readonly ih: Cells;
  readonly hh: Cells;
  /** Units whose state is always 0: nothing comes to their candidate gate. */
  readonly silent: ReadonlySet<number>;
}

/**
 * A stack of LSTM layers with fewer hidden units and dimensions. A unit stays if the linear layer reads it, or a unit that stays does, and its state is not always 0. Every
 * layer and direction keeps as many, the most that one needs, as `nn.LSTM` has it; those with fewer are filled with units that nobody reads.
 */
export function compactTextLstm(weights: Weights): CompactText {
  const hidden = weights.get("lstm.weight_hh_l0")!.shape[1]!;
  const linear = Cells.of(weights.get("linear.weight")!);
  const outputs = range(linear.outputs);
  const layers = layersOf(weights, hidden);

  const live: number[][][] = layers.map(() => []);
  for (let layer = layers.length - 1; layer >= 0; layer--) {
    for (const [side, direction] of layers[layer]!.entries()) {
      const isReadAbove = (unit: number) => {
        const input = side * hidden + unit;
        const above = layers[layer + 1];
        if (above === undefined) return !linear.isUnread(input, outputs);
        return above.some(({ ih }, other) => !ih.isUnread(input, gatesOf(live[layer + 1]![other]!, hidden)));
      };
      live[layer]![side] = readUnits(direction, range(hidden).filter(isReadAbove), hidden);
    }
  }
  const size = Math.max(1, ...live.flat().map(({ length }) => length));
  const kept = live.map((sides) => sides.map((units) => filledUp(units, size, hidden)));

  const [table, written] = embeddingOf(weights);
  const isRead = (dim: number) =>
    layers[0]!.some(({ ih }, side) => !ih.isUnread(dim, gatesOf(kept[0]![side]!, hidden)));
  const dims = leastOne(written, isRead);
  const { embedding, rows } = compactEmbedding(table, dims);
  const compact = new Map([["embedding.weight", embedding]]);
  const belowOf = (layer: number) =>
    layer === 0 ? dims : kept[layer - 1]!.flatMap((units, side) => units.map((unit) => side * hidden + unit));
  for (const [layer, sides] of layers.entries())
    for (const [side, { suffix, ih, hh }] of sides.entries()) {
      const [units, below] = [kept[layer]![side]!, belowOf(layer)];
      const gates = gatesOf(units, hidden);
      const set = (name: string, inputs: readonly number[], cells: Cells) =>
        compact.set(`lstm.${name}${suffix}`, {
          shape: [gates.length, inputs.length],
          data: cells.select(gates, inputs),
        });
      set("weight_ih", below, ih);
      set("weight_hh", units, hh);
      for (const name of [`lstm.bias_ih${suffix}`, `lstm.bias_hh${suffix}`])
        compact.set(name, entriesAt(weights.get(name)!, gates));
    }
  const columns = belowOf(layers.length);
  compact.set("linear.weight", { shape: [outputs.length, columns.length], data: linear.select(outputs, columns) });
  compact.set("linear.bias", weights.get("linear.bias")!);
  return { weights: compact, rows };
}

function layersOf(weights: Weights, hidden: number): Direction[][] {
  const layers: Direction[][] = [];
  for (let layer = 0; weights.has(`lstm.weight_ih_l${layer}`); layer++) {
    const suffixes = [`_l${layer}`, `_l${layer}_reverse`].filter((suffix) => weights.has(`lstm.weight_ih${suffix}`));
    layers.push(
      suffixes.map((suffix) => {
        const get = (name: string) => weights.get(`lstm.${name}${suffix}`)!;
        const [ih, hh] = [Cells.of(get("weight_ih")), Cells.of(get("weight_hh"))];
        const isSilent = (unit: number) => {
          const candidate = 2 * hidden + unit; // gates i, f, g, o
          const bias = get("bias_ih").data[candidate]! + get("bias_hh").data[candidate]!;
          return bias === 0 && ih.isDeaf(candidate, range(ih.inputs)) && hh.isDeaf(candidate, range(hidden));
        };
        return { suffix, ih, hh, silent: new Set(range(hidden).filter(isSilent)) };
      }),
    );
  }
  return layers;
}

/** Those units, and all that they read step by step. */
function readUnits({ hh, silent }: Direction, read: readonly number[], hidden: number): number[] {
  const live = new Set<number>();
  for (let fresh = read.filter((unit) => !silent.has(unit)); fresh.length > 0; ) {
    for (const unit of fresh) live.add(unit);
    const gates = gatesOf(fresh, hidden);
    fresh = range(hidden).filter((unit) => !live.has(unit) && !silent.has(unit) && !hh.isUnread(unit, gates));
  }
  return [...live].sort((a, b) => a - b);
}

/** The rows of units in weights of four gates, gate by gate. */
function gatesOf(units: readonly number[], hidden: number): number[] {
  return range(4).flatMap((gate) => units.map((unit) => gate * hidden + unit));
}

function filledUp(units: readonly number[], size: number, hidden: number): number[] {
  const others = range(hidden).filter((unit) => !units.includes(unit));
  return [...units, ...others.slice(0, size - units.length)].sort((a, b) => a - b);
}

/** The embedding, and the dimensions in which some word is not 0. */
function embeddingOf(weights: Weights): [Cells, number[]] {
  const table = Cells.of(weights.get("embedding.weight")!);
  const words = range(table.outputs);
  return [table, leastOne(range(table.inputs), (dim) => !table.isUnread(dim, words))];
}

function compactEmbedding(
  table: Cells,
  dims: readonly number[],
): { embedding: HostTensor; rows: HostTensor<Int32Array> } {
  const kept: number[] = [];
  let zero: number | undefined;
  const rows = Int32Array.from(range(table.outputs), (word) => {
    const isZero = table.isDeaf(word, dims);
    if (isZero && zero !== undefined) return zero;
    if (isZero) zero = kept.length;
    return kept.push(word) - 1;
  });
  const embedding = { shape: [kept.length, dims.length], data: table.select(kept, dims) };
  return { embedding, rows: { shape: [rows.length], data: rows } };
}

function entriesAt({ data }: HostTensor, places: readonly number[]): HostTensor {
  return { shape: [places.length], data: Float32Array.from(places, (place) => data[place]!) };
}
