import type { NodeEstimate, RunEstimate } from "./estimate.ts";
import { duration } from "./progress.ts";

/** An estimate as events: every node, then the sum. */
export function* estimateEvents({ nodes, ...sum }: RunEstimate): Generator<object> {
  for (const node of nodes) yield { event: "node", ...node };
  yield { event: "estimate", ...sum };
}

/** The same for people: a line for each node, then the sum. */
export function describeEstimate(estimate: RunEstimate): string {
  const { networks, nodes, stepsAtMost, measured, secondsAtMost, jobs, secondsOfJobs, memoryMb, parameters } = estimate;
  const steps = measured.map(
    ({ round, density, seconds }) =>
      `${seconds.toPrecision(2)} s ${round === 0 ? "dense" : `with ${percent(density)} left`}`,
  );
  const isThere = nodes.filter(({ op, stored }) => op === "train" && stored === true);
  const left = nodes.reduce((sum, { stored, secondsAtMost: each }) => sum + (stored === true ? 0 : each), 0);
  return [
    ...table(nodes),
    "",
    `${networks} networks of ${parameters} parameters, ${stepsAtMost} steps at most`,
    `a step, measured: ${steps.join(", ")}; between these, interpolated over the rounds`,
    `${duration(secondsAtMost)} at most, validation not counted`,
    ...(isThere.length === 0
      ? []
      : [
          `${isThere.length} of ${networks} networks ${isThere.length === 1 ? "is" : "are"} in ` +
            `the run folder: ${duration(left)} at most for the others`,
        ]),
    ...(jobs === 1 ? [] : [`by ${jobs} jobs ${duration(secondsOfJobs)} at most, if they do not slow each other down`]),
    `about ${memoryMb} MB of memory`,
  ].join("\n");
}

/** A line for each node, in columns. */
function table(nodes: readonly NodeEstimate[]): string[] {
  const rows = [
    ["node", "op", "network", "steps", "time", "in folder", "rests on"],
    ...nodes.map((node) => [
      node.hash,
      node.op,
      `${node.arm}, seed ${node.seed}, round ${node.round}`,
      node.stepsAtMost === 0 ? "" : String(node.stepsAtMost),
      node.stepsAtMost === 0 ? "" : `≤ ${duration(node.secondsAtMost)}`,
      node.stored === null ? "" : node.stored ? "yes" : "no",
      Object.entries(node.inputs)
        .map(([name, hash]) => `${name} ${hash}`)
        .join(", "),
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join("  ")
      .trimEnd(),
  );
}

export function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(1)} %`;
}
