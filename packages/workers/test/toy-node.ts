// toy-node.ts: what a toy worker's child process runs. TOY_STEP: milliseconds that every step takes more. TOY_FAILS: a network that this one cannot train;
// TOY_HOW: whether it would fail so again, "lasting" unless told.
import { serveNodes } from "../src/index.ts";
import { slowTask } from "./toy-experiment.ts";

const { TOY_FAILS: poisoned, TOY_HOW: how = "lasting" } = process.env;
if (poisoned !== undefined) {
  process.prependListener("message" as "exit", (message: unknown) => {
    const { kind, network } = message as { readonly kind: string; readonly network?: { readonly hash: string } };
    if (kind !== "make" || network?.hash !== poisoned) return;
    process.send!({ kind: "failed", message: "poisoned", how }, () => process.exit());
  });
}

serveNodes({
  taskOf: (data) => slowTask(data, Number(process.env.TOY_STEP ?? 0)),
  useBackend: async () => {},
  loadCriteria: async () => [],
});
