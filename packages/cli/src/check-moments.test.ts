import { expect, test } from "vitest";
import { checkMoments } from "./check-moments.ts";
import { chosenSettings } from "./chosen-settings.ts";
import type { RunOptions } from "./run-options.ts";
import { defaultProfile, profileSettings } from "./run-settings.ts";
import { subjectOf } from "./subject.ts";

/** Of 71 steps an epoch. */
async function checkOf(options: RunOptions): Promise<void> {
  const subject = subjectOf(options);
  const { settings } = profileSettings(subject, options.profile ?? defaultProfile(subject));
  checkMoments((await chosenSettings(options)).experiment, settings.experiment, 71);
}

test("moments of the profile that a shorter training never reaches are told with their options, and what they are in proportion", async () => {
  await expect(checkOf({ pair: "cifar-resnet20", steps: 6000, arms: ["late-rewinding"] })).rejects.toThrow(
    "training has 6000 steps (epochs: 84.5), but the learning rate climbs until step 20000 (--warm-up), the learning rate falls at step 20000 and step 25000 " +
      "(--schedule); name moments within it, in proportion to the profile --warm-up step:4000 --schedule step:4000,step:5000",
  );
  await expect(checkOf({ pair: "cifar-resnet20", profile: "rewinding", epochs: 20 })).rejects.toThrow(
    "training has 1420 steps (epochs: 20), but the learning rate falls at epoch 80 and epoch 120 (--schedule), networks are rewound to step 2000 (--rewind); name " +
      "moments within it, in proportion to the profile --schedule step:710,step:1065 --rewind step:250",
  );
});

test("what they are in proportion is taken, and moments within training too", async () => {
  const [warmUp, milestones] = [{ step: 4000 }, [{ step: 4000 }, { step: 5000 }]];
  await checkOf({ pair: "cifar-resnet20", steps: 6000, warmUp, schedule: milestones, arms: ["late-rewinding"] });
  await checkOf({ pair: "cifar-resnet20" });
  await checkOf({ pair: "imdb-cnn", epochs: 1, rewind: { epoch: 1 }, arms: ["late-rewinding"] });
  await expect(checkOf({ pair: "imdb-cnn", rewind: { epoch: 99 }, arms: ["late-rewinding"] })).rejects.toThrow(
    /networks are rewound to epoch 99 \(--rewind\); name moments within it$/,
  );
});

test("of one pool the profile's rates of some tensors go", async () => {
  expect((await chosenSettings({ pair: "cifar-conv2", pool: "all" })).experiment.rates).toBeUndefined();
  expect((await chosenSettings({ pair: "cifar-conv2" })).experiment.rates).toEqual({ convolutions: 0.1, output: 0.1 });
});
