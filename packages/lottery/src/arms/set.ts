import type { Arm } from "../arm.ts";
import { sparseFromTheStart } from "./sparse-from-the-start.ts";

/**
 * SET (Mocanu et al. 2018, arXiv 1707.04780), §“Sparse evolutionary training”: after every epoch the fraction 0.3 of the weights of each
 * tensor goes, the smallest, and as many grow at random places.
 *
 * Departures: the smallest of both signs together go, and new weights are 0, as in Evci et al. 2020, table 1.
 */
export const setArm: Arm = sparseFromTheStart("set", () => ({
  grow: "random",
  every: "epoch",
  fraction: 0.3,
  decay: "constant",
  until: 1,
}));
