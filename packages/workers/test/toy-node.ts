// toy-node.ts: what a toy worker's child process runs. TOY_STEP: milliseconds that every step takes more.
import { serveNodes } from "../src/index.ts";
import { slowTask } from "./toy-experiment.ts";

serveNodes({
  taskOf: () => slowTask(Number(process.env.TOY_STEP ?? 0)),
  useBackend: async () => {},
  loadCriteria: async () => [],
});
