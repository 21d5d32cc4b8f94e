import { check, type Kind } from "@ltt/core/arguments";
import { planOf } from "./experiment-plan.ts";
import type { Node } from "./node.ts";
import { AT, GIVEN, TRAIN } from "./operations.ts";
import { checkSettings, type ExperimentSettings } from "./settings.ts";
import { checkTask, type Task } from "./task.ts";

/** A node of an experiment, before it runs. */
export interface PlannedNode {
  readonly hash: string;
  /** `init`, `train`, `at`, `cut` or `start`. */
  readonly op: string;
  /** The network that needs it first. */
  readonly arm: string;
  readonly seed: number;
  readonly round: number;
  /** The nodes that it rests on. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Whether it is in the store; `null` of what is never stored, since it takes less time than reading it would. */
  readonly stored: boolean | null;
  /** Training steps that making it takes at most. Weights along the way of a training cost none while that is made. */
  readonly stepsAtMost: number;
}

/**
 * Every node of an experiment once, each after those that it rests on. Nothing runs.
 *
 * @param there - The names of the nodes that are in the store.
 */
export function plannedNodes<Input>(
  task: Task<Input>,
  settings: ExperimentSettings,
  there: ReadonlySet<string>,
): PlannedNode[] {
  checkTask("plannedNodes", task);
  checkSettings("plannedNodes", settings);
  check("plannedNodes", "there", there, set);
  const { graph, levels, stepsAtMost } = planOf("plannedNodes", task, settings);
  const planned = new Map<string, PlannedNode>();
  for (const { arm, seed, round, network } of levels) {
    const visit = (hash: string) => {
      if (planned.has(hash)) return;
      const node = graph.node(hash);
      for (const input of Object.values(node.inputs)) visit(input);
      const stored = isStored(node) ? there.has(hash) : null;
      const { op, inputs } = node;
      planned.set(hash, { hash, op, arm, seed, round, inputs, stored, stepsAtMost: stepsOf(node, stepsAtMost, there) });
    };
    visit(network);
  }
  return [...planned.values()];
}

/** The nodes of an experiment, each after those that it rests on: all that somebody who has the task needs to make them. Nothing runs. */
export function experimentNodes<Input>(task: Task<Input>, settings: ExperimentSettings): Node[] {
  checkTask("experimentNodes", task);
  checkSettings("experimentNodes", settings);
  const { graph } = planOf("experimentNodes", task, settings);
  return graph.names().map((name) => graph.node(name));
}

const set: Kind = { words: "a Set of names", accepts: (value) => value instanceof Set };

function isStored({ op, params }: Node): boolean {
  return op === TRAIN.name || op === GIVEN.name || (op === AT.name && params.state !== "best");
}

function stepsOf({ op, params, inputs }: Node, last: number, there: ReadonlySet<string>): number {
  if (op === TRAIN.name) return last - Number(params.firstStep ?? 0);
  if (op !== AT.name || params.state === "best" || !there.has(inputs.trained!)) return 0;
  return params.state === "end" ? last : Number(params.state);
}
