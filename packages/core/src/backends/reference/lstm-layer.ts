import type { Kernels, LstmLayerSize, StoredWeight } from "../../kernels/kernels.ts";
import { rowsBefore } from "../../kernels/rows-before.ts";
import { sum } from "./reduction.ts";
import { stored } from "./stored.ts";

type Weight = Float32Array | StoredWeight;

/** The operands of `lstmStates`. */
interface Layer {
  readonly x: Float32Array;
  readonly places: Int32Array | undefined;
  readonly weightIh: Weight;
  readonly bias: Float32Array;
  readonly recurrent: Weight;
  readonly starts: Int32Array;
}

/** An LSTM layer with the product of its input, and its gradients: what the contract says, one kernel after the other. */
export const layers: Required<Pick<Kernels, "lstmStates" | "lstmGradients">> = {
  lstmStates: (
    x: Float32Array,
    places: Int32Array | undefined,
    weightIh: Weight,
    bias: Float32Array,
    recurrent: Weight,
    starts: Int32Array,
    states: Float32Array,
    size: LstmLayerSize,
  ) => forward({ x, places, weightIh, bias, recurrent, starts }, {}, states, size),

  lstmGradients: (
    dstates: Float32Array,
    x: Float32Array,
    places: Int32Array | undefined,
    weightIh: Weight,
    bias: Float32Array,
    recurrent: Weight,
    starts: Int32Array,
    dx: Float32Array | undefined,
    dweightIh: Weight | undefined,
    dbias: Float32Array | undefined,
    drecurrent: Weight | undefined,
    size: LstmLayerSize,
  ) => {
    const { batch, tokens, hidden, directions, rows, input } = size;
    const width = directions * hidden;
    const [gates, cells] = [new Float32Array(tokens * 4 * width), new Float32Array(tokens * width)];
    const states = new Float32Array((tokens + batch + 1) * width);
    forward({ x, places, weightIh, bias, recurrent, starts }, { gates, cells }, states, size);

    const dgates = gates;
    stored.lstmGates(dstates, gates, cells, recurrent, starts, dgates, size);
    const dprojected = places === undefined ? dgates : new Float32Array(rows * 4 * width);
    if (places !== undefined) stored.scatterRows(dgates, places, dprojected, { dim: 4 * width });

    if (dx !== undefined) {
      dx.fill(0, rows * input);
      const product = { batch: 1, m: rows, k: 4 * width, n: input, transposeA: false, transposeB: false };
      stored.matmul(dprojected, weightIh, dx, product);
    }
    if (dweightIh !== undefined) {
      stored.weightGradient(x, dprojected, dweightIh, { rows, groups: 1, outputs: 4 * width, inputs: input });
    }
    if (dbias !== undefined) sum(dprojected, dbias, { outer: 1, axis: rows, inner: 4 * width });
    if (drecurrent !== undefined) {
      const before = new Float32Array(tokens * width);
      stored.gatherRows(states, rowsBefore(starts, directions), before, { dim: hidden });
      const groups = { rows: tokens, groups: directions, outputs: 4 * hidden, inputs: hidden };
      stored.weightGradient(before, dgates, drecurrent, groups);
    }
  },
};

function forward(
  { x, places, weightIh, bias, recurrent, starts }: Layer,
  { gates, cells }: { gates?: Float32Array; cells?: Float32Array },
  states: Float32Array,
  size: LstmLayerSize,
): void {
  const { hidden, directions, rows, input } = size;
  const outputs = directions * 4 * hidden;
  const projected = new Float32Array(rows * outputs);
  const product = { batch: 1, m: rows, k: input, n: outputs, transposeA: false, transposeB: true };
  stored.matmul(x, weightIh, projected, product);
  stored.lstm(projected, places, bias, recurrent, starts, gates, cells, states, size);
}
