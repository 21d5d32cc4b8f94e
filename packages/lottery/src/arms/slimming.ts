import type { Arm } from "../arm.ts";
import { type Structured, structuredBy, structuredReinitBy } from "./structured.ts";

/** λ, of Liu et al. 2017, §4.1, for networks of CIFAR-10; of ResNet they take 1e-5. */
const GAMMA_PENALTY = 1e-4;

const how: Structured = { criterion: "batch-norm-gamma", pool: "all", fineTuned: true, gammaPenalty: GAMMA_PENALTY };

/**
 * A network is trained with a penalty `1e-4 · Σ|γ|` on the gains of its batch normalisations, which draws those of useless channels to 0;
 * channels with the smallest `|γ|` of all layers go; what is left is trained on. Network slimming: Liu et al. (ICCV 2017, arXiv
 * 1708.06519), §3. The penalty stays while what is left is trained on, for the next round cuts by the same γ (their “multi-pass scheme”).
 * Only of networks with batch normalisation.
 */
export const slimming: Arm = structuredBy(how);

/** Its control: the same small network from fresh weights, without the penalty. */
export const slimmingReinit: Arm = structuredReinitBy(how);
