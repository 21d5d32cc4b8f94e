import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Backend, createReferenceBackend, scope, type Tensor, useBackend, zeros } from "../src/index.ts";
import * as ops from "../src/ops/index.ts";
import { checkGradient } from "../src/testing/index.ts";
import { backends } from "./backends.ts";
import {
  checkAgreement,
  checkExamples,
  checkGradients,
  checkGradientsOfGradients,
  gradientOf,
} from "./operation-checks.ts";
import { operations } from "./operations.ts";

/** Operations that multiply and add what is no longer eighths. */
const TRANSCENDENTAL: ReadonlySet<string> = new Set(["lstm", "lstmCell", "textLstm"]);

describe.each(backends)("on $name", ({ name, create, fused = false }) => {
  const runs = name === "deferred" ? 10 : 100;
  let before: Backend;
  beforeAll(async () => {
    before = useBackend(await create());
  });
  afterAll(() => {
    useBackend(before);
  });

  describe.each(operations)("$name", (operation) => {
    test("gives the values worked by hand", () => checkExamples(operation));

    test("has the gradient of its central differences", () => checkGradients(operation, runs));

    test(`has a gradient that ${operation.twice ? "can" : "cannot"} be differentiated again`, async () => {
      if (operation.twice) return checkGradientsOfGradients(operation, runs / 5);
      for (const { run, inputs } of fc.sample(operation.trials, 3)) {
        await expect(checkGradient(gradientOf(run), inputs)).rejects.toThrow(
          `gradients: the gradient of ${operation.name} is a kernel of its own and cannot be differentiated again`,
        );
      }
    });

    // some sixty roundings of sums of about 1
    const tolerance = fused && TRANSCENDENTAL.has(operation.name) ? 2 ** -18 : 0;
    test(`agrees with the reference ${tolerance === 0 ? "bit for bit" : "but for roundings"}, gradients too`, () =>
      checkAgreement(operation, createReferenceBackend, { numRuns: runs, tolerance }));

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
