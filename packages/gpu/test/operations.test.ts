import { type Backend, createReferenceBackend, useBackend } from "@ltt/core";
import { afterAll, beforeAll, describe, test } from "vitest";
import {
  checkAgreement,
  checkExamples,
  checkGradients,
  checkGradientsOfGradients,
} from "../../core/test/operation-checks.ts";
import { operations } from "../../core/test/operations.ts";
import { gpu } from "./adapter.ts";
import { INEXACT, TOLERANCE } from "./tolerance.ts";

describe.skipIf(gpu === undefined)("on the GPU", () => {
  let before: Backend;
  beforeAll(() => {
    before = useBackend(gpu!);
  });
  afterAll(() => {
    useBackend(before);
  });

  describe.each(operations)("$name", (operation) => {
    test("gives the values worked by hand", () => checkExamples(operation, TOLERANCE));
    test("has the gradient of its central differences", () => checkGradients(operation, 3));
    if (operation.twice) {
      test("has a gradient that can be differentiated again", () => checkGradientsOfGradients(operation, 1));
    }

    const tolerance = INEXACT.has(operation.name) ? TOLERANCE : 0;
    test(`agrees with the reference ${tolerance === 0 ? "bit for bit" : "but for roundings"}, gradients too`, () =>
      checkAgreement(operation, createReferenceBackend, { numRuns: 10, tolerance }));
  });
});
