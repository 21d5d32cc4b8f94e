import type { Kernels, LstmLayerSize, LstmSize } from "../../kernels/kernels.ts";
import { rowsBefore } from "../../kernels/rows-before.ts";
import type { Weight } from "./entries.ts";
import type { Context } from "./kernels/context.ts";
import { createFill } from "./kernels/fill.ts";
import { type LstmRuns, statesAfter } from "./lstm.ts";
import type { Region } from "./memory.ts";
import { createAddRows, createSumInParts } from "./sum-in-parts.ts";
import type { GradientInParts } from "./weight-gradients.ts";

/** Parts that the texts of a batch are computed in, at most: gates of one exist at a time. */
const PARTS = 8;
/** Texts of a part, about, at least: the weights are read once for all of them at each step. */
const TEXTS = 4;

/** Texts that follow each other. */
interface Part {
  /** The first text, and its first token. */
  readonly text: number;
  readonly token: number;
  /** Of these texts alone. */
  readonly starts: Int32Array;
  readonly size: LstmSize;
}

type Used = "matmul" | "sum" | "add" | "gatherRows" | "weightGradient";

/**
 * An LSTM layer with the product of its input, part by part: whole texts, so that every text is read from its first token to its last,
 * and their rows are side by side. What depends on one row alone has the same bits in a part; sums over rows go on from part to part, in
 * the order of all.
 *
 * Scratch memory is about an eighth of the 6·directions·hidden values a token that gates, cells and states take, the products of the
 * input where tokens share its rows, and four sums of each weight whose gradient is asked for.
 */
