import { describe } from "vitest";
import { testGolden } from "../../core/test/golden-suite.ts";
import { gpu } from "./adapter.ts";

describe.skipIf(gpu === undefined)("on a real adapter", () => {
  testGolden([{ name: "the GPU", create: async () => gpu! }]);
});
