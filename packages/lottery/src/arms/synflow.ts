import type { Arm } from "../arm.ts";
import { synflow } from "../criteria/synflow.ts";
import type { ExperimentGraph } from "../experiment-graph.ts";
import { type AtStart, prunedAtStartBy, randomMaskAtStartBy } from "./pruned-at-start.ts";

/** Flow begins at the embedding's output: the table is left out. */
const how = ({ excluded, embeddings }: ExperimentGraph): AtStart => ({
  criterion: synflow,
  pool: "all",
  exclude: [...new Set([...excluded, ...embeddings])],
});

/** Pruning at step 0 by SynFlow, all weights but those of embeddings in one pool: Tanaka et al. (NeurIPS 2020, arXiv 2006.05467). */
export const synflowArm: Arm = prunedAtStartBy(how);

/** Its control: as many weights of each tensor, at random places. */
export const synflowRandomMask: Arm = randomMaskAtStartBy(how);
