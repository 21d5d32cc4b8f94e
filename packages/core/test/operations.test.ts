import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Backend,
  createReferenceBackend,
  gradients,
  mul,
  scope,
  sum,
  type Tensor,
  tensor,
  useBackend,
  zeros,
} from "../src/index.ts";
import * as ops from "../src/ops/index.ts";
import { weightsOf } from "../src/testing/check-gradient.ts";
import { checkGradient } from "../src/testing/index.ts";
import { backends } from "./backends.ts";
import { operations, type Trial } from "./operations.ts";

/** Operations that multiply and add what is no longer eighths. */
const TRANSCENDENTAL: ReadonlySet<string> = new Set(["lstm", "lstmCell", "textLstm"]);

describe.each(backends)("on $name", ({ name, create, fused = false }) => {
  const runs = name === "deferred" ? 10 : 100;
  let mine: Backend;
  let before: Backend;
  beforeAll(async () => {
    mine = await create();
    before = useBackend(mine);
  });
  afterAll(() => {
    useBackend(before);
  });

  describe.each(operations)("$name", (operation) => {
    test("gives the values worked by hand", async () => {
      for (const [call, values] of operation.examples) {
        const y = await call().read();
        expect(y.length).toBe(values.length);
        for (const [i, value] of values.entries()) {
          if (Number.isFinite(value))
            expect(Math.abs(y[i]! - value)).toBeLessThanOrEqual(2e-6 * Math.max(1, Math.abs(value)));
          else expect(y[i]).toBe(value);
        }
      }
    });

    test("has the gradient of its central differences", async () => {
      await fc.assert(
        fc.asyncProperty(operation.trials, ({ run, inputs }) => checkGradient(run, inputs)),
        { numRuns: runs },
      );
    });

    test(`has a gradient that ${operation.twice ? "can" : "cannot"} be differentiated again`, async () => {
      if (operation.twice) {
        const again = fc.asyncProperty(operation.trials, ({ run, inputs }) =>
          checkGradient(gradientOf(run), inputs, { directions: 1 }),
        );
        await fc.assert(again, { numRuns: runs / 5 });
        return;
      }
      for (const { run, inputs } of fc.sample(operation.trials, 3)) {
        await expect(checkGradient(gradientOf(run), inputs)).rejects.toThrow(
          `gradients: the gradient of ${operation.name} is a kernel of its own and cannot be differentiated again`,
        );
      }
    });

    const exact = !fused || !TRANSCENDENTAL.has(operation.name);
    test(`agrees with the reference ${exact ? "bit for bit" : "but for roundings"}, gradients too`, async () => {
      await fc.assert(
        fc.asyncProperty(operation.trials, async (trial) => {
          const here = await everything(trial);
          useBackend(createReferenceBackend());
          try {
            const there = await everything(trial);
            if (exact) expect(here).toEqual(there);
            else expect(furthest(here, there)).toBeLessThan(2 ** -18); // some sixty roundings of sums of about 1
          } finally {
            useBackend(mine);
          }
        }),
        { numRuns: runs },
      );
    });

    test("refuses what it cannot do, and says why", () => {
      if (operation.errors === "nothing to refuse") {
        const gone: Tensor[] = [];
        scope(() => {
          gone.push(zeros([2]));
        });
        expect(() => (ops[operation.name] as (x: Tensor) => Tensor)(gone[0]!)).toThrow(
          "tensor [2]: its scope has ended and its memory is given back: return it from the scope, or read it inside",
        );
        return;
      }
      for (const [call, message] of operation.errors) {
        let said: unknown;
        try {
          call();
        } catch (error) {
          said = error;
        }
        expect(said).toBeInstanceOf(Error);
        expect((said as Error).message).toBe(message);
      }
    });
  });
});

test("every operation is checked", () => {
  expect(operations.map(({ name }) => name).sort()).toEqual(Object.keys(ops).sort());
  for (const { name, examples, errors } of operations) {
    expect(examples.length, `${name} has an example worked by hand`).toBeGreaterThan(0);
    expect(errors.length, `${name} has tested error messages`).toBeGreaterThan(0);
  }
});

/** The gradients of the contracted output, in a row: a function of the inputs to be differentiated once more. */
function gradientOf(run: Trial["run"]): Trial["run"] {
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

/** The largest distance, relative to values above 1. */
function furthest(here: readonly Float32Array[], there: readonly Float32Array[]): number {
  const distances = here.flatMap((values, i) =>
    [...values].map((value, j) => Math.abs(value - there[i]![j]!) / Math.max(1, Math.abs(there[i]![j]!))),
  );
  return Math.max(0, ...distances);
}

/** The output of a trial and all its gradients. */
async function everything({ run, inputs }: Trial): Promise<Float32Array[]> {
  const leaves = inputs.map(({ data, shape }) => tensor(data, shape, { requiresGrad: true }));
  const y = run(leaves);
  const loss = contracted(y);
  const found = y.requiresGrad ? gradients(loss, leaves) : [];
  return Promise.all([y, ...found].map((tensor) => tensor.read()));
}
