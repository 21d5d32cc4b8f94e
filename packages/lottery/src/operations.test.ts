import { expect, test } from "vitest";
import * as operations from "./operations.ts";

test("every operation is listed", () => {
  const { OPERATIONS, ...each } = operations;
  expect(new Set(OPERATIONS)).toEqual(new Set(Object.values(each)));
});
