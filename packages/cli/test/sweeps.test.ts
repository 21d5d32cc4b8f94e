import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { plannedRuns } from "../src/sweep-command.ts";
import { ltt } from "./command.ts";

const folder = fileURLToPath(new URL("../../../examples/sweeps/", import.meta.url));

/** What differs between the runs of each file that the examples have. */
const SWEEPS: Readonly<Record<string, readonly string[]>> = {
  "adam.yaml": [0.0002, 0.0004, 0.0008, 0.0012, 0.002].map((rate) => `adam ${rate}`),
  "decay.yaml": [0, 0.0001, 0.001].map((decay) => `sgd momentum 0.9 0.02 decay ${decay}`),
  "dropout.yaml": [0, 0.5].map((p) => `adam 0.005 dropout ${p}`),
  "learning-rates.yaml": [0.1, 0.03, 0.01].flatMap((rate) =>
    ["", " warm-up 20000"].map((warmUp) => `sgd momentum 0.9 ${rate} decay 0.0001${warmUp}`),
  ),
  "momentum.yaml": [0.005, 0.01, 0.02, 0.05, 0.1].map((rate) => `sgd momentum 0.9 ${rate}`),
  "sgd.yaml": [0.025, 0.05, 0.1, 0.2, 0.4].map((rate) => `sgd ${rate}`),
};

test("there are no other sweeps among the examples", () => {
  expect(readdirSync(folder).sort()).toEqual(Object.keys(SWEEPS));
});

describe.each(Object.entries(SWEEPS))("%s", (file, expected) => {
  test("is read, and its runs are what it says", async () => {
    const runs = await plannedRuns(folder + file);
    const words = runs.map(({ settings: { experiment, ...others } }) => {
      const { optimiser = "adam", momentum, learningRate, weightDecay, warmUp } = experiment;
      const dropout = "model" in others ? others.model?.dropout : undefined;
      return [
        optimiser,
        ...(momentum === undefined ? [] : [`momentum ${momentum}`]),
        learningRate,
        ...(weightDecay === undefined ? [] : [`decay ${weightDecay}`]),
        ...(dropout === undefined ? [] : [`dropout ${dropout}`]),
        ...(warmUp === undefined ? [] : [`warm-up ${(warmUp as { step: number }).step}`]),
      ].join(" ");
    });
    expect(words).toEqual(expected);
    for (const { settings } of runs) expect(settings.experiment.arms).toEqual(["winning-ticket", "random-reinit"]);
  });
});

test("a setting that is wrong is refused before anything trains, by the run that has it", async () => {
  const root = mkdtempSync(join(tmpdir(), "ltt-sweeps-"));
  try {
    const file = join(root, "wrong.yaml");
    writeFileSync(file, "run: spam-cnn\nsettings: { momentum: 0.9 }\ngrid: { optimiser: [sgd, adam] }\n");
    await expect(plannedRuns(file)).rejects.toThrow(
      `${file}: optimiser=adam: settings: momentum is 0.9; adam has none, sgd and rmsprop do`,
    );
  } finally {
    rmSync(root, { recursive: true });
  }
});

test("ltt sweep --dry-run prints the command of each run", async () => {
  const { code, out } = await ltt(["sweep", `${folder}dropout.yaml`, "--dry-run"], { cwd: folder });
  expect(code).toBe(0);
  expect(out.trim().split("\n")).toEqual(
    [0, 0.5].map(
      (p) => `ltt run spam-cnn --profile quick --arms winning-ticket,random-reinit --seeds 1,2,3 --dropout ${p}`,
    ),
  );
});
