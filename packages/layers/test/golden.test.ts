import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Backend, createReferenceBackend } from "@ltt/core";
import { describe, expect, test } from "vitest";
import { createLaterBackend, using } from "./backends.ts";
import { type OptimiserCase, runOptimiser, runTrajectory, type SetUp, type TrajectoryCase } from "./golden-cases.ts";

const root = resolve(import.meta.dirname, "../../..");
const folder = resolve(root, process.env.LTT_GOLDEN || "../shared/reference/golden");
const there = existsSync(join(folder, "optimisers.json"));
if (!there) {
  console.warn(
    `SKIPPED: golden values from PyTorch: ${folder} has no optimisers.json; set LTT_GOLDEN to the folder that has`,
  );
}

function cases<T>(file: string): T[] {
  return there ? (JSON.parse(readFileSync(join(folder, file), "utf8")) as { cases: T[] }).cases : [];
}

const backends: [string, () => Backend][] = [
  ["reference", createReferenceBackend],
  ["deferred", createLaterBackend],
];

describe.skipIf(!there).each(backends)("PyTorch's values on %s", (_, make) => {
  const setUp: SetUp = (body) => using(make(), body);

  test("there are cases", () => {
    expect(cases("optimisers.json").length).toBeGreaterThan(0);
    expect(cases("trajectories.json").length).toBeGreaterThan(0);
  });

  test.for(cases<OptimiserCase>("optimisers.json"))("optimiser $optimiser", async (golden) => {
    expect(await runOptimiser(golden, setUp)).toBeLessThanOrEqual(1e-5);
  });

  test.for(cases<TrajectoryCase>("trajectories.json"))("trajectory of $model", async (golden) => {
    const { loss, end } = await runTrajectory(golden, setUp);
    expect(loss).toBeLessThanOrEqual(1e-4);
    expect(end).toBeLessThanOrEqual(1e-4);
  });
});
