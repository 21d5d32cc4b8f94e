import type { Kernels, StoredWeight, WeightGradientSize } from "../../kernels/kernels.ts";
import { isStored } from "../../kernels/stored-weight.ts";
import { blockOf, type Entries, pointersOf, rowsOf, valuesOf, type Weight } from "./entries.ts";
import type { Context } from "./kernels/context.ts";
import { createFill } from "./kernels/fill.ts";
import { ROWS, sharesColumns } from "./kernels/one-product.ts";
import type { Region } from "./memory.ts";

/** The four sums of `Kernels.weightGradient` over the rows before these, `[4, …dweight]`, and to which of them the next row adds. */
interface Sums {
  readonly region: Region;
  readonly turn: number;
}

/** A gradient of weights whose rows come in parts. */
export type GradientInParts = (
  dweight: Weight,
  size: Omit<WeightGradientSize, "rows">,
  /** Calls `add` with the next rows until there are no more: dweight is then what `weightGradient` of all of them gives, bit for bit. */
  body: (add: (x: Region, dy: Region, rows: number) => void) => void,
) => void;

/** `Kernels.weightGradient`, of all rows at once or in parts. Threads split the outputs or the inputs. */
export function weightGradients(
  context: Context,
): Pick<Kernels, "weightGradient"> & { readonly gradientInParts: GradientInParts } {
  const { exports, memory, parallelFor, threads, breakEvens } = context;
  const fill = createFill(context);

  const dense = (x: Region, dy: Region, dweight: Region, size: WeightGradientSize, sums?: Sums): void => {
    const { rows, groups, outputs, inputs } = size;
    const [xRow, dyRow, row] = [groups * inputs * 4, groups * outputs * 4, inputs * 4];
    const work = rows * outputs * inputs;
    const byColumns = sharesColumns({ m: outputs, n: inputs, turnsA: true }, threads);
    const soFar = (offset: number) => sumsFrom(sums, dweight.length, offset);
    for (let g = 0; g < groups; g++) {
      const [from, d] = [x.pointer + g * inputs * 4, dy.pointer + g * outputs * 4];
      const at = g * outputs * row;
      const to = dweight.pointer + at;
      if (byColumns) {
        const scratch = (some: number) => exports.weightGradientScratch(rows, outputs, some);
        parallelFor("weightGradient", { n: inputs, work, grain: 16, scratch }, (begin, end, free) => {
          const offset = begin * 4;
          return [
            ...([from + offset, xRow, d, dyRow, to + offset, row, rows, outputs, end - begin] as const),
            ...soFar(at + offset),
            free,
          ];
        });
        continue;
      }
      const scratch = (some: number) => exports.weightGradientScratch(rows, some, inputs);
      parallelFor("weightGradient", { n: outputs, work, grain: ROWS, scratch }, (begin, end, free) => [
        ...([from, xRow, d + begin * 4, dyRow] as const),
        ...([to + begin * row, row, rows, end - begin, inputs] as const),
        ...soFar(at + begin * row),
        free,
      ]);
    }
  };

  /** dvalues[permutation[e]] = Σ_n x[n,indices[e]] · dy[n,j], j being the column of e */
  const sparse = (x: Region, dy: Region, weight: Entries, dvalues: Region, rows: number, sums?: Sums): void => {
    const { columns, inner } = weight;
    const scratch = exports.sparseWeightGradientScratch(inner, columns, dvalues.length);
    const work = rows * dvalues.length;
    parallelFor("sparseWeightGradient", { n: columns, work, scratch }, (begin, end, free) => [
      x.pointer,
      dy.pointer,
      ...pointersOf(weight),
      dvalues.pointer,
      rows,
      columns,
      inner,
      begin,
      end,
      ...sumsFrom(sums, dvalues.length, 0),
      free,
    ]);
  };

  const isDense = ({ values }: StoredWeight, { groups, outputs, inputs }: Omit<WeightGradientSize, "rows">): boolean =>
    values.length > breakEvens.gradient * groups * outputs * inputs;

  /** Runs `body` with room for the gradient of the whole weight, of which the stored elements are kept. */
  const throughWhole = (
    dweight: StoredWeight,
    size: Omit<WeightGradientSize, "rows">,
    body: (all: Region) => void,
  ): void => {
    const { groups, outputs, inputs } = size;
    const [weight, dvalues] = [rowsOf(dweight.pattern), valuesOf(dweight)];
    memory.lend(groups * outputs * inputs, (all) => {
      body(all);
      for (let g = 0; g < groups; g++) {
        const { entries, at } = blockOf(weight, g, size);
        exports.collect(dvalues.pointer, ...entries, all.pointer + at, outputs, inputs * 4, 4);
      }
    });
  };

  const gradientInParts: GradientInParts = (dweight, size, body) => {
    if (isStored(dweight) && isDense(dweight, size)) {
      return throughWhole(dweight, size, (all) => gradientInParts(all, size, body));
    }
    const stored = isStored(dweight) ? { weight: rowsOf(dweight.pattern), dvalues: valuesOf(dweight) } : undefined;
    const length = stored === undefined ? (dweight as Region).length : stored.dvalues.length;
    memory.lend(4 * length, (region) => {
      fill(0, region.pointer, region.bytes);
      let done = 0;
      body((x, dy, rows) => {
        const sums = { region, turn: done % 4 };
        if (stored === undefined) dense(x, dy, dweight as Region, { ...size, rows }, sums);
        else sparse(x, dy, stored.weight, stored.dvalues, rows, sums);
        done += rows;
      });
    });
  };

  return {
    weightGradient: (x: Region, dy: Region, dweight: Weight, size: WeightGradientSize) => {
      if (!isStored(dweight)) dense(x, dy, dweight, size);
      else if (isDense(dweight, size)) throughWhole(dweight, size, (all) => dense(x, dy, all, size));
      else sparse(x, dy, rowsOf(dweight.pattern), valuesOf(dweight), size.rows);
    },
    gradientInParts,
  };
}

/** Sums as the compiled kernels take them: where they are, from `offset` on, how far apart, and whose turn it is; 0 if there are none. */
function sumsFrom(sums: Sums | undefined, length: number, offset: number): readonly [number, number, number] {
  return sums === undefined ? [0, 0, 0] : [sums.region.pointer + offset, length * 4, sums.turn];
}