export function lstmLayer(
  context: Context,
  kernels: Pick<Kernels, Used>,
  runs: LstmRuns,
  gradientInParts: GradientInParts,
): Required<Pick<Kernels, "lstmStates" | "lstmGradients">> {
  const { memory } = context;
  const fill = createFill(context);
  const addRows = createAddRows(context);
  const sumInParts = createSumInParts(context, kernels);

  /** `[m,input] → [m,d·4h]` */
  const project = (x: Region, weightIh: Weight, out: Region, m: number, { input, directions, hidden }: LstmLayerSize) =>
    kernels.matmul(x, weightIh, out, {
      ...{ batch: 1, m, k: input, n: directions * 4 * hidden },
      ...{ transposeA: false, transposeB: true },
    });

  const withIndices = (values: Int32Array, body: (indices: Region) => void): void =>
    memory.lend(values.length, (indices) => {
      memory.integers(indices).set(values);
      body(indices);
    });

  return {
    lstmStates: (
      x: Region,
      places: Region | undefined,
      weightIh: Weight,
      bias: Region,
      recurrent: Weight,
      starts: Region,
      states: Region,
      size: LstmLayerSize,
    ) => {
      const { hidden, directions, rows, input } = size;
      const width = directions * hidden;
      const { finals, zeros } = statesAfter(states, size);
      const kept = { gates: undefined, cells: undefined };
      if (places !== undefined) {
        memory.lend(rows * 4 * width, (projected) => {
          project(x, weightIh, projected, rows, size);
          runs.forward({ projected, places, bias, starts, ...kept, states, finals, zeros }, recurrent, size);
        });
        return;
      }
      const parts = partsOf(memory.integers(starts), size);
      memory.lend(mostTokens(parts) * 4 * width, (projected) => {
        for (const { text, token, starts, size: own } of parts) {
          project(x.part(token * input, own.tokens * input), weightIh, projected, own.tokens, size);
          const into = {
            states: states.part(token * width, own.tokens * width),
            finals: finals.part(text * width, own.batch * width),
          };
          withIndices(starts, (starts) =>
            runs.forward({ projected, places, bias, starts, ...kept, ...into, zeros }, recurrent, own),
          );
        }
      });
    },

    lstmGradients: (
      dstates: Region,
      x: Region,
      places: Region | undefined,
      weightIh: Weight,
      bias: Region,
      recurrent: Weight,
      starts: Region,
      dx: Region | undefined,
      dweightIh: Weight | undefined,
      dbias: Region | undefined,
      drecurrent: Weight | undefined,
      size: LstmLayerSize,
    ) => {
      const { tokens, hidden, directions, rows, input } = size;
      const width = directions * hidden;
      const { finals: dfinals } = statesAfter(dstates, size);
      const parts = partsOf(memory.integers(starts), size);
      const most = mostTokens(parts);

      /** Of every part the gradient of its gates, with its rows of x and the states before its steps. */
      const eachPart = (visit: (part: Part, dgates: Region, rowsOfX: Region, before: Region) => void): void =>
        lendAll(
          [
            most * 4 * width,
            most * width,
            Math.max(...parts.map(({ size }) => (size.tokens + size.batch + 1) * width)),
            places === undefined ? 0 : most * input,
          ],
          ([gates, cells, states, gathered]) => {
            for (const part of parts) {
              const { text, token, size: own } = part;
              const ids = places?.part(token, own.tokens);
              const rowsOfX = ids === undefined ? x.part(token * input, own.tokens * input) : gathered;
              if (ids !== undefined) kernels.gatherRows(x, ids, gathered, { dim: input });
              project(rowsOfX, weightIh, gates, own.tokens, size);
              withIndices(part.starts, (starts) => {
                const after = statesAfter(states, own);
                const again = { projected: gates, places: undefined, bias, starts, gates, cells, states, ...after };
                runs.forward(again, recurrent, own);
                const from = {
                  dstates: dstates.part(token * width, own.tokens * width),
                  dfinals: dfinals.part(text * width, own.batch * width),
                };
                runs.backward({ ...from, gates, cells, starts, dgates: gates }, recurrent, own);
              });
              const before = cells; // which nobody reads from here on
              if (drecurrent !== undefined) {
                withIndices(rowsBefore(part.starts, directions), (ids) =>
                  kernels.gatherRows(states, ids, before, { dim: hidden }),
                );
              }
              visit(part, gates, rowsOfX, before);
            }
          },
        );

      const weightSize = { groups: 1, outputs: 4 * width, inputs: input };
      const product = { batch: 1, k: 4 * width, n: input, transposeA: false, transposeB: false };
      if (dx !== undefined && rows * input < dx.length) fill(0, dx.pointer, dx.bytes);
      ifAsked(
        drecurrent,
        gradientInParts,
        { groups: directions, outputs: 4 * hidden, inputs: hidden },
        (addRecurrent) => {
          if (places === undefined) {
            ifAsked(dweightIh, gradientInParts, weightSize, (addInput) =>
              ifAsked(dbias, sumInParts, tokens, (addBias) =>
                eachPart(({ token, size: own }, dgates, rowsOfX, before) => {
                  const n = own.tokens;
                  addRecurrent?.(before, dgates, n);
                  addInput?.(rowsOfX, dgates, n);
                  addBias?.(dgates, n);
                  if (dx !== undefined)
                    kernels.matmul(dgates, weightIh, dx.part(token * input, n * input), { ...product, m: n });
                }),
              ),
            );
            return;
          }
          memory.lend(rows * 4 * width, (dprojected) => {
            fill(0, dprojected.pointer, dprojected.bytes);
            eachPart(({ token, size: own }, dgates, _, before) => {
              const n = own.tokens;
              addRecurrent?.(before, dgates, n);
              addRows(dgates, places.part(token, n), dprojected, { count: n, dim: 4 * width });
            });
            if (dx !== undefined) kernels.matmul(dprojected, weightIh, dx, { ...product, m: rows });
            if (dweightIh !== undefined) kernels.weightGradient(x, dprojected, dweightIh, { ...weightSize, rows });
            if (dbias !== undefined) kernels.sum(dprojected, dbias, { outer: 1, axis: rows, inner: 4 * width });
          });
        },
      );
    },
  };

  /** Runs `body` with regions of so many values, which are given back after it. */
  function lendAll<const Lengths extends readonly number[]>(
    lengths: Lengths,
    body: (regions: { readonly [I in keyof Lengths]: Region }) => void,
  ): void {
    const lend = (made: readonly Region[]): void => {
      if (made.length === lengths.length) body(made as never);
      else memory.lend(lengths[made.length]!, (region) => lend([...made, region]));
    };
    lend([]);
  }
}

/** Runs `body` with what adds a part to a gradient; with nothing, where nobody asked for it. */
function ifAsked<Gradient, Size, Add>(
  gradient: Gradient | undefined,
  inParts: (gradient: Gradient, size: Size, body: (add: Add) => void) => void,
  size: Size,
  body: (add: Add | undefined) => void,
): void {
  if (gradient === undefined) body(undefined);
  else inParts(gradient, size, body);
}

/** Texts in their order; together are those whose middle lies in the same of equal parts of all tokens. */
function partsOf(starts: Int32Array, { batch, tokens, hidden, directions }: LstmSize): Part[] {
  const count = Math.max(1, Math.min(PARTS, Math.floor(batch / TEXTS)));
  const partOf = (b: number) => Math.floor(((starts[b]! + starts[b + 1]!) * count) / (2 * tokens));
  const parts: Part[] = [];
  for (let text = 0, next = 0; text < batch; text = next) {
    while (next < batch && partOf(next) === partOf(text)) next++;
    const token = starts[text]!;
    const own = starts.slice(text, next + 1).map((start) => start - token);
    parts.push({ text, token, starts: own, size: { batch: next - text, tokens: own.at(-1)!, hidden, directions } });
  }
  return parts;
}

function mostTokens(parts: readonly Part[]): number {
  return Math.max(...parts.map(({ size }) => size.tokens));
}
