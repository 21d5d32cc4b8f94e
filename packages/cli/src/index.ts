export { BACKENDS, type BackendName, createBackend } from "./backends.ts";
export { VECTORS, type Vectors } from "./embedding.ts";
export type { RunEstimate } from "./estimate.ts";
export { cacheFolder, dataFolder } from "./folders.ts";
export { main } from "./main.ts";
export { PAIRS, type Pair } from "./pairs.ts";
export { PROFILES, type Profile } from "./profiles.ts";
export { createProgress, type ProgressDisplay } from "./progress.ts";
export { planRun, type RunListener, type RunOptions, type RunResult, runPair } from "./run.ts";
