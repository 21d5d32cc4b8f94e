// toy-node.ts: what a toy worker's child process runs. TOY_STEP: milliseconds that every step takes more. TOY_FAILS: a network that this one cannot train.
import { serveNodes } from "../src/index.ts";
import { slowTask } from "./toy-experiment.ts";

const poisoned = process.env.TOY_FAILS;
if (poisoned !== undefined) {
  process.prependListener("message" as "exit", (message: unknown) => {
    const { kind, network } = message as { readonly kind: string; readonly network?: { readonly hash: string } };
    if (kind !== "make" || network?.hash !== poisoned) return;
    process.send!({ kind: "failed", message: "poisoned", how: "lasting" }, () => process.exit());
  });
}

serveNodes({
  taskOf: () => slowTask(Number(process.env.TOY_STEP ?? 0)),
  useBackend: async () => {},
  loadCriteria: async () => [],
});
