import { testGolden } from "../../core/test/golden-suite.ts";
import { gpu } from "./adapter.ts";

testGolden(gpu === undefined ? [] : [{ name: "the GPU", create: async () => gpu! }]);
