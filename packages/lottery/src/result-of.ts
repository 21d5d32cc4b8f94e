import type { Graph } from "./graph.ts";
import type { StoredNetwork } from "./network-files.ts";
import { AT } from "./operations.ts";
import type { PlannedLevel } from "./plan.ts";
import type { LevelResult } from "./result.ts";

/** The result of a level, from what its network's files hold. */
export function resultOf(
  graph: Graph,
  { arm, seed, round, network }: PlannedLevel,
  result: StoredNetwork["result"],
): LevelResult {
  return { arm, seed, round, ...result, node: network, ...rewoundTo(graph, network) };
}

/** The node of the weights along the way of a training that a network starts from, if it does. */
function rewoundTo(graph: Graph, network: string): Pick<LevelResult, "rewoundTo"> {
  const { whole } = graph.node(graph.node(network).inputs.start!).inputs;
  if (whole === undefined) return {};
  const { op, params } = graph.node(whole);
  return op === AT.name && typeof params.state === "number" ? { rewoundTo: whole } : {};
}
