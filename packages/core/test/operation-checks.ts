import fc from "fast-check";
import { type Backend, gradients, mul, sum, type Tensor, tensor, useBackend, zeros } from "../src/index.ts";
import * as ops from "../src/ops/index.ts";
import { weightsOf } from "../src/testing/check-gradient.ts";
import { checkGradient } from "../src/testing/index.ts";
import type { Operation, Trial } from "./operations/operation.ts";

// What must hold of every operation on every backend. Each check rejects with an error that shows what does not; none needs a test runner, so they run
// in a page too. The backend in use is the one that is checked.

/** The values worked by hand: to a few ulp, or to `tolerance`, relative to values above 1. */
export async function checkExamples({ examples }: Operation, tolerance = 2e-6): Promise<void> {
  for (const [call, wanted] of examples) {
    const y = await call().read();
    if (y.length !== wanted.length) throw new Error(`${y.length} values instead of ${wanted.length}`);
    wanted.forEach((value, i) => {
      const fits = Number.isFinite(value)
        ? Math.abs(y[i]! - value) <= tolerance * Math.max(1, Math.abs(value))
        : Object.is(y[i], value);
      if (!fits) throw new Error(`value ${i} is ${y[i]} instead of ${value}`);
    });
  }
}

/** Gradients against central differences. */
export async function checkGradients({ trials }: Operation, numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(trials, ({ run, inputs }) => checkGradient(run, inputs)),
    { numRuns },
  );
}

/** Gradients of gradients against central differences. */
export async function checkGradientsOfGradients({ trials }: Operation, numRuns: number): Promise<void> {
  const again = fc.asyncProperty(trials, ({ run, inputs }) =>
    checkGradient(gradientOf(run), inputs, { directions: 1 }),
  );
  await fc.assert(again, { numRuns });
}

/** Output and gradients against those of another backend, usually the reference: the same bits, or within `tolerance`, relative to values above 1. */
export async function checkAgreement(
  { trials }: Operation,
  other: () => Backend,
  { numRuns, tolerance = 0 }: { numRuns: number; tolerance?: number },
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(trials, async (trial) => {
      const here = await everything(trial);
      const mine = useBackend(other());
      try {
        const there = await everything(trial);
        here.forEach((values, i) => {
          compare(i === 0 ? "output" : `gradient ${i - 1}`, values, there[i]!, tolerance);
        });
      } finally {
        useBackend(mine);
      }
    }),
    { numRuns },
  );
}

function compare(name: string, here: Float32Array, there: Float32Array, tolerance: number): void {
  if (here.length !== there.length) throw new Error(`${name}: ${here.length} values instead of ${there.length}`);
  here.forEach((value, i) => {
    const wanted = there[i]!;
    const same = Object.is(value, wanted) || Math.abs(value - wanted) <= tolerance * Math.max(1, Math.abs(wanted));
    if (!same) throw new Error(`${name}: value ${i} is ${value} instead of ${wanted}`);
  });
}

/** The gradients of the contracted output, in a row: a function of the inputs to be differentiated once more. */
export function gradientOf(run: Trial["run"]): Trial["run"] {
  return (inputs) => {
    const y = run(inputs);
    if (!y.requiresGrad) return zeros([0]);
    const found = gradients(contracted(y), inputs, { createGraph: true });
    return ops.concat(found.map((gradient) => ops.reshape(gradient, [-1])));
  };
}

function contracted(y: Tensor): Tensor {
  return sum(mul(y, tensor(weightsOf(y.size), y.shape)));
}

/** The output of a trial and all its gradients. */
export async function everything({ run, inputs }: Trial): Promise<Float32Array[]> {
  const leaves = inputs.map(({ data, shape }) => tensor(data, shape, { requiresGrad: true }));
  const y = run(leaves);
  const loss = contracted(y);
  const found = y.requiresGrad ? gradients(loss, leaves) : [];
  return Promise.all([y, ...found].map((tensor) => tensor.read()));
}
