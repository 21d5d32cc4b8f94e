import { backends } from "./backends.ts";
import { testGolden } from "./golden-suite.ts";

testGolden(backends);
