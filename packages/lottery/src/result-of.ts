import type { Graph } from "./graph.ts";
import type { StoredNetwork } from "./network-files.ts";
import { AT, CUT, INIT } from "./operations.ts";
import type { PlannedLevel } from "./plan.ts";
import type { LevelResult } from "./result.ts";

/** The result of a level, from what its network's files hold. */
export function resultOf(
  graph: Graph,
  { arm, seed, round, network }: PlannedLevel,
  result: StoredNetwork["result"],
): LevelResult {
  return { arm, seed, round, ...cutAfter(graph, network), ...result, node: network, ...rewoundTo(graph, network) };
}

/** The steps of dense training after which a network's mask was cut, where the cut says so: 0 before training. */
function cutAfter(graph: Graph, network: string): Pick<LevelResult, "searchedSteps"> {
  const { mask } = graph.node(graph.node(network).inputs.start!).inputs;
  if (mask === undefined || graph.node(mask).op !== CUT.name) return {};
  const { params, inputs } = graph.node(graph.node(mask).inputs.weights!);
  if (typeof params.state !== "number") return {};
  const scored = graph.node(graph.node(inputs.trained!).inputs.start!);
  return scored.op === INIT.name ? { searchedSteps: params.state } : {};
}

/** The node of the weights along the way of a training that a network starts from, if it does. */
function rewoundTo(graph: Graph, network: string): Pick<LevelResult, "rewoundTo"> {
  const { whole } = graph.node(graph.node(network).inputs.start!).inputs;
  if (whole === undefined) return {};
  const { op, params } = graph.node(whole);
  return op === AT.name && typeof params.state === "number" ? { rewoundTo: whole } : {};
}
