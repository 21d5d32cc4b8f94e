import type { Arm } from "../arm.ts";
import { sparseFromTheStart } from "./sparse-from-the-start.ts";

/**
 * RigL (Evci et al., ICML 2020, arXiv 1911.11134), algorithm 1: every 100 steps, until three quarters of training are over, a fraction of
 * the weights of each tensor goes, the smallest, and as many grow where the gradient of the loss is largest. The fraction falls from 0.3 to
 * 0 as half a cosine. Where training is so short that this would be fewer than twenty times, it is twenty times.
 *
 * Departures: the gradient is that of the batch of the step before, at the weights after it, without dropout; no step is left out for it.
 */
export const rigl: Arm = sparseFromTheStart("rigl", ({ lastStep }) => ({
  grow: "gradient",
  every: Math.max(1, Math.min(100, Math.floor((0.75 * lastStep) / 20))),
  fraction: 0.3,
  decay: "cosine",
  until: 0.75,
}));
