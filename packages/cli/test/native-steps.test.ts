import { createHash } from "node:crypto";
import { type Backend, stream, useBackend } from "@ltt/core";
import { Adam, type Model, parametersOf, snapshot, train, trainable, withParameters } from "@ltt/layers";
import { cut, elementwise, type Pattern, patternOf, sparseWeights, valuesAt } from "@ltt/lottery";
import { hasNative } from "@ltt/native";
import { describe, expect, test } from "vitest";
import { createBackend } from "../src/backends.ts";
import { chosenSettings } from "../src/chosen-settings.ts";
import { cacheFolder } from "../src/folders.ts";
import { PAIRS, prepare } from "../src/pairs.ts";
import type { PreparedTask } from "../src/prepared-task.ts";

// Native kernels have the bits of wasm-fma: all weights are the same after so many steps of training, whatever the share that is stored, the width and the number of threads.

const STEPS = 100;
const DENSITIES = [1, 0.5, 0.1];
const data = process.env.LTT_DATA;
/** Pairs by name, separated by commas, or "all", which takes an hour. */
const only = process.env.LTT_PAIRS ?? "spam-cnn";

if (!hasNative()) {
  if (process.env.LTT_REQUIRE_NATIVE)
    throw new Error("LTT_REQUIRE_NATIVE: native kernels were not built: npm run build:native");
  console.warn("SKIPPED: steps with native kernels: they were not built, or this processor has no AVX2");
}
if (data === undefined)
  console.warn("SKIPPED: steps with native kernels of all pairs but spam-cnn: LTT_DATA names no folder with data sets");

describe.skipIf(!hasNative())("native kernels", { timeout: 3_600_000 }, () => {
  const there = PAIRS.filter(
    (pair) => (data !== undefined || pair === "spam-cnn") && (only === "all" || only.split(",").includes(pair)),
  );
  test.each(there)(`%s: all weights are those of wasm-fma after ${STEPS} steps`, async (pair) => {
    const backends = await Promise.all([
      createBackend("wasm-fma", { threads: 1 }),
      createBackend("native", { threads: 1, width: 256 }),
      createBackend("native", { threads: 2 }),
    ]);
    const before = useBackend(backends[0]!);
    const settings = await chosenSettings({ pair, profile: "quick" });
    const { task } = await prepare(pair, settings, { cache: cacheFolder(), ...(data === undefined ? {} : { data }) });
    for (const density of DENSITIES) {
      const hashes: string[] = [];
      for (const backend of backends) hashes.push(await hashAfter(backend, task, density));
      expect([density, ...hashes]).toEqual([density, ...hashes.map(() => hashes[0])]);
    }
    useBackend(before);
    for (const backend of backends)
      if ("close" in backend) await (backend as Backend & { close(): Promise<void> }).close();
  });
});

/** The digest of all weights, of a network of which so much is stored, after its steps. */
async function hashAfter(backend: Backend, task: PreparedTask["task"], density: number): Promise<string> {
  useBackend(backend);
  const dense = task.model(stream(1, "init"));
  const model = density === 1 ? dense : await pruned(dense, density);
  const optimiser = new Adam(trainable(model), { learningRate: 1e-3 });
  const { train: batches } = task.batches(1);
  const epochs = Number.MAX_SAFE_INTEGER;
  for await (const { step } of train(model, { batches, epochs, optimiser, seed: 1 })) if (step >= STEPS) break;
  const hash = createHash("sha256");
  for (const [name, values] of await snapshot(parametersOf(model)))
    hash.update(name).update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return hash.digest("hex");
}

async function pruned(model: Model, density: number): Promise<Model> {
  const weights = parametersOf(model);
  const initial = await snapshot(weights);
  const all: Pattern = patternOf(weights);
  const scores = elementwise(Math.abs, valuesAt(initial, all));
  const pattern = cut(all, scores, { rate: 1 - density, rng: stream(0, "ties", 1) });
  return withParameters(model, new Map([...weights, ...sparseWeights(weights, pattern, valuesAt(initial, pattern))]));
}
