import type { Arm } from "../arm.ts";
import { constantArm } from "./constant.ts";
import { constantLearned } from "./constant-learned.ts";
import { constantSigns } from "./constant-signs.ts";
import { continued } from "./continued.ts";
import { earlyBird } from "./early-bird.ts";
import { earlyMask } from "./early-mask.ts";
import { filters, filtersReinit } from "./filters.ts";
import { fineTuning } from "./fine-tuning.ts";
import { freshSigns } from "./fresh-signs.ts";
import { restFrozen, restFrozenUnlessShrunk } from "./frozen-rest.ts";
import { graspArm, graspRandomMask } from "./grasp.ts";
import { lateRewinding } from "./late-rewinding.ts";
import { learnedSupermask } from "./learned-supermask.ts";
import { learningRateRewinding } from "./learning-rate-rewinding.ts";
import { oneShot } from "./one-shot.ts";
import { ownTrajectoryReinit } from "./own-trajectory-reinit.ts";
import { prunedAtStart } from "./pruned-at-start.ts";
import { randomMask } from "./random-mask.ts";
import { randomReinit } from "./random-reinit.ts";
import { rewoundReinit } from "./rewound-reinit.ts";
import { rigl } from "./rigl.ts";
import { setArm } from "./set.ts";
import { shuffledInit } from "./shuffled-init.ts";
import { shuffledMask } from "./shuffled-mask.ts";
import { shuffledSigns } from "./shuffled-signs.ts";
import { slimming, slimmingReinit } from "./slimming.ts";
import { smartRatiosArm } from "./smart-ratios.ts";
import { snipArm, snipRandomMask } from "./snip.ts";
import { supermask, supermaskConstant } from "./supermask.ts";
import { synflowArm, synflowRandomMask } from "./synflow.ts";
import { thinetArm, thinetReinit } from "./thinet.ts";
import { winningTicket } from "./winning-ticket.ts";

/** The names of the arms that come with this package, in the order of tables and reports. What each does is in the file of its name. */
export const ARMS = [
  "winning-ticket",
  "random-reinit",
  "shuffled-init",
  "late-rewinding",
  "rewound-reinit",
  "one-shot",
  "continued",
  "learning-rate-rewinding",
  "fine-tuning",
  "random-mask",
  "shuffled-mask",
  "own-trajectory-reinit",
  "fresh-signs",
  "shuffled-signs",
  "constant-signs",
  "constant",
  "constant-learned",
  "supermask",
  "supermask-constant",
  "learned-supermask",
  "rest-frozen",
  "rest-frozen-unless-shrunk",
  "early-mask",
  "early-bird",
  "pruned-at-start",
  "snip",
  "snip-random-mask",
  "grasp",
  "grasp-random-mask",
  "synflow",
  "synflow-random-mask",
  "smart-ratios",
  "set",
  "rigl",
  "filters",
  "filters-reinit",
  "thinet",
  "thinet-reinit",
  "slimming",
  "slimming-reinit",
] as const;
export type ArmName = (typeof ARMS)[number];

/** The arms that an experiment has unless told otherwise: the ticket, its two controls of initial weights, and late rewinding. */
export const STANDARD_ARMS: readonly ArmName[] = ["winning-ticket", "random-reinit", "shuffled-init", "late-rewinding"];

/** An arm of this package. */
export interface BuiltInArm {
  /** Its name in words. */
  readonly label: string;
  readonly levels: Arm;
  /** The arm whose masks it takes: that one is trained too. Default: it has masks of its own. */
  readonly masksOf?: ArmName | undefined;
  /** What a network must have for it: of others there is nothing that it could remove. Default: nothing. */
  readonly needs?: "batch normalisation" | undefined;
  /** Whether it goes back to the moment `rewindTo`, which then must lie inside training. Default: it does not read it. */
  readonly rewinds?: true | undefined;
}

