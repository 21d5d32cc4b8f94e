import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BackendName, runPair } from "@ltt/cli";
import { type Measurement, measurement } from "./results.ts";

/** A whole small lottery on the corpus that comes with the package: one dense network and three rounds of its winning ticket. */
export async function lotteryBench(backend: BackendName): Promise<Measurement[]> {
  const out = mkdtempSync(join(tmpdir(), "ltt-bench-"));
  try {
    const { levels } = await runPair({ pair: "spam-cnn", profile: "quick", arms: ["winning-ticket"], backend, out });
    return levels.map(({ round, seconds, sparsity, steps }) =>
      measurement({
        ...{ bench: "lottery", name: `spam-cnn, round ${round}`, backend, density: 1 - sparsity },
        ...{ unit: "samples/s", values: [(steps * 64) / seconds] },
      }),
    );
  } finally {
    rmSync(out, { recursive: true });
  }
}
