import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import {
  type Backend,
  type Cube,
  createReferenceBackend,
  gradients,
  type Kernels,
  type LstmWeights,
  lstm,
  type Matrix,
  type Storage,
  stream,
  sum,
  type Tensor,
  tensor,
  textConvolution,
  textLstm,
  tokens,
  useBackend,
  type Vector,
} from "../src/index.ts";

// Which kernels are called for gradients: those of what was asked for, and no others.

/** A backend that notes which kernels are called, and on how much. */
function noting(): { backend: Backend; called: () => Record<string, number> } {
  const backend = createReferenceBackend();
  let counts: Record<string, number> = {};
  const kernels = new Proxy(backend.kernels, {
    get: (target, name: keyof Kernels) => {
      const kernel = target[name];
      if (typeof kernel !== "function") return kernel;
      return (...operands: unknown[]) => {
        counts[name] = (counts[name] ?? 0) + 1;
        return (kernel as (...operands: unknown[]) => void)(...operands);
      };
    },
  });
  return {
    backend: { ...backend, kernels },
    called: () => {
      const so = counts;
      counts = {};
      return so;
    },
  };
}

const leaf = (seed: number, ...shape: number[]): Tensor =>
  tensor(stream(seed).normals(shape.reduce((product, n) => product * n, 1)), shape, { requiresGrad: true });

const layer = (seed: number): LstmWeights => ({
  weightIh: leaf(seed, 8, 3) as Matrix,
  weightHh: leaf(seed + 1, 8, 2) as Matrix,
  biasIh: leaf(seed + 2, 8) as Vector,
  biasHh: leaf(seed + 3, 8) as Vector,
});

describe("an LSTM", () => {
  const { backend, called } = noting();
  let before: Backend;
  beforeAll(() => {
    before = useBackend(backend);
  });
  afterAll(() => {
    useBackend(before);
  });

  const all = (weights: readonly LstmWeights[]) => weights.flatMap((one) => Object.values(one) as Tensor[]);
  const runs: Record<string, (x: Tensor, weights: readonly LstmWeights[]) => Tensor> = {
    lstm: (x, weights) => sum(lstm(x as Cube, [weights]).output),
    textLstm: (x, weights) => sum(textLstm(x as Matrix, tokens([1, 2, 2, 0], [2, 2]), [weights]).h),
  };

  test.each(Object.entries(runs))("%s: computes only the gradients that were asked for", (name, run) => {
    for (const directions of [1, 2]) {
      const weights = Array.from({ length: directions }, (_, d) => layer(10 * d));
      const x = name === "lstm" ? leaf(5, 2, 4, 3) : leaf(5, 4, 3);
      const leaves = [x, ...all(weights)];
      const whole = gradients(run(x, weights), leaves);
      const products = (asked: readonly Tensor[]) => {
        const loss = run(x, weights);
        called();
        const found = gradients(loss, asked);
        const { weightGradient = 0, matmul = 0, lstmGates = 0 } = called();
        for (const [i, gradient] of found.entries()) {
          expect(gradient.data).toEqual(whole[leaves.indexOf(asked[i]!)]!.data);
        }
        return { weightGradient, matmul, lstmGates };
      };
      const { weightIh, weightHh, biasIh } = weights[0]!;
      expect(products([x])).toEqual({ weightGradient: 0, matmul: 1, lstmGates: 1 });
      expect(products([weightIh as Tensor])).toEqual({ weightGradient: 1, matmul: 0, lstmGates: 1 });
      expect(products([weightHh as Tensor])).toEqual({ weightGradient: 1, matmul: 0, lstmGates: 1 });
      expect(products([biasIh as Tensor])).toEqual({ weightGradient: 0, matmul: 0, lstmGates: 1 });
      expect(products(leaves)).toEqual({ weightGradient: 2, matmul: 1, lstmGates: 1 });
    }
  });

  test("gradients asked for twice, of one loss, are the same", () => {
    const weights = [layer(1)];
    const x = leaf(5, 2, 4, 3);
    const loss = runs.lstm!(x, weights);
    const [first] = gradients(loss, [x]);
    const again = gradients(loss, [x, ...all(weights)]);
    const fresh = gradients(runs.lstm!(x, weights), [x, ...all(weights)]);
    expect(again.map(({ data }) => data)).toEqual(fresh.map(({ data }) => data));
    expect(first.data).toEqual(fresh[0]!.data);
  });

  test.each(Object.entries(runs))("%s of one direction copies no weight", (name, run) => {
    const x = name === "lstm" ? leaf(5, 2, 4, 3) : leaf(5, 4, 3);
    const weights = [layer(1)];
    called();
    run(x, weights);
    expect(called().concat).toBe(2); // the final states of the layers, h and c
  });
});

describe("a text convolution", () => {
  const reference = createReferenceBackend();
  const kernels = { ...reference.kernels };
  const ofKernels = vi.spyOn(kernels, "maxOfWindowsKernels");
  const ofRows = vi.spyOn(kernels, "maxOfWindowsRows");
  let before: Backend;
  beforeAll(() => {
    before = useBackend({ ...reference, kernels });
  });
  afterAll(() => {
    useBackend(before);
  });

  test("computes only the gradients that were asked for", () => {
    const table = leaf(1, 4, 3) as Matrix;
    const widths = [leaf(2, 1, 3, 5), leaf(3, 2, 3, 5), leaf(4, 2, 3, 5)] as Cube[];
    const leaves: Tensor[] = [table, ...widths];
    const run = () => {
      const texts = tokens([1, 2, 2, 0, 3, 1], [2, 3]);
      return sum(
        textConvolution(
          table,
          texts,
          widths.map((kernel) => ({ kernel })),
        ),
      );
    };
    const whole = gradients(run(), leaves);
    /** For each call of the kernels' gradients, of which kernels; how often the rows' was called. */
    const computed = (asked: readonly Tensor[]) => {
      const loss = run();
      vi.clearAllMocks();
      const found = gradients(loss, asked);
      for (const [i, gradient] of found.entries()) {
        expect(gradient.data).toEqual(whole[leaves.indexOf(asked[i]!)]!.data);
      }
      const written = ofKernels.mock.calls.map((call) =>
        (call[4] as readonly (Storage | undefined)[]).flatMap((into, g) => (into === undefined ? [] : [g])),
      );
      return { written, rows: ofRows.mock.calls.length };
    };
    expect(computed([table])).toEqual({ written: [], rows: 1 });
    expect(computed([widths[1]!])).toEqual({ written: [[1]], rows: 0 });
    expect(computed([widths[2]!, table])).toEqual({ written: [[2]], rows: 1 });
    expect(computed([widths[2]!, widths[0]!])).toEqual({ written: [[0, 2]], rows: 0 });
    expect(computed(leaves)).toEqual({ written: [[0, 1, 2]], rows: 1 });
  });
});
