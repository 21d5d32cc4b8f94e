import type { Bits } from "../bits.ts";
import type { Region } from "../memory.ts";
import type { Context, WasmKernels } from "./context.ts";
import { createFill } from "./fill.ts";

/** A weight written out, and what of a tensor is stored of it: by bits where much is stored, else one element after another. */
export function storedElements(context: Context, bits: Bits): WasmKernels<"expand" | "compress"> {
  const { exports } = context;
  const fill = createFill(context);
  const endOf = ({ pointer, length }: Region): number => pointer + length * 4;
  return {
    expand: (values, positions, out) => {
      const known = bits.ofPositions(positions, out.length);
      if (known === undefined) {
        fill(0, out.pointer, out.bytes);
        exports.scatter(values.pointer, positions.pointer, out.pointer, values.length);
      } else exports.expand(values.pointer, endOf(values), known.pointer, out.pointer, out.length);
    },
    compress: (x, positions, values) => {
      const known = bits.ofPositions(positions, x.length);
      if (known === undefined) exports.gatherRows(x.pointer, positions.pointer, values.pointer, values.length, 1);
      else exports.compress(x.pointer, known.pointer, values.pointer, endOf(values), x.length);
    },
  };
}
