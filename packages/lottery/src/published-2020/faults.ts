/** Faults of the published experiment (S. Hong, 2020), re-enacted only where they are named. */
export const FAULTS = [
  /** Random re-initialisation starts with the embedding that its network before had trained. */
  "reinit-keeps-trained-embedding",
  /** Random re-initialisation prunes its own networks instead of using the ticket's patterns. */
  "reinit-own-patterns",
  /** “Late rewinding” rewinds to the end of dense training. */
  "rewinds-to-trained-weights",
  /** Early stopping counts every validation without improvement, not those in a row. */
  "patience-never-resets",
  /** Accuracy is the mean of the batches' accuracies. */
  "accuracy-of-batch-means",
  /** The winner is the best of all levels by test accuracy. */
  "winner-by-test-accuracy",
] as const;
export type Fault = (typeof FAULTS)[number];
