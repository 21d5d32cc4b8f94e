import type { Context, WasmKernels } from "./context.ts";

/** One step of an LSTM and its gradient. */
export function lstmCell({ exports }: Context): WasmKernels<"lstmCell" | "lstmCellGradient"> {
  return {
    lstmCell: (input, recurrent, biasIh, biasHh, c, gates, states, { batch, hidden }) =>
      exports.lstmCell(
        input.pointer,
        recurrent.pointer,
        biasIh.pointer,
        biasHh.pointer,
        c.pointer,
        gates.pointer,
        states.pointer,
        batch,
        hidden,
      ),
    lstmCellGradient: (dstates, gates, states, c, dgates, dc, { batch, hidden }) =>
      exports.lstmCellGradient(
        dstates.pointer,
        gates.pointer,
        states.pointer,
        c.pointer,
        dgates.pointer,
        dc.pointer,
        batch,
        hidden,
      ),
  };
}
