// node --import ./tools/typescript.mjs FILE.ts: as `--import tsx`, but for one thing. tsx has esbuild name each function anew when it is made (`keepNames`), by a
// call that takes as long as a small kernel. Training makes closures at every step, so that a step of a small network took half as long again. Here that
// call does nothing once a module is evaluated: functions that it has by then keep their names.
import "tsx";
import * as modules from "node:module";
import { load } from "./plain-closures.mjs";

if (modules.registerHooks !== undefined) modules.registerHooks({ load });
else modules.register("./plain-closures.mjs", import.meta.url); // before Node 22.15