export const BUILT_IN_ARMS: Readonly<Record<ArmName, BuiltInArm>> = {
  "winning-ticket": { label: "winning ticket", levels: winningTicket },
  "random-reinit": { label: "random re-initialisation", levels: randomReinit, masksOf: "winning-ticket" },
  "shuffled-init": { label: "shuffled initial weights", levels: shuffledInit, masksOf: "winning-ticket" },
  "late-rewinding": { label: "late rewinding", levels: lateRewinding, rewinds: true },
  "rewound-reinit": {
    label: "late rewinding, fresh weights",
    levels: rewoundReinit,
    masksOf: "late-rewinding",
    rewinds: true,
  },
  "one-shot": { label: "one-shot", levels: oneShot },
  continued: { label: "continued training", levels: continued, masksOf: "learning-rate-rewinding" },
  "learning-rate-rewinding": { label: "learning-rate rewinding", levels: learningRateRewinding },
  "fine-tuning": { label: "fine-tuning", levels: fineTuning },
  "random-mask": { label: "random mask", levels: randomMask, masksOf: "winning-ticket" },
  "shuffled-mask": { label: "shuffled mask and weights", levels: shuffledMask, masksOf: "winning-ticket" },
  "own-trajectory-reinit": { label: "own-trajectory re-initialisation", levels: ownTrajectoryReinit },
  "fresh-signs": { label: "fresh sizes, kept signs", levels: freshSigns, masksOf: "winning-ticket" },
  "shuffled-signs": { label: "shuffled sizes, kept signs", levels: shuffledSigns, masksOf: "winning-ticket" },
  "constant-signs": { label: "constant sizes, kept signs", levels: constantSigns, masksOf: "winning-ticket" },
  constant: { label: "constant sizes, random signs", levels: constantArm, masksOf: "winning-ticket" },
  "constant-learned": { label: "one learned size, kept signs", levels: constantLearned, masksOf: "winning-ticket" },
  supermask: { label: "supermask, untrained", levels: supermask },
  "supermask-constant": { label: "supermask, constant sizes, untrained", levels: supermaskConstant },
  "learned-supermask": { label: "supermask, trained masks", levels: learnedSupermask },
  "rest-frozen": { label: "others frozen", levels: restFrozen, masksOf: "one-shot" },
  "rest-frozen-unless-shrunk": {
    label: "others frozen, or 0 if they shrank",
    levels: restFrozenUnlessShrunk,
    masksOf: "one-shot",
  },
  "early-mask": { label: "early mask", levels: earlyMask, rewinds: true },
  "early-bird": { label: "Early-Bird", levels: earlyBird },
  "pruned-at-start": { label: "pruned at the start", levels: prunedAtStart },
  snip: { label: "SNIP", levels: snipArm },
  "snip-random-mask": { label: "SNIP, random mask", levels: snipRandomMask, masksOf: "snip" },
  grasp: { label: "GraSP", levels: graspArm },
  "grasp-random-mask": { label: "GraSP, random mask", levels: graspRandomMask, masksOf: "grasp" },
  synflow: { label: "SynFlow", levels: synflowArm },
  "synflow-random-mask": { label: "SynFlow, random mask", levels: synflowRandomMask, masksOf: "synflow" },
  "smart-ratios": { label: "smart ratios", levels: smartRatiosArm },
  set: { label: "SET", levels: setArm },
  rigl: { label: "RigL", levels: rigl },
  filters: { label: "whole units, by norm", levels: filters },
  "filters-reinit": { label: "whole units, fresh weights", levels: filtersReinit, masksOf: "filters" },
  thinet: { label: "ThiNet", levels: thinetArm },
  "thinet-reinit": { label: "ThiNet, fresh weights", levels: thinetReinit, masksOf: "thinet" },
  slimming: { label: "network slimming", levels: slimming, needs: "batch normalisation" },
  "slimming-reinit": {
    label: "network slimming, fresh weights",
    levels: slimmingReinit,
    masksOf: "slimming",
    needs: "batch normalisation",
  },
};
